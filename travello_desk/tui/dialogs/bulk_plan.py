"""How a bulk action is read on screen: one booking a line, with a mark for how it stands (bulk.py decides). Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from textual.content import Content

from travello_desk.bulk import Item
from travello_desk.tui.badges import clean
from travello_desk.tui.widgets.columns import cell

REFERENCE_WIDTH, GUEST_WIDTH = 11, 18
LEFT = 2 + REFERENCE_WIDTH + 1 + GUEST_WIDTH + 1
MARKS: Final = {"will": "·", "cannot": "–", "doing": "…", "done": "✓", "failed": "✕"}
STYLES: Final = {"cannot": "$text-muted", "done": "$success", "failed": "bold $error", "doing": "bold $primary"}


def list_content(items: Sequence[Item], width: int) -> Content:
    """One booking a line; words that are too long go on below their beginning."""
    return Content("\n").join([line for item in items for line in lines_of(item, width)])


def lines_of(item: Item, width: int) -> list[Content]:
    who = f"{MARKS[item.state]} {cell(clean(item.reference), REFERENCE_WIDTH)} {cell(clean(item.guest), GUEST_WIDTH)} "
    style = STYLES.get(item.state, "")
    words = textwrap.wrap(clean(item.words), max(12, width - LEFT)) or [""]
    return [
        Content.assemble((who if number == 0 else " " * LEFT, style), (text, style))
        for number, text in enumerate(words)
    ]
