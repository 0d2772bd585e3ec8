"""The payment link: made at once, shown as QR and text, alive until the guest has paid (UX 2.9)."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from travello_desk.actions import User
from travello_desk.money import format_minor
from travello_desk.operations.checkout import Link, checkout
from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.rates import FallbackOffered
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import StoreError
from travello_desk.tui import when
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.dialogs.fields import Words
from travello_desk.tui.dialogs.guarded import GuardedModal
from travello_desk.tui.dialogs.problem import ErrorDialog, trouble_of
from travello_desk.tui.dialogs.reading import Seen, see
from travello_desk.tui.dialogs.stories import paid_story
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.qr import qr_content

WAITING = {
    "LINK OUT": "◔ waiting for the guest\n  this window turns green\n  when the payment arrives",
    "CHECKING": "? making the link…",
    "FAILED": "✕ the card was declined;\n  the guest may try again",
    "SETTLING": "◔ bank payment on its way,\n  not settled",
    "EXPIRED": "◌ the link has expired: n makes a new one",
}


class LinkDialog(GuardedModal[None]):
    """Opens at once and makes or reuses the link behind; every change of the booking is shown as it comes."""

    WIDTH: ClassVar[int] = 78
    DEFAULT_CSS = """
    LinkDialog {
        & #columns { height: auto; }
        & #qr { width: auto; height: auto; margin-right: 2; }
        & #facts { width: 1fr; height: auto; }
        & .paid { color: $success; text-style: bold; }
        & .alarm { color: $error; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="link.copy"),
        Binding("o", "open", "Open", id="link.open"),
        Binding("y", "fallback", "Yes", show=False, id="link.fallback"),
    ]

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__()
        self.ctx, self.user, self.booking_id = ctx, user, booking_id
        self.link: Link | None = None
        self.seen: Seen | None = None
        self.note = ""
        self.note_copied = ""
        self.offer = ""
        self.qr = Words(id="qr")
        self.facts = Words(id="facts")

    async def on_mount(self) -> None:
        self.seen = await see(self.ctx, self.booking_id)
        if self.seen is None:
            self.leave(None)
            return
        await self.box.mount(Horizontal(self.qr, Vertical(self.facts), id="columns"))
        booking = self.seen.booking
        self.entitle(f"Payment link · {booking.reference} · {booking.guest_name}", "c copy  o open  Esc close")
        self.show()
        self.arm()
        self.make()

    def make(self, *, confirmed: bool = False) -> None:
        """Ask for the link in a worker of the app: closing the window does not stop it."""
        self.app.run_worker(self.work(confirmed), group="deeds", exit_on_error=False)

    async def work(self, confirmed: bool) -> None:
        try:
            self.link = await checkout(self.ctx, self.booking_id, self.user.name, fallback_confirmed=confirmed)
        except FallbackOffered as offered:
            self.offer = f"{offered} y yes · Esc no"
        except Refused as refused:
            self.note = str(refused)
        except (StripeFailed, StoreError) as error:
            if self.is_attached:
                booking = self.seen.booking if self.seen else None
                trouble = trouble_of(error, booking.reference if booking else "", moves_money=False)
                await self.app.push_screen_wait(ErrorDialog.of(trouble))
            self.note = "The link was not made: Esc, then l tries again"
        else:
            self.offer = ""
            if self.is_attached:
                self.note_copied = await copy_text(self.app, self.url)
        if self.is_attached:
            self.seen = await see(self.ctx, self.booking_id)
            self.show()

    @property
    def url(self) -> str:
        """The guest's permanent link."""
        code = self.seen.booking.guest_code if self.seen else ""
        return f"{self.ctx.settings.public_base_url.rstrip('/')}/p/{code}"

    async def on_bookings_changed(self, message: BookingsChanged) -> None:
        if self.booking_id in message.ids and self.is_mounted:
            self.seen = await see(self.ctx, self.booking_id)
            self.show()

    def show(self) -> None:
        """Everything that can be seen, from the newest facts."""
        if self.seen is None:
            return
        paid = self.seen.booking.status == "PAID"
        self.facts.set_class(paid, "paid")
        self.facts.set_class(bool(self.note or self.offer), "alarm")
        self.facts.update("\n".join(self.lines(self.seen, paid)))
        self.qr.display = self.link is not None and not paid
        if self.qr.display:
            self.qr.update(qr_content(self.url, self.app.size.height - 4))

    def lines(self, seen: Seen, paid: bool) -> list[str]:
        if paid:
            return [f"● PAID {paid_story(seen, self.ctx.settings.hotel_timezone)}", "", "Esc closes this window"]
        lines = [format_minor(seen.booking.amount_minor, seen.booking.currency), ""]
        if self.offer or self.note:
            return [*lines, self.offer or self.note]
        if self.link is None:
            return [*lines, "making the link…"]
        ends = when.moment(self.link.expires_at, self.ctx.settings.hotel_timezone, seen.at)
        lines += [self.url.removeprefix("https://").removeprefix("http://"), self.note_copied, ""]
        lines += [WAITING.get(seen.booking.badge, seen.booking.badge.lower()), ""]
        return [*lines, f"Opened   {seen.booking.opened_count} times", f"Session  ends {ends}"]

    async def action_copy(self) -> None:
        if self.link is not None:
            self.app.notify(await copy_text(self.app, self.url), markup=False)

    def action_open(self) -> None:
        """The payment page itself, in this computer's browser."""
        if self.link is not None:
            self.app.open_url(self.link.session_url)

    def action_fallback(self) -> None:
        if self.offer:
            self.offer = ""
            self.show()
            self.make(confirmed=True)
