"""Requests at a rate: each sent once and answered once, also by a server that answers late or badly."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.paced import Paced

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BAD = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"
RATE = 2_000.0


class Server:
    """Answers every request; the first `held` only when the next one has arrived, on another connection then."""

    def __init__(self, answer: bytes, held: int = 0) -> None:
        self.answer = answer
        self.seen: list[bytes] = []
        self.released = threading.Event()
        self.held = held
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.listener.getsockname()
        return host, port

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65_536):
                self.seen.append(request)
                if len(self.seen) > self.held:
                    self.released.set()
                self.released.wait()
                connection.sendall(self.answer)


@pytest.fixture
def slow() -> Iterator[Server]:
    server = Server(OK, held=3)
    with closing(server.listener):
        yield server


def requests(count: int) -> list[bytes]:
    return [f"GET /{number} HTTP/1.1\r\n\r\n".encode() for number in range(count)]


def test_each_is_sent_once_and_answered_once() -> None:
    server = Server(OK)
    with closing(server.listener):
        outcome = Paced(server.address, requests(50), RATE).run()
    assert sorted(server.seen) == sorted(requests(50))
    assert (len(outcome.latencies), outcome.statuses) == (50, {200: 50})


def test_a_server_that_stands_still_is_asked_all_the_same(slow: Server) -> None:
    outcome = Paced(slow.address, requests(6), RATE).run()  # would wait for ever if it waited for the first answer
    assert outcome.statuses == {200: 6}
    assert min(outcome.latencies) >= 0


def test_bad_answers_are_kept() -> None:
    server = Server(BAD)
    with closing(server.listener):
        outcome = Paced(server.address, requests(3), RATE).run()
    assert outcome.statuses == {503: 3}
    assert outcome.bad_answers == [BAD.decode()] * 3
