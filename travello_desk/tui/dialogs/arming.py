"""When a dialog believes a key: not in its first moments, and not while the key is held down. Pure.

Terminals send no key-up, so a held key is known only by the short gaps between its repeats (UX 2.2; 30 a second are
usual, 4 a second the slowest that a keyboard can be set to).
"""

from __future__ import annotations

ARMING_SECONDS = 0.4
REPEAT_SECONDS = 0.25


class Arming:
    """The guard of one open dialog. All times in seconds of one monotonic clock."""

    def __init__(self, opened_at: float, arming: float = ARMING_SECONDS, repeat: float = REPEAT_SECONDS) -> None:
        self.opened_at = opened_at
        self._arming = arming
        self._repeat = repeat
        self._last: dict[str, float] = {}

    def allows(self, key: str, at: float) -> bool:
        """Whether this press counts. Every press is remembered, so that a held key never counts again."""
        before = self._last.get(key)
        self._last[key] = at
        held = before is not None and at - before < self._repeat
        return not held and self.armed(at)

    def armed(self, at: float) -> bool:
        """Whether the dialog is open long enough for somebody to have read it: also for clicks."""
        return at - self.opened_at >= self._arming
