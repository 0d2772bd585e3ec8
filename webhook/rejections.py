"""Refused deliveries: counted in memory, and a few of them kept in the store for the doctor, never their bodies.

Anyone can send rubbish: at most one row a second is written, and the store keeps the newest ten thousand (A1).
"""

from __future__ import annotations

import contextlib
from datetime import datetime

from aiohttp import web

from travello_desk.operations.context import Context
from travello_desk.operations.health import REFUSED_IN_ROW
from travello_desk.operations.webhook_secrets import tell_mismatch
from travello_desk.store import inbox
from travello_desk.store.errors import StoreError
from webhook.proxies import client_address
from webhook.signature import MISMATCH

LEAST_GAP_SECONDS = 1.0


class Rejections:
    """The counters of `ctx.health`, and the rows behind them."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._kept_at = 0.0
        self._day = ""

    async def count(self, request: web.Request, reason: str) -> None:
        """One delivery was refused. A wrong secret in a row raises the banner; a stranger without one does not (A6)."""
        health, now = self._ctx.health, self._ctx.clock()
        day = datetime.fromtimestamp(now, self._ctx.settings.hotel_timezone).date().isoformat()
        if day != self._day:
            self._day, health.refused_today = day, 0
        health.refused_today += 1
        if reason == MISMATCH:
            health.refused_in_row += 1
            if health.refused_in_row == REFUSED_IN_ROW:
                await self._tell_mismatch()
        if abs(now - self._kept_at) >= LEAST_GAP_SECONDS:
            self._kept_at = now
            await self._keep(reason, client_address(request, self._ctx.settings.trusted_proxies))

    async def _tell_mismatch(self) -> None:
        with contextlib.suppress(StoreError):
            await tell_mismatch(self._ctx)

    async def _keep(self, reason: str, remote: str) -> None:
        with contextlib.suppress(StoreError):  # a refusal is a refusal, whether or not it could be noted
            await self._ctx.store.write(lambda tx: inbox.reject(tx, reason, remote))
