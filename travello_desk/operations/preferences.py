"""What a store remembers of a person's desk: the order of each view, the bookings opened last. No guest, only ids."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from travello_desk.operations.context import Context
from travello_desk.store.database import any_setting, keep_setting

MOST_RECENT = 20


@dataclass(slots=True)
class Preferences:
    """Of one person. `sorts` by view; `recent` ids of bookings, the last opened first."""

    sorts: dict[str, str] = field(default_factory=dict)
    recent: list[int] = field(default_factory=list)

    def opened(self, booking_id: int) -> None:
        """Note that a booking was opened."""
        self.recent = [booking_id, *(known for known in self.recent if known != booking_id)][:MOST_RECENT]


def setting_of(name: str) -> str:
    return f"desk:{name}"


async def load(ctx: Context, name: str) -> Preferences:
    """The person's, or none yet. What cannot be read (another version's, edited by hand) counts as none."""
    kept = await ctx.store.read(lambda tx: any_setting(tx, setting_of(name)))
    try:
        told = json.loads(kept) if kept else {}
    except ValueError:
        return Preferences()
    return understood(told)


def understood(told: Any) -> Preferences:
    if not isinstance(told, dict):
        return Preferences()
    sorts, recent = told.get("sorts"), told.get("recent")
    return Preferences(
        {str(view): str(sort) for view, sort in sorts.items()} if isinstance(sorts, dict) else {},
        [one for one in recent if isinstance(one, int)][:MOST_RECENT] if isinstance(recent, list) else [],
    )


async def keep(ctx: Context, name: str, preferences: Preferences) -> None:
    text = json.dumps({"sorts": preferences.sorts, "recent": preferences.recent})
    await ctx.store.write(lambda tx: keep_setting(tx, setting_of(name), text))
