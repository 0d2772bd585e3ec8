"""The least that a key costs: a Textual app with a box and one line that repeats what was typed. No store, no list."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from benchmarks.screens import floor_words


class Floor(App[None]):
    CSS = "Input { border: none; height: 1; }"

    def compose(self) -> ComposeResult:
        yield Input(compact=True)
        yield Static(floor_words(""), markup=False)

    @on(Input.Changed)
    def repeat(self, message: Input.Changed) -> None:
        self.query_one(Static).update(floor_words(message.value))


if __name__ == "__main__":
    Floor().run()
