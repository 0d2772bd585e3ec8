"""A second writer whose disk fails when it is to keep what it was given: run as `python -m` this module."""

from __future__ import annotations

import errno

from travello_desk.operations import ingest_process
from travello_desk.store.second_writer import SecondWriter


def fail(writer: SecondWriter) -> None:
    raise OSError(errno.EIO, "Input/output error")


if __name__ == "__main__":
    SecondWriter.sync = fail  # type: ignore[method-assign]
    ingest_process.main()
