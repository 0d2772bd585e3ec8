"""The search box: text out by messages; Esc clears, a second Esc leaves, Enter and Down go to what was found."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class SearchBox(Input):
    """One line without a frame."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "step_back", "Clear or leave", show=False, id="search.back"),
        Binding("down", "to_list", "To the list", show=False, id="search.down"),
    ]

    class Left(Message):
        """The person wants the list."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True, select_on_focus=False)

    def begin(self) -> None:
        """A new search: what was typed last is marked, so that a letter takes its place and an arrow keeps it."""
        self.focus()
        self.select_all()

    def action_step_back(self) -> None:
        if self.value:
            self.value = ""
        else:
            self.post_message(self.Left())

    def action_to_list(self) -> None:
        self.post_message(self.Left())

    async def action_submit(self) -> None:
        self.post_message(self.Left())
