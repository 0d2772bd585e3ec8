"""What a check says: how it is, what was found, and how to mend it. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from travello_desk.operations.context import Context

OK, WARN, FAULT, NOTE = "ok", "warning", "fault", "note"
MARKS = {OK: "✓", WARN: "▲", FAULT: "✕", NOTE: "·"}
UNITS = ((86_400, "days"), (3600, "h"), (60, "min"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. No secret ever stands in it."""

    level: str
    about: str
    text: str
    mend: str = ""

    @property
    def line(self) -> str:
        mend = f"\n    {self.mend}" if self.mend else ""
        return f"{MARKS[self.level]} {self.text}{mend}"


Check = Callable[[Context], Awaitable[Iterable[Finding]]]


def lasting(seconds: float) -> str:
    """A length of time as people say it: `40 s`, `6 h`, `12 days`."""
    for length, unit in UNITS:
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"
