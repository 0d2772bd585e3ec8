"""The key layer: the first result of every executed POST, kept 24 hours of sandbox time (PAYMENTS 4.3)."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.sandbox.clock import Clock
from travello_desk.sandbox.errors import key_in_use, key_reused, key_too_long

KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255

Params = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Stored:
    """A key in use: ``status`` is None while its first request is still running."""

    path: str
    params: Params
    begun_at: float
    request_id: str
    status: int | None = None
    body: bytes = b""


class Keys:
    """All keys of the account. ``begin`` then ``finish`` or ``abandon``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stored: dict[str, Stored] = {}

    def __len__(self) -> int:
        self._forget_old()
        return len(self._stored)

    def begin(self, key: str, path: str, params: Params, request_id: str) -> Stored | None:
        """None: go ahead. Stored: answer with that. ApiError: in use, or used for something else."""
        if len(key) > LONGEST_KEY:
            raise key_too_long(key)
        self._forget_old()
        stored = self._stored.get(key)
        if stored is None:
            self._stored[key] = Stored(path, params, self._clock.now(), request_id)
            return None
        if stored.path != path:
            raise key_reused(key, stored.path)
        if stored.params != params:
            raise key_reused(key)
        if stored.status is None:
            raise key_in_use(key)
        return stored

    def finish(self, key: str, status: int, body: bytes) -> None:
        """Keep the result, whatever it is: a 402 or a 500 is replayed too."""
        stored = self._stored.get(key)
        if stored is not None:
            stored.status, stored.body = status, body

    def abandon(self, key: str) -> None:
        """Nothing was executed: the key is as good as new."""
        self._stored.pop(key, None)

    def _forget_old(self) -> None:
        limit = self._clock.now() - KEPT_SECONDS
        while self._stored:
            key, oldest = next(iter(self._stored.items()))
            if oldest.begun_at > limit:
                return
            del self._stored[key]
