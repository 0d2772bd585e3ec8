"""Requests at a given rate, as Stripe sends them: whether the last one is answered or not. Knows no payments.

Latency is counted from the moment a request was due, so that a server that stands still is not asked less for it.
"""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Sequence

from benchmarks.client import ANSWER_TIMEOUT_SECONDS, Lane, Outcome, answer_end, connect


class Paced:
    """Sends request n at n / `per_second` seconds after the start, over as many connections as are needed."""

    def __init__(self, address: tuple[str, int], requests: Sequence[bytes], per_second: float) -> None:
        self._address = address
        self._requests = requests
        self._gap_seconds = 1 / per_second
        self._selector = selectors.DefaultSelector()
        self._idle: deque[Lane] = deque()
        self._outcome = Outcome()

    def run(self) -> Outcome:
        began_at = time.perf_counter()
        for number, request in enumerate(self._requests):
            due_at = began_at + number * self._gap_seconds
            self._receive_until(due_at)
            self._ask(request, due_at)
        deadline = time.perf_counter() + ANSWER_TIMEOUT_SECONDS
        while len(self._outcome.latencies) < len(self._requests):
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{len(self._requests) - len(self._outcome.latencies)} requests without an answer")
            self._receive(0.1)
        self._outcome.seconds = time.perf_counter() - began_at
        for lane in self._idle:
            lane.sock.close()
        self._selector.close()
        return self._outcome

    def _receive_until(self, due_at: float) -> None:
        while (left := due_at - time.perf_counter()) > 0:
            self._receive(left)

    def _ask(self, request: bytes, due_at: float) -> None:
        lane = self._idle.popleft() if self._idle else self._new_lane()
        lane.asked_at = due_at
        lane.sock.sendall(request)

    def _new_lane(self) -> Lane:
        lane = Lane(self._address, connect(self._address))
        self._selector.register(lane.sock, selectors.EVENT_READ, lane)
        return lane

    def _receive(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            lane: Lane = key.data
            data = lane.sock.recv(65_536)
            if not data:
                raise ConnectionError(f"closed without an answer: {lane.buffer[:200]!r}")
            lane.buffer += data
            if answer_end(lane.buffer) is not None:
                self._answered(lane)

    def _answered(self, lane: Lane) -> None:
        status = int(lane.buffer[9:12])
        self._outcome.latencies.append(time.perf_counter() - lane.asked_at)
        self._outcome.statuses[status] += 1
        if status != 200:
            self._outcome.bad_answers.append(lane.buffer.decode(errors="replace"))
        lane.buffer = b""
        self._idle.append(lane)
