"""A small HTTP client that costs little, since it shares two cores with what it measures. Knows no payments.

A closed loop: each connection sends its next request when its last answer has come, so a slow server is asked
less. Latency is counted from the moment a connection turns to a request to the last byte of its answer; where
the server closes after each answer (gunicorn's sync workers), the new connection is part of it.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

ANSWER_TIMEOUT_SECONDS = 60.0
MAX_KEPT_BAD_ANSWERS = 5


@dataclass(slots=True)
class Outcome:
    """What one run saw. `latencies` are seconds, one for each request, in order of answer."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bad_answers: list[str] = field(default_factory=list)


class ConnectionCutError(Exception):
    """The server closed without an answer."""


@dataclass(slots=True)
class Lane:
    """One connection and the request it is busy with."""

    address: tuple[str, int]
    sock: socket.socket
    waiting: bool = False
    asked_at: float = 0.0
    buffer: bytes = b""


def connect(address: tuple[str, int]) -> socket.socket:
    sock = socket.create_connection(address, timeout=ANSWER_TIMEOUT_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def answer_end(data: bytes) -> int | None:
    """Where the answer ends, or None while it is incomplete. Both servers send a Content-Length."""
    head_end = data.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    head = data[:head_end].lower()
    start = head.index(b"content-length:") + len(b"content-length:")
    stop = head.find(b"\r\n", start)
    length = int(head[start : stop if stop >= 0 else head_end])
    end = head_end + 4 + length
    return end if len(data) >= end else None


def closes(data: bytes) -> bool:
    return b"connection: close" in data[: data.find(b"\r\n\r\n")].lower()


class Client:
    """Sends all requests over `connections` keep-alive connections and records every answer."""

    def __init__(self, address: tuple[str, int], requests: Sequence[bytes], connections: int) -> None:
        self._waiting: Iterator[bytes] = iter(requests)
        self._selector = selectors.DefaultSelector()
        self._outcome = Outcome()
        self._busy = 0
        self._lanes = [Lane(address, connect(address)) for _ in range(min(connections, len(requests)))]

    def run(self) -> Outcome:
        began_at = time.perf_counter()
        for lane in self._lanes:
            self._selector.register(lane.sock, selectors.EVENT_READ, lane)
            self._ask_next(lane)
        while self._busy:
            ready = self._selector.select(ANSWER_TIMEOUT_SECONDS)
            if not ready:
                raise TimeoutError(f"no answer for {ANSWER_TIMEOUT_SECONDS} s, {self._busy} requests waiting")
            for key, _ in ready:
                self._receive(key.data)
        self._outcome.seconds = time.perf_counter() - began_at
        self._close()
        return self._outcome

    def _ask_next(self, lane: Lane, reconnect: bool = False) -> None:
        request = next(self._waiting, None)
        if request is None:
            return
        lane.asked_at = time.perf_counter()
        if reconnect:
            self._reconnect(lane)
        lane.sock.sendall(request)
        lane.waiting = True
        self._busy += 1

    def _reconnect(self, lane: Lane) -> None:
        self._selector.unregister(lane.sock)
        lane.sock.close()
        lane.sock = connect(lane.address)
        self._selector.register(lane.sock, selectors.EVENT_READ, lane)

    def _receive(self, lane: Lane) -> None:
        data = lane.sock.recv(65_536)
        if not data:
            self._closed(lane)
            return
        lane.buffer = data = lane.buffer + data
        if answer_end(data) is None:
            return
        lane.buffer = b""
        lane.waiting = False
        self._busy -= 1
        self._record(data, time.perf_counter() - lane.asked_at)
        self._ask_next(lane, reconnect=closes(data))

    def _closed(self, lane: Lane) -> None:
        """A server may close an idle lane after its last answer; before an answer it may not."""
        if lane.waiting:
            raise ConnectionCutError(repr(lane.buffer[:200]))
        self._selector.unregister(lane.sock)
        lane.sock.close()

    def _record(self, data: bytes, seconds: float) -> None:
        status = int(data[9:12])
        self._outcome.latencies.append(seconds)
        self._outcome.statuses[status] += 1
        if status != 200 and len(self._outcome.bad_answers) < MAX_KEPT_BAD_ANSWERS:
            self._outcome.bad_answers.append(data.decode(errors="replace"))

    def _close(self) -> None:
        for lane in self._lanes:
            lane.sock.close()
        self._selector.close()
