"""Accept online money that differs from what was asked: the booking counts as paid in full (PAYMENTS 1.4). Managers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textual.widget import Widget

from travello_desk.actions import BY_ID, ROLE_RANK, User
from travello_desk.money import describe_minor
from travello_desk.operations.bookings import accept_payment
from travello_desk.operations.context import Context
from travello_desk.payments.projection import PaymentView, project
from travello_desk.store.ledger import with_payment
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.reading import Seen

COLUMN = 44
WHY = {
    "price": "The price was changed after the link was made",
    "amount": "Another sum was paid than was asked",
    "currency": "Another currency was paid than was asked",
}


def waiting(seen: Seen) -> PaymentView | None:
    """The newest payment that waits for a decision."""
    return next((view for view in reversed(seen.view.payments) if view.review and view.net_minor > 0), None)


class AcceptDialog(DeskDialog):
    """Shows both sums and what the booking becomes."""

    VERB = "Accept payment"
    BUSY = "Accepting…"
    BACK = "Leave it in review"
    WIDTH = 68
    YES_KEY = False

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.reason = Field(id="reason", most=200, placeholder="why, for the timeline")
        self.payment: PaymentView | None = None

    async def prepare(self) -> None:
        self.payment = waiting(self.booking)

    def parts(self) -> Iterable[Widget]:
        return Words(id="sums"), Words(id="why", classes="quiet"), Row("Reason", self.reason), Words(id="means")

    def refresh_words(self) -> None:
        if self.payment is None:
            return
        booking = self.booking.booking
        paid = describe_minor(self.payment.received_minor, self.payment.currency)
        asked = describe_minor(booking.amount_minor, booking.currency)
        sums = "\n".join((words.pair("Paid online", paid, COLUMN), words.pair("The booking asks", asked, COLUMN)))
        self.query_one("#sums", Words).update(sums)
        self.query_one("#why", Words).update(WHY.get(self.payment.review, ""))
        self.query_one("#means", Words).update(self.means())

    def means(self) -> str:
        """The future by the projection itself."""
        if self.payment is None:
            return ""
        accepted = replace(self.payment.payment, accepted=True)
        then = project(with_payment(self.booking.ledger, accepted))
        return f"Writes {self.booking.view.status} → {then.status}, nothing stays due. The difference is not collected."

    def label(self) -> str:
        if self.payment is None:
            return "Accept"
        return f"Accept {describe_minor(self.payment.received_minor, self.payment.currency)} as full payment"

    def ready(self) -> bool:
        return self.payment is not None and bool(self.reason.value.strip())

    def stop_reason(self, seen: Seen) -> str:
        role = BY_ID["accept"].role
        if ROLE_RANK.get(self.user.role, 0) < ROLE_RANK[role]:
            return f"This needs a {role}"
        self.payment = waiting(seen)
        return "" if self.payment else "No payment waits for a decision any more"

    async def carry_out(self) -> Outcome:
        booking_id = self.booking.booking.id
        if self.payment is None:
            raise LookupError("nothing to accept")
        seq = self.payment.payment.seq
        changed = await accept_payment(self.ctx, booking_id, seq, self.reason.value, self.user.name)
        return Outcome(booking_id, "Accepted as full payment", changed.warning)
