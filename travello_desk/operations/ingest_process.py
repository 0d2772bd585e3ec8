"""The second writer: stores and applies events in a process of its own, `python -m` this module with the store's file.

Many events at once are too much for one process that also paints: each takes a dozen turns at Python's lock, and for
every one of them the loop may let it wait. Here nobody else wants it. The rules are ingest's; what this process does
not answer for, its house does itself (operations/ingest_worker.py).
"""

from __future__ import annotations

import json
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from travello_desk.operations import beside
from travello_desk.operations.ingest import ingest_in
from travello_desk.payments.events import question_of, read_event
from travello_desk.store.second_writer import SecondWriter
from travello_desk.store.tx import Tx

HEAD: Final = struct.Struct(">QQ")
"""Before each event's bytes: its number, and the time (unix seconds) at which it came."""
CHUNK_BYTES: Final = 1 << 20
MOST_TOGETHER: Final = 64

Done = tuple[int, str, str]
"""The event's number, its outcome, and the PaymentIntent to ask Stripe about, or empty."""


@dataclass(frozen=True, slots=True)
class Whose:
    """What the house knows and an event does not say."""

    install: str
    livemode: bool


class Line:
    """The socket to the house."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()

    def wait(self) -> list[bytes]:
        """What has come, at least one message; none when the house has ended."""
        while not (found := beside.take_whole(self._buffer)):
            if not (data := self._sock.recv(CHUNK_BYTES)):
                return []
            self._buffer += data
        return found

    def more(self) -> list[bytes]:
        """What has come meanwhile."""
        try:
            self._buffer += self._sock.recv(CHUNK_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        return beside.take_whole(self._buffer)

    def tell(self, done: Sequence[Done], refused: Sequence[int], changed: Sequence[int]) -> None:
        self._sock.sendall(beside.packed(json.dumps([done, refused, changed]).encode()))


def work(line: Line, writer: SecondWriter, whose: Whose) -> None:
    """Answer for every event, until the house ends. Whoever comes while a transaction is at work shares it."""
    line.tell([], [], [])  # ready
    while messages := line.wait():
        try:
            done, changed = writer.transaction(now_of(messages[0]), lambda tx: take(tx, messages, line, whose))
        # Whatever it was, the house meets it itself, with all it can do about it: nothing of this batch is stored.
        except Exception:  # noqa: BLE001
            line.tell([], [HEAD.unpack_from(message)[0] for message in messages], [])
        else:
            line.tell(done, [], changed)
        writer.between()


def now_of(message: bytes) -> int:
    now: int = HEAD.unpack_from(message)[1]
    return now


def take(tx: Tx, messages: list[bytes], line: Line, whose: Whose) -> list[Done]:
    """Ingest the messages, and those that come meanwhile, which are added to them."""
    done: list[Done] = []
    for message in messages:
        number, _ = HEAD.unpack_from(message)
        text = message[HEAD.size :].decode()
        event = read_event(json.loads(text))
        outcome = ingest_in(tx, event, text, "webhook", whose.livemode, whose.install)
        done.append((number, outcome, question_of(event)))
        if len(done) == len(messages) < MOST_TOGETHER:
            messages += line.more()
    return done


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever started us
    path, install, livemode = sys.argv[1:]
    with socket.socket(fileno=0) as sock, SecondWriter(Path(path)) as writer:
        work(Line(sock), writer, Whose(install, livemode == "live"))


if __name__ == "__main__":
    main()
