"""`?`: the keys of this place, from the action table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from travello_desk.actions import Action
from travello_desk.tui.bars import key_name
from travello_desk.tui.dialogs.guarded import HIGHEST, GuardedModal
from travello_desk.tui.keys import keys_text
from travello_desk.tui.window import Window

MOVEMENT: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "Move through the list"),
    ("PgUp PgDn", "A page at a time"),
    ("Home End g G", "First and last"),
    ("Esc", "One step back, never any harm"),
    ("Tab", "Next field"),
)


IN_A_WINDOW: tuple[tuple[str, str], ...] = (
    ("Tab", "Next field or button"),
    ("Enter", "Next field; on a button, the button"),
)


def window_keys(window: Screen[Any]) -> list[tuple[str, str]]:
    """The keys of a window over the desk, as it has declared them, its own first."""
    found: dict[str, str] = {}
    for owner in type(window).__mro__:
        for binding in vars(owner).get("BINDINGS", ()) if issubclass(owner, GuardedModal) else ():
            if isinstance(binding, Binding) and binding.description:
                found.setdefault(" ".join(key_name(key) for key in binding.key.split(",")), binding.description)
    return [*found.items(), *IN_A_WINDOW]


class KeysScreen(Window[None]):
    """A list of keys; any of its own keys closes it."""

    DEFAULT_CSS = """
    KeysScreen { align: center middle; }
    KeysScreen > VerticalScroll {
        width: 78; max-width: 100%; height: auto; border: round $primary; padding: 0 1;
        background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "close", "Close", id="keys.close"),
    ]

    def __init__(self, actions: Sequence[Action], window: Sequence[tuple[str, str]] = ()) -> None:
        """The keys of a place, or those of a window that is open over it."""
        super().__init__()
        self.actions, self.window = actions, window

    def body(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "↑ ↓ scroll · Esc close"
            yield Static(self.content(), markup=False)

    def on_resize(self, event: events.Resize) -> None:
        self.query_one(VerticalScroll).styles.max_height = min(HIGHEST, event.size.height - 1)

    def content(self) -> Content:
        lines = list(self.window or MOVEMENT)
        lines += [(keys_text(action), f"{action.label}: {action.help}") for action in self.actions]
        rows = [Content.assemble((f"{keys:<14}", "bold $accent"), text) for keys, text in lines]
        return Content("\n").join(rows)

    def action_close(self) -> None:
        self.dismiss(None)
