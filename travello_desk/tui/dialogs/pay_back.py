"""Money that a failed refund brought back, paid to the guest another way and written down (operations/pay_back.py).

Money leaves: the sum is typed again, nothing is focused but a field, and no letter confirms.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.operations.pay_back import PayBack, pay_back, payment_returned
from travello_desk.operations.refund import new_uid
from travello_desk.payments.projection import PaymentView
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.amounts import read_amount
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.reading import Seen

TENDERS = (("cash", "Cash"), ("transfer", "Bank"), ("cheque", "Cheque"), ("other", "Other"))
LABELS = {"cash": "Given to", "transfer": "Reference", "cheque": "Cheque no", "other": "Reference"}
WANTED = {
    "cash": "who took it; the voucher numbers itself",
    "transfer": "as the bank names it",
    "cheque": "as on the cheque",
}
COLUMN = 46
NOTHING = "No refund of this booking has come back"
MOVED = "The money on this booking has changed meanwhile: close this window and look again"


class PayBackDialog(DeskDialog):
    """How the guest got it, the number of its paper, and the sum typed once more."""

    VERB = "Pay back"
    HINT = "Tab next · Esc cancel, nothing happens"
    BUSY = "Writing it down…"
    BACK = "Not yet"
    HARM = True
    YES_KEY = False
    WIDTH = 66

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.uid = new_uid()
        self.offered: tuple[int, int] = (0, 0)
        self.tender: Choice[str] = Choice(TENDERS, id="tender")
        self.reference = Field(id="reference", most=120, placeholder=WANTED["cash"])
        self.again = Field(id="again", width=16)

    async def prepare(self) -> None:
        self.offered = self.offer(self.booking)

    def offer(self, seen: Seen) -> tuple[int, int]:
        """The payment and what came back of it, or zeros."""
        view = payment_returned(seen.view.payments)
        return (view.payment.seq, view.returned_minor) if view is not None else (0, 0)

    @property
    def payment(self) -> PaymentView | None:
        return payment_returned(self.booking.view.payments)

    def parts(self) -> Iterable[Widget]:
        yield Words(id="sum", classes="strong")
        yield Words("Stripe could not give it to the guest: the money is back with the hotel.", classes="quiet")
        yield Row("Paid by", self.tender)
        self.reference_row = Row("Reference", self.reference)
        yield self.reference_row
        yield Words("After this it counts as refunded. Cash leaves your drawer, with a voucher.", classes="quiet")
        yield Row("Type it again", self.again, Words("", classes="after quiet", id="equal"))

    def refresh_words(self) -> None:
        if self.payment is None:
            return
        self.reference_row.rename(LABELS[self.tender.value])
        self.reference.placeholder = WANTED.get(self.tender.value, "by which it is found again")
        amount = describe_minor(self.offered[1], self.payment.currency)
        self.query_one("#sum", Words).update(words.pair("To be paid to the guest", amount, COLUMN))
        self.query_one("#equal", Words).update("✓ the same" if self.same_again() else "the same sum once more")

    def same_again(self) -> bool:
        view = self.payment
        return view is not None and read_amount(self.again.value, view.currency).minor == self.offered[1]

    def ready(self) -> bool:
        return self.same_again() and bool(self.reference.value.strip())

    def label(self) -> str:
        view = self.payment
        return f"Paid back {describe_minor(self.offered[1], view.currency)}" if view else self.VERB

    def stop_reason(self, seen: Seen) -> str:
        if self.offer(seen) == (0, 0):
            return NOTHING
        return "" if self.offer(seen) == self.offered else MOVED

    async def carry_out(self) -> Outcome:
        view = self.payment
        if view is None:
            raise Refused(Refusal("nothing_returned", NOTHING))
        deed = PayBack(
            booking_id=self.booking.booking.id,
            actor=self.user.name,
            tender=self.tender.value,
            reference=self.reference.value.strip(),
            amount_minor=self.offered[1],
            payment_id=self.offered[0],
            uid=self.uid,
        )
        done = await pay_back(self.ctx, deed)
        how = f"from the drawer, voucher {done.voucher_no}" if done.voucher_no else "another way"
        return Outcome(done.booking_id, f"{describe_minor(done.amount_minor, done.currency)} paid back {how}")
