"""The guest's address in full, for a terminal whose clipboard cannot be reached: all of it selected, alone."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from travello_desk.tui.dialogs.fields import Words
from travello_desk.tui.dialogs.guarded import GuardedModal

HOW = "It is selected: Ctrl+C copies it. Or mark it with the mouse, in most terminals with Shift held down."


class AddressDialog(GuardedModal[None]):
    """Nothing can be changed here; Enter and Esc close it."""

    WIDTH = 78
    DEFAULT_CSS = """
    AddressDialog {
        & TextArea, & TextArea:focus {
            height: auto; border: none; padding: 0; margin: 1 0; background: $surface; scrollbar-size: 0 0;
        }
        & TextArea .text-area--selection { color: $background; background: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "back", "Close", show=False, id="address.close")]

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    async def on_mount(self) -> None:
        self.entitle("The address", "Ctrl+C copy · Esc close")
        text = TextArea(self.url, read_only=True, show_cursor=False, id="address")
        await self.box.mount_all([text, Words(HOW)])
        text.focus()
        text.select_all()
        self.arm()
