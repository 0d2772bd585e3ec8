"""Refund: money leaves, so that nothing here happens by one key (UX 2.2, tier 2).

The consequence is written out before, the sum is typed twice, the button is off until both are equal and is never
focused at the start, letters never confirm, and over the clerk's limit a manager signs in the same window. The name of
the press (its idempotency uid) is made when the window opens: a second press is the same refund.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Input

from travello_desk.actions import User
from travello_desk.money import describe_minor
from travello_desk.operations import staff
from travello_desk.operations.arrival import pay_out, shut_drawer
from travello_desk.operations.context import Context
from travello_desk.operations.refund import REASON_WORDS, Refunded, Request, new_uid, refund
from travello_desk.payments.facts import DEAD_REFUND
from travello_desk.payments.rules import REFUND_REASONS, Refusal, Refused, refund_refusal
from travello_desk.tui.badges import badge_of
from travello_desk.tui.dialogs import refund_plan as plan
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.amounts import Typed, read_amount
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.refund_plan import Source

REASONS = tuple((reason, (REASON_WORDS[reason] or "other").capitalize()) for reason in REFUND_REASONS)
COLUMN = 46


class RefundDialog(DeskDialog):
    """Online money back through Stripe, or desk money back from the drawer; a choice when the booking has both."""

    VERB = "Refund"
    HINT = "Tab next · Esc cancel, nothing happens"
    BUSY = "Refunding…"
    BACK = "Keep the money"
    HARM = True
    YES_KEY = False
    MOVES_MONEY = True
    WIDTH = 70

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.uid = new_uid()
        self.sources: list[Source] = []
        self.offered: dict[int, int] = {}
        self.signers: list[str] = []
        self.signed: tuple[str, int] | None = None
        self.no_drawer = ""
        self.all_or_part: Choice[bool] = Choice(((True, "everything left"), (False, "part")), id="how_much")
        self.reason: Choice[str] = Choice(REASONS, id="reason")
        self.amount = Field(id="amount", width=11)
        self.again = Field(id="again", width=16)
        self.note = Field(id="note", most=160)
        self.pin = Field(id="pin", width=14, most=12, password=True)
        self.understood = Words(classes="after", id="understood")

    async def read(self) -> bool:
        """The booking, and why the drawer that cash would come from gives none."""
        name = self.user.name
        shut = await self.ctx.store.read(lambda tx: shut_drawer(tx, name))
        self.no_drawer = shut.text if shut else ""
        return await super().read()

    async def prepare(self) -> None:
        self.sources = self.sources_now(self.booking)
        self.offered = {source.key: source.most_minor for source in self.sources}
        self.signers = await staff.signers(self.ctx, self.user.name)
        first = self.sources[0].payment if self.sources else None
        self.reason.pick(1 if first is not None and first.duplicate else 0)

    def sources_now(self, seen: Seen) -> list[Source]:
        return plan.sources(seen.ledger, seen.view)

    def parts(self) -> Iterable[Widget]:
        labels = tuple((place, source.label) for place, source in enumerate(self.sources)) or ((0, "nothing"),)
        self.place: Choice[int] = Choice(labels, id="source", numbered=True)
        self.all_or_part.styles.width = 25
        self.signer: Choice[str] = Choice(
            tuple((name, name) for name in self.signers) or (("", "nobody"),), id="signer"
        )
        self.source_row = Row("From", self.place)
        self.sign_row = Row("Signs", self.signer)
        self.pin_row = Row("PIN", self.pin)
        yield Words(id="paid")
        yield Words(id="most", classes="strong")
        yield self.source_row
        yield Row("Amount", self.all_or_part, self.amount, self.understood)
        yield Row("Reason", self.reason)
        yield Row("Note", self.note)
        yield Row("After this", Words(id="after"))
        yield Words(id="limit", classes="warning")
        yield self.sign_row
        yield self.pin_row
        yield Row("Type it again", self.again, Words("the same sum once more", classes="after quiet", id="equal"))

    # What is asked for.

    @property
    def source(self) -> Source | None:
        return self.sources[min(self.place.value, len(self.sources) - 1)] if self.sources else None

    def typed_amount(self) -> Typed:
        """The sum in the source's currency, checked against what is left."""
        source = self.source
        if source is None:
            return Typed(None)
        if self.all_or_part.value:
            return Typed(source.most_minor, "", source.currency)
        typed = read_amount(self.amount.value, source.currency)
        fault = self.amount_fault(source, typed)
        return Typed(None, fault, source.currency) if fault else typed

    def amount_fault(self, source: Source, typed: Typed) -> str:
        if typed.minor is None:
            return typed.fault
        if typed.minor > source.most_minor:
            return f"at most {describe_minor(source.most_minor, source.currency)}"
        if source.payment is None:
            return "" if typed.minor > 0 else "more than nothing"
        refusal = refund_refusal(source.payment, plan.own_minor(source, typed.minor))
        return refusal.text if refusal else ""

    def needs_signature(self) -> bool:
        source, minor = self.source, self.typed_amount().minor
        if source is None or minor is None:
            return False
        return staff.over_limit(self.ctx, self.user.refund_limit_minor, minor, source.currency)

    def drawer_fault(self) -> str:
        """Why the drawer, where it is what is chosen, gives nothing: told before anything is signed."""
        source = self.source
        return self.no_drawer if source is not None and source.payment is None else ""

    def same_again(self) -> bool:
        source, minor = self.source, self.typed_amount().minor
        if source is None or minor is None:
            return False
        return read_amount(self.again.value, source.currency).minor == minor

    def ready(self) -> bool:
        if self.typed_amount().minor is None or not self.same_again() or self.drawer_fault():
            return False
        if self.reason.value == "other" and not self.note.value.strip():
            return False
        return not self.needs_signature() or bool(self.signers and self.pin.value) or self.is_signed()

    # What is shown.

    def refresh_words(self) -> None:
        source = self.source
        if source is None:
            return
        self.query_one("#paid", Words).update(self.history(source))
        most = describe_minor(source.most_minor, source.currency)
        self.query_one("#most", Words).update(words.pair("Most you can give back", most, COLUMN))
        self.source_row.display = len(self.sources) > 1
        self.amount.display = not self.all_or_part.value
        self.understood.update(self.typed_amount().said)
        self.query_one("#after", Words).update(self.future(source))
        self.show_signature()
        self.query_one("#equal", Words).update(self.equal_words())

    def history(self, source: Source) -> str:
        """What came in and what went out already, with its days."""
        lines = [words.pair(self.paid_label(source), describe_minor(source.paid_minor, source.currency), COLUMN)]
        if source.foreign and source.payment is not None:
            charged = describe_minor(source.payment.received_minor, source.payment.currency)
            lines.append(words.pair("  charged as", charged, COLUMN))
        if source.refunded_minor:
            out = describe_minor(-source.refunded_minor, source.currency)
            lines.append(words.pair("Already given back", out, COLUMN))
        return "\n".join(lines)

    def paid_label(self, source: Source) -> str:
        zone, today = self.ctx.settings.hotel_timezone, self.booking.today_on
        if source.payment is None:
            mark = self.booking.view.desk_entry
            how = f"Paid at the desk ({mark.tender})" if mark and mark.tender else "Paid at the desk"
            at = mark.at if mark else 0
        else:
            facts = source.payment.payment.facts
            how, at = f"Paid by {facts.card or 'card'}", facts.paid_at
        return f"{how}  {words.day_of(at, zone, today)}" if at else how

    def future(self, source: Source) -> str:
        """The consequence, in the words of the projection."""
        minor = self.typed_amount().minor
        if minor is None:
            return "type how much"
        then = plan.after(self.booking.ledger, source, minor)
        badge = badge_of(then.view.badge)
        refunded, kept = (describe_minor(part, source.currency) for part in (then.refunded_minor, then.kept_minor))
        lines = [
            f"given back {refunded} · kept {kept}",
            plan.status_words(self.booking.view, then.view, f"{badge.glyph} {badge.word}"),
            self.drawer_fault() or (plan.DRAWER if source.payment is None else plan.WAY_BACK),
        ]
        if source.foreign:
            lines.append(f"leaves as {describe_minor(then.leaves_minor, then.leaves_currency)}, the payment's own rate")
        return "\n".join(lines)

    def show_signature(self) -> None:
        needed = self.needs_signature()
        limit = self.user.refund_limit_minor or 0
        text = f"Over your {describe_minor(limit, self.ctx.settings.currency_primary)} limit: a manager signs"
        if needed and not self.signers:
            text += ". Nobody here can: no manager has an account"
        line = self.query_one("#limit", Words)
        line.update(text)
        line.display = self.sign_row.display = self.pin_row.display = needed

    def equal_words(self) -> str:
        if not self.again.value:
            return "the same sum once more"
        return "✓ the same" if self.same_again() else "not the same sum"

    def label(self) -> str:
        source, minor = self.source, self.typed_amount().minor
        if source is None or minor is None:
            return self.VERB
        verb = "Pay out" if source.payment is None else "Refund"
        sum_words = describe_minor(minor, source.currency)
        if source.foreign and source.payment is not None:
            own = plan.own_minor(source, minor)
            sum_words += f" ({describe_minor(own, source.payment.currency)})"
        return f"{verb} {sum_words}"

    # The ground.

    def stop_reason(self, seen: Seen) -> str:
        ours = seen.refund(self.uid)
        if ours is not None and ours.status == "REFUSED":
            self.uid = new_uid()  # Stripe's no was definite: the next press is another request (PAYMENTS 4.3)
        if sending := plan.sending_words(seen.view):
            return sending
        self.sources = self.sources_now(seen)
        if not self.sources:
            return plan.nothing_words(seen.view)
        if {source.key: source.most_minor for source in self.sources} != self.offered:
            return "The money on this booking has changed meanwhile: close this window and look again"
        return ""

    def look_again(self) -> None:
        super().look_again()
        ours = self.booking.refund(self.uid)
        if ours is None or self.busy or self.finished or ours.status in DEAD_REFUND | {"SENDING"}:
            return
        done = Refunded(ours.id, self.uid, ours.stripe_refund_id or "", ours.amount_minor, ours.currency, ours.status)
        self.finish(self.outcome(done))

    # The deed.

    async def carry_out(self) -> Outcome:
        source, typed = self.source, self.typed_amount()
        if source is None or typed.minor is None:
            raise Refused(Refusal("nothing_paid", "There is nothing to refund yet"))
        approved_by = await self.signature(source, typed.minor) if self.needs_signature() else ""
        if source.payment is None:
            return await self.pay_out(typed.minor, approved_by)
        request = Request(
            booking_id=self.booking.booking.id,
            actor=self.user.name,
            amount_minor=None if self.all_or_part.value else plan.own_minor(source, typed.minor),
            payment_id=source.payment.payment.seq,
            reason=self.reason.value,
            note=self.note.value.strip(),
            approved_by=approved_by,
            uid=self.uid,
            booking_minor=typed.minor if source.foreign else 0,
        )
        return self.outcome(await refund(self.ctx, request))

    async def pay_out(self, amount_minor: int, approved_by: str) -> Outcome:
        booking = self.booking.booking
        why = ": ".join(part for part in (dict(REASONS)[self.reason.value], self.note.value.strip()) if part)
        done = await pay_out(self.ctx, booking.id, amount_minor, why, self.user.name, approved_by)
        paid = describe_minor(amount_minor, booking.currency)
        return Outcome(booking.id, f"{paid} paid out from the drawer, voucher {done.voucher_no}")

    async def signature(self, source: Source, amount_minor: int) -> str:
        """The manager's name; asked for once, kept for a second press of the same sum."""
        if self.signed is None or not self.is_signed():
            person = await staff.authorise(
                self.ctx,
                self.signer.value,
                self.pin.value,
                amount_minor=amount_minor,
                currency=source.currency,
                asker=self.user.name,
                booking_id=self.booking_id,
            )
            self.signed = (person.name, amount_minor)
        return self.signed[0]

    def is_signed(self) -> bool:
        return self.signed is not None and self.signed[1] == self.typed_amount().minor

    async def refused(self, refused: Refused) -> None:
        if self.stands:
            with self.prevent(Input.Changed):  # typing takes the refusal's sentence away; this is not typing
                self.pin.value = ""
        await super().refused(refused)

    def outcome(self, done: Refunded) -> Outcome:
        """What to say: done, on its way, or waiting for the guest."""
        amount = describe_minor(done.amount_minor, done.currency)
        if done.status in DEAD_REFUND:
            raise Refused(Refusal("refused", f"Stripe did not take the refund of {amount}"))
        text = {
            "succeeded": f"{amount} refunded",
            "requires_action": f"Refund of {amount}: the guest must act, Stripe e-mailed them",
        }.get(done.status, f"Refund of {amount} is on its way")
        return Outcome(self.booking.booking.id, text)
