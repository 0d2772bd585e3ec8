"""Is the store's file whole? Looked through soon after the start and once a day: SQLite notices what is broken only
when it happens to read it, and until then would tell wrong things as the truth."""

from __future__ import annotations

import asyncio
import logging

from travello_desk.operations.context import Context
from travello_desk.store.errors import StoreDamaged, StoreError

SOUND_SECONDS = 24 * 3600
FIRST_SOUND_SECONDS = 60
log = logging.getLogger(__name__)


async def watch_soundness(ctx: Context) -> None:
    """A store that is not whole is neither read nor written from here on, and every screen says so."""
    try:
        found = await asyncio.to_thread(ctx.store.health)
    except StoreError as error:
        log.warning("the store could not be looked through: %s", error)
        return
    if found.fault:
        log.error("%s", found.fault)
        ctx.store.faults.noticed(StoreDamaged(found.fault[:1].lower() + found.fault[1:]))
