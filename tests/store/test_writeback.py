"""Files are written back a window at a time, and are on the disk afterwards all the same."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from travello_desk.store import writeback


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (3 * writeback.LEAST_BYTES + 5))
    return path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the system was asked, in order."""
    made: list[tuple[object, ...]] = []
    ours = writeback.range_writer() or (lambda *_: True)
    theirs = writeback.keep

    def write_range(descriptor: int, start: int, length: int) -> bool:
        made.append((start, length))
        return ours(descriptor, start, length)

    def keep(descriptor: int) -> None:
        made.append(("keep",))
        theirs(descriptor)

    monkeypatch.setattr(writeback, "range_writer", lambda: write_range)
    monkeypatch.setattr(writeback, "keep", keep)
    return made


def gently(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        writeback.keep_gently(descriptor)
    finally:
        os.close(descriptor)


def test_every_window_of_a_file_is_written_before_it_is_synced(file: Path, calls: list[tuple[object, ...]]) -> None:
    gently(file)
    window = writeback.LEAST_BYTES
    assert calls == [(0, window), (window, window), (2 * window, window), (3 * window, window), ("keep",)]


def test_a_large_file_has_no_more_windows_than_a_small_one(file: Path, calls: list[tuple[object, ...]]) -> None:
    os.truncate(file, 100 * writeback.WINDOWS * writeback.LEAST_BYTES)  # sparse: it takes no place
    gently(file)
    assert len(calls) == writeback.WINDOWS + 1


def test_a_system_without_windows_syncs_at_once(
    file: Path, calls: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writeback, "range_writer", lambda: None)
    gently(file)
    assert calls == [("keep",)]


def test_a_disk_that_fails_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk failed")

    monkeypatch.setattr(writeback, "keep", failing)
    with pytest.raises(OSError, match="the disk failed"):
        gently(file)


def test_linux_has_the_function(file: Path) -> None:
    write_range = writeback.range_writer()
    assert write_range is not None
    descriptor = os.open(file, os.O_RDONLY)
    try:
        assert write_range(descriptor, 0, writeback.LEAST_BYTES)
    finally:
        os.close(descriptor)


def test_what_is_no_file_has_no_windows() -> None:
    write_range = writeback.range_writer()
    assert write_range is not None
    reading, writing = os.pipe()
    try:
        assert not write_range(writing, 0, writeback.LEAST_BYTES)
    finally:
        os.close(reading)
        os.close(writing)


def test_a_window_that_the_disk_does_not_take_is_told() -> None:
    write_range = writeback.range_writer()
    assert write_range is not None
    with pytest.raises(OSError, match="Bad file descriptor"):
        write_range(-1, 0, writeback.LEAST_BYTES)
