"""The second writer: stores and applies events in a process of its own, `python -m` this module with the store's file.

Many events at once are too much for one process that also paints: each takes a dozen turns at Python's lock, and for
every one of them the loop may let it wait. Here nobody else wants it. The rules are ingest's; what this process does
not answer for, its house does itself (operations/ingest_worker.py).
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from travello_desk import quick_json
from travello_desk.operations import beside
from travello_desk.operations.ingest import ingest_in
from travello_desk.payments.events import StripeEvent, question_of, read_event
from travello_desk.store import inbox
from travello_desk.store.second_writer import SecondWriter
from travello_desk.store.tx import Tx

HEAD: Final = struct.Struct(">QQ")
"""Before each event's bytes: its number, and the time (unix seconds) at which it came."""
CHUNK_BYTES: Final = 1 << 20
MOST_TOGETHER: Final = 12
"""Few, so that while these are at work the disk has the last ones and the house reads the next."""

Done = tuple[int, str, str]
"""The event's number, its outcome, and the PaymentIntent to ask Stripe about, or empty."""


class Answers(NamedTuple):
    """What became of some events."""

    done: Sequence[Done] = ()
    refused: Sequence[int] = ()
    """Nothing of these is stored: the house is to do them."""
    unsure: Sequence[int] = ()
    """Stored, but the disk would not say that it has them."""
    changed: Sequence[int] = ()
    """Bookings."""

    def with_more(self, more: Answers) -> Answers:
        return Answers(
            [*self.done, *more.done],
            [*self.refused, *more.refused],
            [*self.unsure, *more.unsure],
            [*self.changed, *more.changed],
        )

    def not_kept(self) -> Answers:
        return Answers(refused=self.refused, unsure=[number for number, _, _ in self.done])


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
        self._here: list[bytes] = []

    def wait(self) -> list[bytes]:
        """Those who share the next transaction; nobody when the house has ended."""
        self._look()
        while not self._here:
            if not (data := self._sock.recv(CHUNK_BYTES)):
                return []
            self._buffer += data
            self._here = beside.take_whole(self._buffer)
        together, self._here = self._here[:MOST_TOGETHER], self._here[MOST_TOGETHER:]
        return together

    def _look(self) -> None:
        """Take in what has come meanwhile."""
        with suppress(BlockingIOError):
            self._buffer += self._sock.recv(CHUNK_BYTES, socket.MSG_DONTWAIT)
            self._here += beside.take_whole(self._buffer)

    def tell(self, answers: Answers) -> None:
        self._sock.sendall(beside.packed(quick_json.dumps(tuple(answers)).encode()))


class Answering(threading.Thread):
    """Tells the house what is durable: one sync for all transactions that wait for one, while the next is at work."""

    def __init__(self, line: Line, writer: SecondWriter) -> None:
        super().__init__(name="answers", daemon=True)
        self._line = line
        self._writer = writer
        self.committed: queue.SimpleQueue[Answers] = queue.SimpleQueue()

    def run(self) -> None:
        while True:
            told = self.committed.get()
            while not self.committed.empty():
                told = told.with_more(self.committed.get())
            try:
                self._writer.sync()
            except OSError:
                told = told.not_kept()
            try:
                self._line.tell(told)
            except OSError:
                os._exit(0)  # the house has ended


def work(line: Line, writer: SecondWriter, whose: Whose) -> None:
    """Answer for every event, until the house ends."""
    answering = Answering(line, writer)
    answering.committed.put(Answers())  # ready
    answering.start()
    while messages := line.wait():
        now: int = HEAD.unpack_from(messages[0])[1]
        try:
            done, changed = writer.transaction(now, partial(take, messages, whose))
        # Whatever it was, the house meets it itself, with all it can do about it: nothing of this batch is stored.
        except Exception:  # noqa: BLE001
            answering.committed.put(Answers(refused=[HEAD.unpack_from(message)[0] for message in messages]))
        else:
            answering.committed.put(Answers(done, changed=changed))
        writer.between()


def take(messages: Sequence[bytes], whose: Whose, tx: Tx) -> list[Done]:
    """Ingest them all."""
    read = [read_message(message) for message in messages]
    inbox.look_up(tx, [event.id for _, _, event in read])
    return [
        (number, ingest_in(tx, event, body, "webhook", whose.livemode, whose.install), question_of(event))
        for number, body, event in read
    ]


def read_message(message: bytes) -> tuple[int, str, StripeEvent]:
    """Its number, and the event as text and read."""
    number, _ = HEAD.unpack_from(message)
    body = message[HEAD.size :].decode()
    return number, body, read_event(quick_json.loads(body))


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever started us
    path, install, livemode = sys.argv[1:]
    gc.freeze()
    gc.set_threshold(50_000)  # hardly anything here is made in circles
    with socket.socket(fileno=0) as sock, SecondWriter(Path(path)) as writer:
        work(Line(sock), writer, Whose(install, livemode == "live"))


if __name__ == "__main__":
    main()
