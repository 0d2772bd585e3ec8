"""The currency fallback: proven rejection only, a dated rate, both amounts kept (PAYMENTS 2.5, D25, C29)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.rates import FallbackOffered, set_rate
from travello_desk.operations.refund import Request, refund
from travello_desk.operations.verify import verify
from travello_desk.payments.rules import Refused, refund_share
from travello_desk.settings.model import FxRate
from travello_desk.store import payments


@pytest.fixture
async def usd(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk on an account that does not take rupees, with a rate of today."""
    async with open_desk(tmp_path, supported_currencies=["USD", "EUR"]) as desk:
        rate = FxRate("PKR", "USD", Decimal("280"), date(2026, 11, 24))
        desk.ctx.settings = replace(desk.ctx.settings, fx_rate=rate)
        yield desk
        assert (await verify(desk.ctx)).differences == []


async def test_D25_staff_are_asked_with_both_amounts(usd: Desk) -> None:
    booking_id = await usd.book()
    with pytest.raises(FallbackOffered, match=r"charge \$35\.71 for Rs\. 10,000 \(280 PKR per USD of 2026-11-24"):
        await checkout(usd.ctx, booking_id, "Ayesha")
    assert usd.sandbox.books.sessions == {}
    link = await checkout(usd.ctx, booking_id, "Ayesha", fallback_confirmed=True)
    session = usd.sandbox.books.sessions[link.session_id]
    assert (session["amount_total"], session["currency"]) == (3571, "usd")
    keys = [item.idempotency_key for item in usd.posts("/v1/checkout/sessions")]
    assert len(set(keys)) == len(keys), "the old key remembers the rejection"


async def test_a_call_without_staff_falls_back_and_is_paid_in_full(usd: Desk) -> None:
    booking_id = await usd.book()
    link = await checkout(usd.ctx, booking_id, "guest", origin="guest")
    assert any(line.startswith("Currency fallback PKR -> USD") for line in usd.lines(booking_id))
    row = usd.ctx.store.read_now(lambda tx: payments.payments_of(tx, booking_id))[-1]
    assert (row.rate, row.rate_as_of, row.rate_source) == ("280", "2026-11-24", "FX_RATE")
    await usd.sandbox.pay(link.session_id)
    await usd.feed()
    booking = usd.booking(booking_id)
    assert (booking.status, booking.balance_minor, booking.paid_minor) == ("PAID", 0, 1_000_000)


async def test_C29_partial_refunds_at_the_stored_rate_and_the_last_takes_the_rest(usd: Desk) -> None:
    booking_id = await usd.book()
    link = await checkout(usd.ctx, booking_id, "guest", origin="guest")
    await usd.sandbox.pay(link.session_id)
    await usd.feed()
    await set_rate(usd.ctx, "300", "staff")
    sent = []
    for part in (333_333, 333_333, 333_334):
        view = usd.view(booking_id).payments[-1]
        amount = refund_share(view, part)
        sent.append((await refund(usd.ctx, Request(booking_id, "Ayesha", amount, booking_minor=part))).amount_minor)
        left = 1_000_000 - part * len(sent) if len(sent) < 3 else 0
        assert usd.booking(booking_id).paid_minor == left, "what is left is what the desk meant, to the paisa"
    assert sum(sent) == 3571
    assert sent[0] == 1190, "a third of the original charge, not at today's rate"
    assert usd.states(booking_id)[:2] == ("PENDING", "REFUNDED")


@pytest.mark.parametrize(
    ("rate", "says"),
    [(None, "no exchange rate is set"), (FxRate("PKR", "USD", Decimal("280"), date(2026, 11, 20)), "of 2026-11-20")],
)
async def test_without_a_fresh_rate_nothing_is_charged(usd: Desk, rate: FxRate | None, says: str) -> None:
    usd.ctx.settings = replace(usd.ctx.settings, fx_rate=rate)
    booking_id = await usd.book()
    with pytest.raises(Refused, match=says):
        await checkout(usd.ctx, booking_id, "guest", origin="guest")
    assert usd.sandbox.books.sessions == {}
    await set_rate(usd.ctx, "281.5", "Chaudhry")
    await checkout(usd.ctx, booking_id, "guest", origin="guest")
    assert next(iter(usd.sandbox.books.sessions.values()))["amount_total"] == 3552


async def test_other_refusals_never_fall_back(usd: Desk) -> None:
    booking_id = await usd.book()
    usd.sandbox.faults.next("POST /v1/checkout/sessions", "403", times=2)
    with pytest.raises(Exception, match="key"):
        await checkout(usd.ctx, booking_id, "guest", origin="guest")
    assert usd.sandbox.books.sessions == {}


@pytest.mark.parametrize("text", ["", "abc", "0", "-280", "NaN", "Infinity", "1e99"])
async def test_a_rate_must_be_a_positive_number(usd: Desk, text: str) -> None:
    with pytest.raises(Refused, match="rate"):
        await set_rate(usd.ctx, text, "staff")
