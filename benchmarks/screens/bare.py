"""The least that our dependencies cost: a Textual app that imports aiohttp and stripe and shows one line."""

import aiohttp
import stripe
from textual.app import App, ComposeResult
from textual.widgets import Static

READY = "STATUS ready"
IMPORTED = (aiohttp, stripe)


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(READY)


if __name__ == "__main__":
    Bare().run()
