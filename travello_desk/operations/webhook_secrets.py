"""Which webhook secret is in use: remembered in the store, so that a rotation can be watched (A11). Never a secret."""

from __future__ import annotations

import hashlib

from travello_desk.operations.context import Context
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.tx import Tx


def fingerprint(secret: str) -> str:
    """A name for a secret that tells nothing about it."""
    return hashlib.sha256(f"webhook secret {secret}".encode()).hexdigest()[:12]


def setting_of(secret: str) -> str:
    return f"webhook_secret_used:{fingerprint(secret)}"


async def remember_use(ctx: Context, secret: str) -> None:
    """Note that an event came in under this secret just now."""
    at = str(int(ctx.clock()))
    await ctx.store.write(lambda tx: keep_setting(tx, setting_of(secret), at))


def last_used_at(tx: Tx, secret: str) -> int:
    """Unix seconds of the last event under this secret (to the minute), or 0."""
    return int(any_setting(tx, setting_of(secret)) or 0)
