"""When a dialog believes a key: not in its first moments, and not while the key is held down. Pure.

Terminals send no key-up, so a held key is known only by the short gaps between its repeats (UX 2.2; 30 a second are
usual, 4 a second the slowest that a keyboard can be set to). A line that stalled, or a machine that stood still, turns
a short gap into a long one: so a press that looks like one is a press only if no repeat follows it.
"""

from __future__ import annotations

ARMING_SECONDS = 0.4
REPEAT_SECONDS = 0.25
SETTLE_SECONDS = 0.15
LATE_SECONDS = 0.05
MOST_LOOKS = 6


class Arming:
    """The guard of one open dialog. All times in seconds of one monotonic clock."""

    def __init__(
        self,
        opened_at: float,
        arming: float = ARMING_SECONDS,
        repeat: float = REPEAT_SECONDS,
        settle: float = SETTLE_SECONDS,
    ) -> None:
        self.opened_at = opened_at
        self.settle = settle
        self.presses = 0
        self.asked = 0
        """Which of them was the last that counted: all that came after it in one burst are repeats of it."""
        self._arming = arming
        self._repeat = repeat
        self._last: dict[str, float] = {}

    def allows(self, key: str, at: float) -> bool:
        """Whether this press counts. Every press is remembered, so that a held key never counts again."""
        self.presses += 1
        before = self._last.get(key)
        self._last[key] = at
        held = before is not None and at - before < self._repeat
        counts = not held and self.armed(at)
        if counts:
            self.asked = self.presses
        return counts

    def clicked(self) -> None:
        """A click has no repeats; keys pressed before it say nothing about it."""
        self.asked = self.presses

    def armed(self, at: float) -> bool:
        """Whether the dialog is open long enough for somebody to have read it: also for clicks."""
        return at - self.opened_at >= self._arming

    def believes(self, presses: int, late: float, looks: int) -> bool | None:
        """Whether a deed asked for at so many presses is meant; None: look again.

        `late` is by how much we look later than we wanted: who came late may have a repeat still unread.
        """
        if self.presses != presses:
            return False
        return None if late > LATE_SECONDS and looks < MOST_LOOKS else True
