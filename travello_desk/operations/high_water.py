"""Is the store as far as it was? Compared with its mark at start and every minute; then the mark follows it. By the
lease holder, so that one alone tells."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from travello_desk.operations.context import Context
from travello_desk.payments.projection import Alert
from travello_desk.store import attention, mark, timeline
from travello_desk.store.mark import Mark
from travello_desk.store.tx import Tx

log = logging.getLogger(__name__)
MARK_SECONDS = 60
KIND = "store_older"
MEND = "Run travello-desk reconcile --since 30d --objects, and look at what was taken at the desk since then"


async def watch_mark(ctx: Context) -> None:
    """A person is told of a store that has fallen behind, once, and until they close it."""
    path = ctx.store.file
    if path is None:
        return
    known, lost = await compared(ctx, path)
    if known is not None and lost:
        log.error("the store is older than it was: %s", lost)
        await ctx.store.write(partial(tell, known=known, lost=lost))
    newest = await ctx.store.read(mark.tip)
    if newest != known:
        await asyncio.to_thread(follow, path, newest)


def tell(tx: Tx, known: Mark, lost: str) -> None:
    attention.raise_alert(tx, None, Alert(KIND, f"{known.entry_id}-{known.event_id}", detail=lost))
    timeline.add(tx, None, "system", KIND, "The store is older than it was", lost)


def follow(path: Path, newest: Mark) -> None:
    """A mark that cannot be written is one that cannot warn, no more."""
    try:
        mark.write(path, newest)
    except OSError as error:
        log.warning("the store's mark could not be written: %s", error.strerror)


async def what_is_missing(ctx: Context) -> str:
    """For doctor, which may be asked before the desk is opened again."""
    path = ctx.store.file
    return (await compared(ctx, path))[1] if path is not None else ""


async def compared(ctx: Context, path: Path) -> tuple[Mark | None, str]:
    """The mark, if there is one, and what the store has lost since."""
    known = await asyncio.to_thread(mark.read, path)
    return known, await ctx.store.read(partial(mark.missing, mark=known)) if known is not None else ""
