"""Whether the store can be written, as its writer finds it while it works. Knows errors only, decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from travello_desk.store.errors import StoreDamaged, StoreUnavailable

HEALED_SECONDS = 2.0
WAY_OUT = "Stop every desk and restore a backup: travello-desk restore FILE"


class Faults:
    """Tells a sentence when writing begins to fail, and an empty one when it works again; in the writer's thread."""

    def __init__(self) -> None:
        self.tell: Callable[[str], None] = lambda sentence: None
        self.tell_damage: Callable[[str], None] = lambda sentence: None
        self.damage = ""
        """What is broken in the store's file, or empty. It does not heal: nothing of it is told as the truth again."""
        self._sentence = ""
        self._failed_at = 0.0

    def felt(self, errors: Sequence[BaseException | None]) -> None:
        """What became of a batch's requests. Only a commit a while after the last failure proves that all is well
        again: where a disk is full, something small may still find room."""
        found = next((error for error in errors if isinstance(error, StoreUnavailable | StoreDamaged)), None)
        if found is not None:
            self.noticed(found)
            self._failed_at = time.monotonic()
            self._say(str(found))
        elif self._sentence and None in errors and time.monotonic() - self._failed_at >= HEALED_SECONDS:
            self._say("")

    def refuse_damaged(self) -> None:
        """Raises StoreDamaged once the store is known to be: before each read and each write."""
        if self.damage:
            raise StoreDamaged(self.damage)

    def noticed(self, error: BaseException) -> None:
        """Somebody met an error while reading: is it damage?"""
        if isinstance(error, StoreDamaged) and not self.damage:
            self.damage = str(error)
            self.tell_damage(f"{self.damage}. {WAY_OUT}")

    def _say(self, sentence: str) -> None:
        if sentence != self._sentence:
            self._sentence = sentence
            self.tell(sentence)
