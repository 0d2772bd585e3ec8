"""The lists of keys in README and docs/desk.md, made from the one action table between two marks."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final

from travello_desk.actions import ACTIONS
from travello_desk.tui.keys import keys_text

MARKED: Final = re.compile(r"(<!-- keys:(?P<which>\w+) -->\n).*?(<!-- /keys -->)", re.DOTALL)
PLACES: Final = {
    "list": "Bookings",
    "log": "Activity, events, problems",
    "activity": "Activity",
    "events": "Events",
    "problems": "Problems",
    "doctor": "Doctor",
    "anywhere": "Anywhere",
}
# What a clerk needs at the counter; the page has one side.
COUNTER: Final = (
    *("search", "open", "link", "copy", "email", "mark_paid", "refund", "switch", "cancel", "undo"),
    *("new", "edit", "explain", "day", "shift", "problems", "help", "palette", "lock", "quit"),
)


def everything() -> str:
    """Place by place, with the command of the same deed."""
    lines = ["| key | where | does | command |", "|---|---|---|---|"]
    for action in ACTIONS:
        if action.keys:
            command = f"`{action.cli}`" if action.cli else ""
            place = PLACES.get(action.scope, action.scope.capitalize())
            lines.append(f"| `{keys_text(action)}` | {place} | **{action.label}**: {action.help} | {command} |")
    return "\n".join(lines)


def counter() -> str:
    """Two columns of keys, so that the page keeps one side of paper."""
    by_id = {action.id: action for action in ACTIONS}
    cells = [f"`{keys_text(by_id[name])}` | **{by_id[name].label}**: {by_id[name].help}" for name in COUNTER]
    half = (len(cells) + 1) // 2
    rows = [f"| {left} | {right} |" for left, right in zip_longest(cells[:half], cells[half:], fillvalue=" | ")]
    return "\n".join(["| key | | key | |", "|---|---|---|---|", *rows])


TABLES: Final = {"all": everything, "counter": counter}


def renewed(page: str) -> str:
    """The page with its lists as they are now."""
    return MARKED.sub(lambda found: f"{found[1]}{TABLES[found['which']]()}\n{found[3]}", page)
