"""Whether the store can be written, as its writer finds it while it works. Knows errors only, decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from travello_desk.store.errors import StoreDamaged, StoreUnavailable

HEALED_SECONDS = 2.0


class Faults:
    """Tells a sentence when writing begins to fail, and an empty one when it works again; in the writer's thread."""

    def __init__(self) -> None:
        self.tell: Callable[[str], None] = lambda sentence: None
        self._sentence = ""
        self._failed_at = 0.0

    def felt(self, errors: Sequence[BaseException | None]) -> None:
        """What became of a batch's requests. Only a commit a while after the last failure proves that all is well
        again: where a disk is full, something small may still find room."""
        found = next((error for error in errors if isinstance(error, StoreUnavailable | StoreDamaged)), None)
        if found is not None:
            self._failed_at = time.monotonic()
            self._say(str(found))
        elif self._sentence and None in errors and time.monotonic() - self._failed_at >= HEALED_SECONDS:
            self._say("")

    def _say(self, sentence: str) -> None:
        if sentence != self._sentence:
            self._sentence = sentence
            self.tell(sentence)
