"""Lines of styled text with pieces that can be clicked. Data never goes through markup."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from travello_desk.tui.bars import CLICK


class Words(Static):
    """Text whose marked pieces run an action of the table when they are clicked."""

    class Clicked(Message):
        """A piece was clicked."""

        def __init__(self, action_id: str) -> None:
            super().__init__()
            self.action_id = action_id

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", markup=False, id=id)

    def on_click(self, event: events.Click) -> None:
        action_id = event.style.meta.get(CLICK)
        if isinstance(action_id, str):
            event.stop()
            self.post_message(self.Clicked(action_id))


class Bar(Words):
    """One line; painted again only when it says something else."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._said = Content("")
        self._facts: tuple[object, ...] = ()

    def tell(self, words: Callable[..., Content], *facts: object) -> None:
        """Say `words` of these facts. The same facts as before are not put into words again: a key that is held asks
        thirty times a second."""
        if facts != self._facts:
            self._facts = facts
            self.say(words(*facts))

    def say(self, content: Content) -> None:
        if content.plain != self._said.plain or content.spans != self._said.spans:
            self._said = content
            self.update(content, layout=False)
