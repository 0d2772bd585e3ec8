"""When the store was last copied: noted in the store itself, so that doctor can ask for the next one."""

from __future__ import annotations

from travello_desk.operations.context import Context
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.tx import Tx

SETTING = "last_backup_at"


async def note_backup(ctx: Context) -> None:
    """A copy was made and checked just now."""
    at = str(int(ctx.clock()))
    await ctx.store.write(lambda tx: keep_setting(tx, SETTING, at))


def last_backup_at(tx: Tx) -> int:
    """Unix seconds of the last copy, or 0."""
    return int(any_setting(tx, SETTING) or 0)
