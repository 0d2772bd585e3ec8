"""The parts of a dialog: rows with a label, one-line inputs, plain words, buttons that the guard watches.

Everything that shows data does so without markup: a guest may be called [bold].
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static
from textual.widgets.button import ButtonVariant

from travello_desk.tui.badges import clean


class Words(Static):
    """Plain text, one or more lines."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(text, id=id, classes=classes, markup=False)


class Field(Input):
    """One line to type in. Enter goes to the next field, never to a button (dialogs/base.py)."""

    DEFAULT_CSS = """
    Field {
        width: 1fr;
        background: $foreground 10%;
        &:focus { background: $primary 30%; }
    }
    """

    def __init__(
        self,
        value: str = "",
        *,
        id: str,
        placeholder: str = "",
        password: bool = False,
        most: int = 80,
        width: int | None = None,
    ) -> None:
        super().__init__(clean(value), placeholder=placeholder, password=password, max_length=most, id=id, compact=True)
        if width is not None:
            self.styles.width = width

    def on_mount(self) -> None:
        self.cursor_blink = False


class Row(Horizontal):
    """A label of fixed width and what belongs to it, on one line."""

    DEFAULT_CSS = """
    Row {
        height: auto;
        width: 1fr;
        & > Words { width: 1fr; }
        & > .label { width: 14; }
        & > .after { width: 1fr; margin-left: 2; }
        &:focus-within > .label { text-style: bold; color: $primary; }
    }
    """

    def __init__(self, label: str, *parts: Widget, id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = Words(label, classes="label")
        self.parts = parts

    def compose(self) -> ComposeResult:
        yield self.label
        yield from self.parts

    def rename(self, label: str) -> None:
        self.label.update(label)


class GuardedButton(Button):
    """A button that ignores clicks while the dialog is not armed; keys are guarded by the dialog itself."""

    DEFAULT_CSS = """
    GuardedButton {
        min-width: 12;
        margin-right: 3;
        padding: 0 1;
        &.-style-default { background: $foreground 15%; }
        &:focus { text-style: bold reverse; }
    }
    """

    def __init__(
        self,
        label: str,
        armed: Callable[[float], bool],
        *,
        deed: bool = False,
        harm: bool = False,
        name: str | None = None,
    ) -> None:
        variant: ButtonVariant = ("error" if harm else "success") if deed else "default"
        own = "deed" if deed else "back"
        super().__init__(Content(label), variant=variant, compact=True, name=name, id=None if name else own)
        self._armed = armed

    async def _on_click(self, event: events.Click) -> None:
        if not self._armed(event.time):
            event.stop()
            event.prevent_default()  # Textual calls the handlers of all classes: Button's own would press it
