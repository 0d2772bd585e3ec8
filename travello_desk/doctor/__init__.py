"""Doctor: is everything here that payments need, and how is each thing mended? Finds, tells, changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from travello_desk.doctor import account, address, house, machine, webhook
from travello_desk.doctor.finding import FAULT, MARKS, NOTE, OK, WARN, Check, Finding
from travello_desk.operations.context import Context
from travello_desk.operations.errors import NoStripe
from travello_desk.store.errors import StoreError
from travello_desk.stripe_gateway.errors import GatewayError

__all__ = ["CHECKS", "FAULT", "MARKS", "NOTE", "OK", "WARN", "Finding", "examine"]

CHECKS: tuple[Check, ...] = (
    machine.python,
    machine.settings,
    machine.permissions,
    house.store,
    house.backups,
    account.keys,
    account.stripe,
    account.currency,
    account.rate,
    webhook.secrets,
    webhook.probe,
    webhook.endpoints,
    address.public,
    address.proxies,
    house.mail,
)


async def examine(ctx: Context) -> AsyncIterator[Finding]:
    """Run every check, one after the other; each finding as it is made. A check that breaks is itself a finding."""
    for check in CHECKS:
        try:
            for finding in await check(ctx):
                yield finding
        except NoStripe:
            continue  # `keys` has told
        except GatewayError as error:
            yield Finding(FAULT, "stripe", error.sentence, "Check the key and the line, then run doctor again")
        except (StoreError, OSError) as error:
            yield Finding(FAULT, "store", str(error), "Check the disk and the folder's permissions")
