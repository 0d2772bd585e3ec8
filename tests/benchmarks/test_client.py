"""The benchmark's client against a small real server: every answer counted, none invented, cuts noticed."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from benchmarks import client

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 3\r\n\r\nbad"
CUT = (client.ConnectionCutError, ConnectionResetError)
REQUEST = b"GET / HTTP/1.1\r\n\r\n"

Answer = Callable[[int], list[bytes]]


def serve(connection: socket.socket, answer: Answer, counter: Iterator[int]) -> None:
    with connection:
        while connection.recv(65_536):
            for piece in answer(next(counter)):
                connection.sendall(piece)
                if not piece or b"close" in piece:
                    return


@contextmanager
def small_server(answer: Answer) -> Iterator[tuple[str, int]]:
    """Answers the n-th request with the pieces of `answer(n)`; an empty piece cuts the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    counter = iter(range(1_000_000))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection, answer, counter), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("answer", [KEPT, CLOSED], ids=["keep-alive", "a connection for each answer"])
def test_every_request_is_answered_and_timed(answer: bytes) -> None:
    with small_server(lambda _: [answer]) as address:
        outcome = client.Client(address, [REQUEST] * 100, connections=8).run()
    assert outcome.statuses == {200: 100}
    assert len(outcome.latencies) == 100
    assert all(0 < seconds <= outcome.seconds for seconds in outcome.latencies)


def test_fewer_requests_than_connections() -> None:
    with small_server(lambda _: [KEPT]) as address:
        assert client.Client(address, [REQUEST] * 3, connections=32).run().statuses == {200: 3}


def test_an_answer_in_pieces_is_one_answer() -> None:
    with small_server(lambda _: [KEPT[:20], KEPT[20:]]) as address:
        assert client.Client(address, [REQUEST] * 10, connections=2).run().statuses == {200: 10}


def test_bad_answers_are_counted_and_some_are_kept() -> None:
    with small_server(lambda number: [REFUSED if number % 2 else KEPT]) as address:
        outcome = client.Client(address, [REQUEST] * 40, connections=4).run()
    assert outcome.statuses == {200: 20, 400: 20}
    assert len(outcome.bad_answers) == client.MAX_KEPT_BAD_ANSWERS
    assert outcome.bad_answers[0].endswith("bad")


def test_a_cut_connection_is_an_error_and_not_a_fast_answer() -> None:
    with (
        small_server(lambda _: [b""]) as address,
        pytest.raises(CUT),
    ):
        client.Client(address, [REQUEST] * 4, connections=2).run()


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", None),
        (KEPT[:-1], None),
        (KEPT, len(KEPT)),
        (b"HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 0\r\nDate: x\r\n\r\n", 47),
    ],
)
def test_where_an_answer_ends(data: bytes, end: int | None) -> None:
    assert client.answer_end(data) == end
