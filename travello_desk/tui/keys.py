"""Textual bindings made from the one action table, so that keys, footer, `?` and palette never disagree."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from travello_desk.actions import ACTIONS, Action
from travello_desk.tui.bars import key_name


def bindings_for(
    scope: str, runner: str, taken: frozenset[str] = frozenset(), *, only_booking: bool = False
) -> list[BindingType]:
    """One binding per action of this scope; each runs `runner('id')`, so that every footer entry is its own."""
    return [
        Binding(
            ",".join(action.keys),
            f"{runner}('{action.id}')",
            action.label,
            show=action.footer,
            tooltip=action.help,
            id=f"{scope}.{action.id}",
        )
        for action in ACTIONS
        if action.scope == scope
        and action.keys
        and action.id not in taken
        and (action.needs_booking or not only_booking)
    ]


def keys_text(action: Action) -> str:
    """`c y`, `4 F5`: the keys of an action as they stand on the keyboard."""
    return " ".join(key_name(key) for key in action.keys)
