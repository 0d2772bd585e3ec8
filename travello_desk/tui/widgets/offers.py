"""What an empty list says and offers: words, and below them things to do instead, each a line to choose."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option


@dataclass(frozen=True, slots=True)
class Offer:
    """`kind` says what is done, `argument` with what."""

    kind: str
    words: str
    argument: str = ""


class OfferList(OptionList):
    """A list whose page keys do nothing until it is laid out; in Textual 8.2.8 they raise KeyError then."""

    def action_page_up(self) -> None:
        with suppress(KeyError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]


class Offers(Vertical):
    """Shown while the list is empty (desk.tcss). Enter or a click takes an offer."""

    DEFAULT_CSS = """
    Offers {
        height: 1fr; width: 1fr; align: center middle; padding: 1 4;
        & Static { width: auto; height: auto; max-width: 100%; color: $quiet; text-align: center; }
        & OptionList {
            width: auto; height: auto; max-width: 100%; border: none; padding: 0; margin-top: 1;
            background: $background;
            &:focus { border: none; }
        }
    }
    """

    class Taken(Message):
        """One of them was chosen."""

        def __init__(self, offer: Offer) -> None:
            super().__init__()
            self.offer = offer

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.words = Static("", markup=False)
        self.list = OfferList()
        self.offers: tuple[Offer, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.words
        yield self.list

    def show(self, words: str, offers: Sequence[Offer] = ()) -> None:
        """Other words, other offers; the first one is chosen by Enter."""
        self.words.update(words)
        if tuple(offers) == self.offers:
            return
        self.offers = tuple(offers)
        self.list.clear_options()
        self.list.add_options([Option(Content(offer.words)) for offer in offers])
        self.list.display = bool(offers)
        self.list.highlighted = 0 if offers else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Taken(self.offers[event.option_index]))
