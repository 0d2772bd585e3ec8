"""Progress of a long look at the past: a bar on stderr where somebody watches, nothing where it goes into a file."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


class Stage(Protocol):
    """What operations tell: `count` of `what` so far, `done` of `total` steps of the way."""

    @property
    def what(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


class Bars:
    """One bar after the other, one for each kind of thing that is looked at."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.silent = quiet or not sys.stderr.isatty()
        self._bar: ProgressBar[int] | None = None
        self._what = ""

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(whole=error is None)

    def show(self, stage: Stage) -> None:
        if self.silent:
            return
        if stage.what != self._what:
            self._end(whole=True)
            self._what = stage.what
            self._bar = click.progressbar(length=max(1, stage.total), file=sys.stderr, width=30)
            self._bar.render_progress()
        if self._bar is not None:
            self._bar.label = f"{stage.count:,} {stage.what}"
            self._bar.update(max(0, min(stage.done, self._bar.length or 0) - self._bar.pos))

    def _end(self, *, whole: bool) -> None:
        if self._bar is None:
            return
        if whole:
            self._bar.update((self._bar.length or 0) - self._bar.pos)
        self._bar.render_finish()
        self._bar = None
