"""What can be done with the shifts that are open: one line each, Enter goes on, Esc leaves everything as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from travello_desk.store.shifts import Shift
from travello_desk.tui.badges import clean
from travello_desk.tui.window import Window

Choice = tuple[str, Shift | None]
WORDS = {
    "open": "Open a shift of your own",
    "count": "Count and close the shift of {name}, drawer {drawer}",
    "close": "Close the counted shift of {name}, drawer {drawer}",
    "drop": "Drop cash from drawer {drawer} to the safe ({name})",
}


def choices(found: Sequence[Shift], name: str, *, manager: bool) -> list[Choice]:
    """What this person may do, their own shift first."""
    mine = sorted((shift for shift in found if manager or shift.name == name), key=lambda shift: shift.name != name)
    told: list[Choice] = [] if any(shift.name == name for shift in found) else [("open", None)]
    for shift in mine:
        told += [("count", shift), ("drop", shift)] if shift.counted_at is None else [("close", shift)]
    return told


def words(choice: Choice) -> str:
    deed, shift = choice
    return WORDS[deed].format(name=clean(shift.name), drawer=clean(shift.drawer)) if shift else WORDS[deed]


class ShiftMenu(Window[Choice | None]):
    """`ShiftMenu(title, choices)`: the chosen one, or None."""

    DEFAULT_CSS = """
    ShiftMenu {
        align: center middle;
        & > Vertical {
            width: 66; max-width: 100%; height: auto; max-height: 90%; border: round $primary; padding: 0 1;
            background: $surface;
        }
        & OptionList, & OptionList:focus { border: none; height: auto; background: $surface; padding: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False, id="shift_menu.leave"),
        *(
            Binding(str(place), f"pick({place - 1})", "Pick", show=False, id=f"shift_menu.pick{place}")
            for place in range(1, 10)
        ),
    ]

    def __init__(self, title: str, told: Sequence[Choice]) -> None:
        super().__init__()
        self.title_words, self.told = title, tuple(told)
        self.options = OptionList(
            *(Option(Content(f"{n}  {words(c)}")) for n, c in enumerate(self.told, 1)), id="deeds"
        )

    def body(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content("Shift")
            box.border_subtitle = Content("Enter goes on · Esc leaves it")
            yield Static(self.title_words, markup=False)
            yield self.options

    def on_mount(self) -> None:
        self.options.highlighted = 0
        self.options.focus()

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_pick(event.option_index)

    def action_pick(self, place: int) -> None:
        if place < len(self.told):
            self.dismiss(self.told[place])

    def action_leave(self) -> None:
        self.dismiss(None)
