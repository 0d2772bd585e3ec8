"""The payment window: QR, address, and what the guest does with it, alive until the guest has paid (UX 2.9).

It opens at once and makes (or finds) the session in a worker. The address shown is the guest's permanent one; the long
address of Stripe's page is never printed, because a terminal would break it (D46).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button

from travello_desk.actions import User
from travello_desk.money import format_minor
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.errors import NoStripe, StripeFailed
from travello_desk.operations.expire import expire_payment
from travello_desk.operations.look_up import look_up_payment
from travello_desk.operations.mail.words import ASKS_FOR_MONEY
from travello_desk.operations.rates import FallbackOffered, Offer
from travello_desk.payments.rules import Refused
from travello_desk.store import outbox, timeline
from travello_desk.store.errors import StoreError
from travello_desk.store.outbox import Mail
from travello_desk.store.timeline import Entry
from travello_desk.stripe_gateway.errors import GatewayError
from travello_desk.tui.badges import Glyphs
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.crash import story_of
from travello_desk.tui.dialogs import mailing, paper
from travello_desk.tui.dialogs.address import AddressDialog
from travello_desk.tui.dialogs.base import Outcome
from travello_desk.tui.dialogs.booking_modal import BookingModal
from travello_desk.tui.dialogs.fields import GuardedButton, Row, Words
from travello_desk.tui.dialogs.guarded import HIGHEST
from travello_desk.tui.dialogs.link_state import (
    Life,
    LinkState,
    guest_url,
    link_facts,
    link_state,
    no_symbol_reason,
    refusal_to_link,
    shown_url,
)
from travello_desk.tui.dialogs.stories import last_paid, open_link
from travello_desk.tui.qr import QUIET_ZONES, QrCode, symbol
from travello_desk.tui.state import silent_since

log = logging.getLogger(__name__)
MAKING = LinkState("making", ("… making the link",))
# What a guest sees whose page is taken away while typing a card (D31).
NEW_WARNING = (
    "! A new session ends the open page:",
    "  a guest at the card form gets an",
    "  error and opens the address anew.",
    "  n again does it, Esc leaves it",
)
NO_BLOCKS = "No QR code: this terminal shows plain signs only; p saves a picture of it"
KEYS = (
    *(("copy", "c Copy"), ("email", "e E-mail"), ("address", "a Address")),
    *(("open", "o Open"), ("paper", "p Save"), ("new", "n New")),
)


class LinkDialog(BookingModal[Outcome | None]):
    """`c` copies, `a` shows the whole address, `e` mails, `o` opens, `p` saves or prints, `n` makes a new session, Esc
    closes; `r` tries again."""

    VERB = "Payment link"
    WIDTH = 78
    DEFAULT_CSS = """
    LinkDialog {
        & > #box { &.paid { border: round $success; border-subtitle-color: $success; } }
        & #halves { height: auto; }
        & #side { height: auto; width: 1fr; }
        & #state { margin: 1 0; text-style: bold; color: $primary; }
        & #state.paid { background: $success; color: $background; padding: 1 2; }
        & #facts { height: auto; }
        & #state.declined, & #state.failed, & #state.fault, & #state.review { color: $error; }
        & #state.expired, & #state.warning, & #state.offer { color: $warning; }
        & #amount, & #url { text-style: bold; }
        & .small { color: $text-muted; }
        & Row > .label { width: 11; }
        & .keys { height: auto; margin-top: 1; }
        & .more { height: auto; }
        & GuardedButton { min-width: 5; margin-right: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="link.copy"),
        Binding("y", "yes", "Yes, or copy", show=False, id="link.yes"),
        Binding("a", "address", "Show the whole address", id="link.address"),
        Binding("e", "email", "E-mail", id="link.email"),
        Binding("o", "open", "Open", id="link.open"),
        Binding("p", "paper", "Save or print", id="link.paper"),
        Binding("n", "new", "New session", id="link.new"),
        Binding("r", "again", "Try again", show=False, id="link.again"),
    ]

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.making = False
        self.warned = False
        self.fault = ""
        self.lasting = False
        """Nothing gets better by trying again: a rule says no, or there is no key."""
        self.offer: Offer | None = None
        self.mailed: Mail | None = None
        self.made: Entry | None = None
        self.asked = False

    # Opening.

    async def on_mount(self) -> None:
        if not await self.opened():
            return
        self.entitle(self.title_words(), "")
        keys = [GuardedButton(label, self.click_counts, name=name) for name, label in KEYS]
        self.back = GuardedButton("Esc Close", self.click_counts)
        side = Vertical(
            Words(id="amount"),
            Words(id="url"),
            Words(id="said", classes="small"),
            Words(id="state"),
            Vertical(id="facts"),
            Words(id="symbol", classes="small"),
            Horizontal(*keys[:3], classes="keys"),
            Horizontal(*keys[3:], classes="more"),
            Horizontal(self.back, classes="more"),
            id="side",
        )
        await self.box.mount(Horizontal(QrCode(id="qr"), side, id="halves"))
        if not self.stands:
            return
        self.back.focus()
        self.arm()
        if refusal_to_link(self.booking):
            self.look_again()
        else:
            self.start()

    def start(self, *, confirmed: Offer | None = None, renew: bool = False) -> None:
        """Make the session, or find the one that is open."""
        self.making, self.warned, self.fault, self.offer = True, False, "", None
        self.look_again()
        self.by_app(self.make(confirmed, renew))

    async def make(self, confirmed: Offer | None, renew: bool) -> None:
        """The worker: three ends, and every one leaves the window usable."""
        booking_id, actor = self.booking.booking.id, self.user.name
        trouble: Exception | None = None
        self.lasting = False
        try:
            old = open_link(self.booking) if renew else None
            if old is not None:
                await expire_payment(self.ctx, old.payment.seq, actor)
            await checkout(self.ctx, booking_id, actor, confirmed=confirmed)
        except FallbackOffered as offered:
            self.offer = offered.offer
        except Refused as refused:
            self.fault, self.lasting = self.refusal_words(refused), True
        except NoStripe as failed:
            self.fault, self.lasting = failed.sentence, True
        except (StripeFailed, StoreError) as failed:
            self.fault, trouble = f"The link was not made: {failed}", failed
        except Exception as fault:  # noqa: BLE001 - a worker's edge: a bug must not leave the window at "making the link" for ever
            log.error("a link was not made: %s", story_of(fault))  # not its text: that may name a guest
            self.fault, trouble = "The link was not made: a fault of the desk itself", fault
        else:
            if self.stands:
                self.say(await copy_text(self.app, self.url))
        self.making = False
        await self.reread()
        if trouble is not None:
            await self.show_trouble(trouble)

    async def read(self) -> bool:
        """The booking, who made its link, and the last mail with it."""
        if not await super().read():
            return False
        booking_id = self.booking.booking.id
        entries = await self.ctx.store.read(lambda tx: timeline.for_booking(tx, booking_id))
        mails = await self.ctx.store.read(lambda tx: outbox.of_booking(tx, booking_id))
        self.made = next((entry for entry in reversed(entries) if entry.kind == "link"), None)
        self.mailed = next((mail for mail in reversed(mails) if mail.kind in ASKS_FOR_MONEY), None)
        return True

    # Showing.

    @property
    def url(self) -> str:
        return guest_url(self.ctx.settings, self.booking.booking.guest_code)

    @property
    def paid(self) -> bool:
        return self.booking.view.status == "PAID"

    def state(self) -> LinkState:
        """The heaviest thing there is to say."""
        seen = self.booking
        if self.paid:
            return link_state(seen, self.ctx.settings.hotel_timezone)
        if self.making:
            return MAKING
        if self.offer is not None:
            return LinkState("offer", (f"? {self.offer.sentence}", "  y makes that link, Esc leaves it"))
        if self.warned:
            return LinkState("warning", NEW_WARNING, live=True)
        if self.fault:
            again = () if self.lasting else ("  r tries again: it is the same request",)
            return LinkState("fault", (f"✕ {self.fault}", *again))
        found = link_state(seen, self.ctx.settings.hotel_timezone)
        refusal = refusal_to_link(seen)
        if refusal and not found.live and found.kind not in ("settling", "review"):
            return LinkState("off", (f"– {refusal}",))
        return found

    def look_again(self) -> None:
        if not self.query("#state"):
            return
        seen, state = self.booking, self.state()
        self.ask_for_card()
        self.box.set_class(self.paid, "paid")
        amount = format_minor(seen.booking.amount_minor, seen.booking.currency)
        self.query_one("#amount", Words).update(amount)
        self.query_one("#url", Words).update(self.address())
        words = self.query_one("#state", Words)
        words.set_classes(state.kind)
        words.update("\n".join(state.lines))
        self.show_facts()
        self.show_symbol(state)
        self.show_keys(state)

    def ask_for_card(self) -> None:
        """The webhook of a payment does not name the card: while the guest stands here, look once."""
        view = last_paid(self.booking)
        if self.asked or not self.paid or view is None or view.payment.facts.card or self.ctx.gateway is None:
            return
        self.asked = True
        self.by_app(self.look_at(view.payment.facts.payment_intent_id))

    async def look_at(self, payment_intent_id: str) -> None:
        try:
            await look_up_payment(self.ctx, payment_intent_id)
        except (GatewayError, StoreError) as failed:
            log.info("the card of a payment is not known yet: %s", failed)

    def address(self) -> Content:
        """The address on one line, cut in the middle when the window is too narrow; `c` copies the whole."""
        text, room = shown_url(self.url), 35
        if len(text) > room:
            text = f"{text[: room - 16]}…{text[-15:]}"
        return Content(text)

    def show_facts(self) -> None:
        facts = self.query_one("#facts", Vertical)
        facts.remove_children()
        zone = self.ctx.settings.hotel_timezone
        if not self.paid:
            life = Life(self.made, self.mailed, silent_since(self.ctx))
            facts.mount_all(Row(label, Words(text)) for label, text in link_facts(self.booking, life, zone))

    def show_symbol(self, state: LinkState) -> None:
        """The QR symbol while the guest can use it; else the reason why there is none."""
        drawn, code = symbol(self.url), self.query_one(QrCode)
        reason = self.no_symbol_here() if state.live else ""
        height = self.app.size.height - 2
        self.box.styles.max_height = max(HIGHEST, height)
        if not state.live or reason:
            code.display = False
        elif not code.fit(drawn, self.app.size.width - 41, height - 2):
            columns, lines = drawn.size(QUIET_ZONES[-1])
            reason = f"No QR code: make the window {columns + 41}x{lines + 4}, or press p for a picture of it"
        note = self.query_one("#symbol", Words)
        note.update(reason)
        note.display = bool(reason)

    def no_symbol_here(self) -> str:
        """Why this terminal shows no QR symbol, or empty."""
        plain: Glyphs = getattr(self.app, "glyphs", Glyphs())
        return NO_BLOCKS if plain.ascii else no_symbol_reason(self.ctx.settings, self.url)

    def show_keys(self, state: LinkState) -> None:
        """Only what makes sense now."""
        unusable = not (state.live or self.paid)
        for button in self.query(GuardedButton):
            if button.name in ("copy", "email", "address", "open", "new"):
                button.display = not self.paid
            if button.name in ("copy", "email", "address", "open"):
                button.disabled = unusable
            if button.name == "new":
                button.disabled = self.lasting
            if button.name == "paper":
                button.label = Content("p Receipt" if self.paid else "p Save")
                button.disabled = unusable

    def say(self, text: str) -> None:
        if self.stands:
            self.query_one("#said", Words).update(text)

    def on_resize(self, event: events.Resize) -> None:
        if self.seen is not None:
            self.call_after_refresh(self.look_again)

    # Keys.

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.run_action(event.button.name or "back")

    @property
    def usable(self) -> bool:
        """Whether the address does something for the guest now."""
        return self.seen is not None and self.state().live

    async def action_copy(self) -> None:
        if self.usable:
            self.say(await copy_text(self.app, self.url))

    def action_address(self) -> None:
        """Where no clipboard works: the whole address on a line of its own, to be marked by hand."""
        if self.usable:
            self.app.push_screen(AddressDialog(self.url))

    async def action_yes(self) -> None:
        """Yes to the offered currency; otherwise the silent twin of `c`."""
        if self.offer is not None:
            self.meant(partial(self.start, confirmed=self.offer))
        else:
            await self.action_copy()

    async def action_email(self) -> None:
        if not self.usable:
            return
        try:
            self.say(await mailing.queue_link(self.ctx, self.booking.booking, self.user.name))
            await self.reread()
        except Refused as refused:
            self.say(self.refusal_words(refused))
        except StoreError as failed:
            self.by_app(self.show_trouble(failed))

    def action_open(self) -> None:
        if self.usable:
            self.app.open_url(self.url)
            self.say("opened, if this computer has a browser")

    def action_paper(self) -> None:
        """The receipt once it is paid, before that a picture of the symbol."""
        if self.paid:
            self.app.open_url(f"{self.url}/receipt")
            self.say("receipt opened, if this computer has a browser")
        elif self.usable:
            self.say(paper.save_symbol(self.app, self.ctx.settings.data_dir, self.booking.booking.reference, self.url))

    def action_new(self) -> None:
        """A new session: warned first while a guest may be on the old page (D31)."""
        if self.seen is None or self.making or self.paid or self.offer is not None:
            return
        if open_link(self.booking) is not None and not self.warned:
            self.warned = True
            self.look_again()
            return
        self.meant(partial(self.start, renew=True))

    def action_again(self) -> None:
        if self.fault and not self.making:
            self.start()

    def action_back(self) -> None:
        """One step: out of a question first, then out of the window."""
        if self.warned or (self.offer is not None and not self.making):
            asked_for_currency = self.offer is not None
            self.warned, self.offer = False, None
            self.fault = "No link: the other currency was not wanted" if asked_for_currency else ""
            self.look_again()
            return
        self.leave(None)
