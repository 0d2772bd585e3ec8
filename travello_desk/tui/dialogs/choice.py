"""One of a few, on one line: `[1 Cash]  2 Card terminal  3 Bank`. Brackets tell the chosen one, not only colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

T = TypeVar("T")


class Choice(Widget, Generic[T], can_focus=True):
    """`options` are (value, label) pairs, at least one. Left, right and space move; digits pick when `numbered`."""

    DEFAULT_CSS = """
    Choice {
        height: auto;
        width: 1fr;
        &:focus { text-style: bold; color: $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "move(-1)", "Before", show=False, id="choice.before"),
        Binding("right,down,space", "move(1)", "Next", show=False, id="choice.next"),
    ]
    chosen: reactive[int] = reactive(0, layout=True)

    class Changed(Message):
        """Another option is chosen now."""

        def __init__(self, choice: Choice[Any]) -> None:
            self.choice = choice
            super().__init__()

        @property
        def control(self) -> Choice[Any]:
            return self.choice

    def __init__(
        self,
        options: Sequence[tuple[T, str]],
        *,
        id: str,
        chosen: int = 0,
        numbered: bool = False,
    ) -> None:
        super().__init__(id=id)
        self.options = tuple(options)
        self.numbered = numbered
        self.set_reactive(Choice.chosen, chosen)

    @property
    def value(self) -> T:
        return self.options[self.chosen][0]

    def pick(self, index: int) -> None:
        """Choose by place; places that do not exist are ignored."""
        if 0 <= index < len(self.options):
            self.chosen = index

    def action_move(self, step: int) -> None:
        self.chosen = (self.chosen + step) % len(self.options)

    def on_key(self, event: events.Key) -> None:
        if self.numbered and event.key.isdecimal() and event.key.isascii():
            event.stop()
            self.pick(int(event.key) - 1)

    def watch_chosen(self) -> None:
        self.post_message(self.Changed(self))

    def words(self, index: int) -> str:
        """`[1 Cash]` for the chosen one, ` 2 Bank ` for others: the same width."""
        label = self.options[index][1]
        text = f"{index + 1} {label}" if self.numbered else label
        return f"[{text}]" if index == self.chosen else f" {text} "

    def render(self) -> Content:
        """The chosen one is turned over only where the keys go: that tells the focus where there are no colours."""
        parts: list[Content | str | tuple[str, str]] = []
        style = "bold reverse" if self.has_focus else "bold"
        for index in range(len(self.options)):
            words = self.words(index)
            parts.append((words, style) if index == self.chosen else words)
            parts.append(" ")
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        left = 0
        for index in range(len(self.options)):
            right = left + cell_len(self.words(index))
            if left <= event.x < right and event.y == 0:
                self.pick(index)
            left = right + 1
