"""Which webhook secret is in use: remembered in the store, so that a rotation can be watched (A11). Never a secret."""

from __future__ import annotations

import hashlib
import hmac

from travello_desk.operations.context import Context
from travello_desk.payments.projection import Alert
from travello_desk.store import attention
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.tx import Tx

MISMATCH = "secret_mismatch"
# What doctor posts to our own endpoint, signed as Stripe signs: it is answered and leaves no trace, not even a count.
PROBE = b'{"object":"travello_desk.probe"}'
PROVED = "travello-desk"


def signed_probe(secret: str, at: int) -> str:
    """The Stripe-Signature of the probe."""
    return f"t={at},v1={hmac.digest(secret.encode(), b'%d.%s' % (at, PROBE), 'sha256').hex()}"


def fingerprint(secret: str) -> str:
    """A name for a secret that tells nothing about it."""
    return hashlib.sha256(f"webhook secret {secret}".encode()).hexdigest()[:12]


def setting_of(secret: str) -> str:
    return f"webhook_secret_used:{fingerprint(secret)}"


async def remember_use(ctx: Context, secret: str) -> None:
    """Note that an event came in under this secret just now."""
    at = str(int(ctx.clock()))

    def work(tx: Tx) -> None:
        keep_setting(tx, setting_of(secret), at)
        attention.withdraw(tx, MISMATCH)

    await ctx.store.write(work)


async def tell_mismatch(ctx: Context) -> None:
    """Deliveries are refused one after another: a person must look at the secret (A6). Closed by the next good one."""
    await ctx.store.write(lambda tx: attention.raise_alert(tx, None, Alert(MISMATCH)))


def last_used_at(tx: Tx, secret: str) -> int:
    """Unix seconds of the last event under this secret (to the minute), or 0."""
    return int(any_setting(tx, setting_of(secret)) or 0)
