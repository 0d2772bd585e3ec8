"""How often somebody may ask: a bucket per address and per token, in memory, bounded. 429 with Retry-After beyond it.

The limits are wide enough for a mail scanner's thirty looks at one link (D39) and for a lobby of guests behind one
address; they are there against programs, not against people.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from travello_desk.settings.model import Settings
from webhook.answers import HttpError
from webhook.auth import Caller
from webhook.proxies import client_address, neighbourhood

MOST_KNOWN: Final = 20_000


@dataclass(slots=True)
class Bucket:
    """`burst` at once, then one every `seconds`. One number per caller: when its bucket will be full again."""

    burst: int
    seconds: float
    _full_at: dict[str, float] = field(default_factory=dict)

    def take(self, key: str, now: float) -> float:
        """Take one; 0, or how many seconds to wait, and then nothing was taken."""
        wait = self.wait(key, now)
        if wait <= 0:
            if len(self._full_at) >= MOST_KNOWN:
                self._forget(now)
            self._full_at[key] = max(self._full_at.get(key, now), now) + self.seconds
        return wait

    def wait(self, key: str, now: float) -> float:
        """How many seconds until one may be taken; 0 for now."""
        return max(0.0, self._full_at.get(key, now) - now - self.seconds * (self.burst - 1))

    def _forget(self, now: float) -> None:
        """Drop everyone whose bucket is full again; if that is nobody, the half that waits least."""
        kept = {key: at for key, at in self._full_at.items() if at > now}
        if len(kept) >= MOST_KNOWN:
            kept = dict(sorted(kept.items(), key=lambda item: -item[1])[: MOST_KNOWN // 2])
        self._full_at = kept


class Limits:
    """All buckets of one listener. `clock` gives seconds that only grow."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self.pages = Bucket(burst=120, seconds=0.5)
        self.links = Bucket(burst=60, seconds=1.0)
        self.misses = Bucket(burst=20, seconds=6.0)
        self.payments = Bucket(burst=20, seconds=3.0)
        self.creates = Bucket(burst=60, seconds=1.0)
        self.statuses = Bucket(burst=300, seconds=0.1)
        self.statuses_by_token = Bucket(burst=120, seconds=0.1)

    def check_page(self, request: web.Request, token: str = "") -> None:
        """A guest's page. Whoever has guessed too often waits, whatever he asks for now. Raises HttpError 429."""
        address = self._address(request)
        self._refuse(self.misses.wait(address, self._clock()) if self._settings.rate_limits else 0)
        self._take((self.pages, address), (self.links, token))

    def check_payment(self, request: web.Request, token: str) -> None:
        """A press on the button: each may cost a call to Stripe."""
        self.check_page(request)
        self._take((self.payments, token))

    def count_miss(self, request: web.Request) -> None:
        """A code or session that nobody has: the mark of guessing."""
        if self._settings.rate_limits:
            self.misses.take(self._address(request), self._clock())

    def check_create(self, caller: Caller) -> None:
        """create-session, by whom the token names: one address may be the web front end's own, with all its guests."""
        if not caller.staff:
            self._take((self.creates, f"user {caller.user_id}"))

    def check_status(self, request: web.Request, caller: Caller | None) -> None:
        """The status endpoint: by account where a token names one, else by address and by what the query names."""
        if caller is None:
            known = request.query.get("session_id") or request.query.get("guest", "")
            self._take((self.statuses, self._address(request)), (self.statuses_by_token, known[:100]))
        elif not caller.staff:
            self._take((self.statuses_by_token, f"user {caller.user_id}"))

    def _address(self, request: web.Request) -> str:
        return neighbourhood(client_address(request, self._settings.trusted_proxies))

    def _take(self, *wanted: tuple[Bucket, str]) -> None:
        if not self._settings.rate_limits:
            return
        now = self._clock()
        for bucket, key in wanted:
            if key:
                self._refuse(bucket.take(key, now))

    def _refuse(self, wait_seconds: float) -> None:
        if wait_seconds > 0:
            seconds = math.ceil(wait_seconds)
            raise HttpError(429, "Too many requests", {"Retry-After": str(seconds)}, retry_after=seconds)
