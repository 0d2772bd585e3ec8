"""What is written to a terminal: all of it in its order, and whoever writes never waits."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from travello_desk.tui.patient_driver import MOST_WAITING, TerminalWriter

PATIENCE_SECONDS = 30.0
MORE_THAN_A_PIPE = 4 * 65_536


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """The reading and the writing end of a pipe, which like a terminal takes only so much."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def read(descriptor: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += os.read(descriptor, size - len(data))
    return data


def test_everything_arrives_in_its_order(ends: tuple[int, int]) -> None:
    writer = TerminalWriter(ends[1], lambda: None)
    writer.start()
    texts = [f"{number} é " for number in range(1_000)]
    for text in texts:
        writer.write(text)
    expected = "".join(texts).encode()
    assert read(ends[0], len(expected)) == expected
    assert writer.finish(PATIENCE_SECONDS)


def test_nobody_waits_for_a_terminal_that_does_not_read(ends: tuple[int, int]) -> None:
    caught_up = threading.Event()
    writer = TerminalWriter(ends[1], caught_up.set)
    writer.start()
    assert not writer.behind
    for _ in range(MORE_THAN_A_PIPE // 1_024):
        writer.write("x" * 1_024)
    assert writer.behind
    assert writer.waiting > MOST_WAITING
    assert not caught_up.is_set()
    assert not writer.finish(0.01)
    assert read(ends[0], MORE_THAN_A_PIPE) == b"x" * MORE_THAN_A_PIPE
    assert caught_up.wait(PATIENCE_SECONDS)
    assert writer.finish(PATIENCE_SECONDS)
    assert (writer.behind, writer.waiting) == (False, 0)


def test_one_that_is_left_non_blocking_is_waited_for(ends: tuple[int, int]) -> None:
    os.set_blocking(ends[1], False)
    writer = TerminalWriter(ends[1], lambda: None)
    writer.start()
    writer.write("y" * MORE_THAN_A_PIPE)
    assert read(ends[0], MORE_THAN_A_PIPE) == b"y" * MORE_THAN_A_PIPE
    assert writer.finish(PATIENCE_SECONDS)


def test_one_that_is_gone_takes_everything() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    writer = TerminalWriter(writing, lambda: None)
    writer.start()
    writer.write("nobody reads this")
    writer.join(PATIENCE_SECONDS)
    for _ in range(100):
        writer.write("z" * MOST_WAITING)
    assert (writer.behind, writer.waiting) == (False, 0)
    assert writer.finish(PATIENCE_SECONDS)
    os.close(writing)
