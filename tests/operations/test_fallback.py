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
from travello_desk.operations.currency_support import REMEMBERED_SECONDS, check_support, known_unsupported
from travello_desk.operations.rates import FallbackOffered, set_rate
from travello_desk.operations.refund import Request, refund
from travello_desk.operations.verify import verify
from travello_desk.payments.rules import Refused, refund_share
from travello_desk.secrets_form import parse_secret_key
from travello_desk.settings.model import FxRate
from travello_desk.store import payments

OFFERED = r"charge \$35\.71 for Rs\. 10,000 \(280 PKR per USD of 2026-11-24 \(FX_RATE\), 0 h old\)\?"


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
    with pytest.raises(FallbackOffered, match=OFFERED) as offered:
        await checkout(usd.ctx, booking_id, "Ayesha")
    assert usd.sandbox.books.sessions == {}
    link = await checkout(usd.ctx, booking_id, "Ayesha", confirmed=offered.value.offer)
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


# 2.5 point 1: known before the call


async def test_a_country_without_rupees_is_known_beforehand(usd: Desk) -> None:
    assert await check_support(usd.ctx) is False
    booking_id = await usd.book()
    with pytest.raises(FallbackOffered, match=OFFERED):
        await checkout(usd.ctx, booking_id, "Ayesha")
    assert usd.posts("/v1/checkout/sessions") == []
    assert usd.view(booking_id).payments == (), "an offer leaves nothing behind"
    await checkout(usd.ctx, booking_id, "guest", origin="guest")
    assert len(usd.posts("/v1/checkout/sessions")) == 1


async def test_a_proven_rejection_is_remembered_but_not_for_ever(usd: Desk) -> None:
    first, second, third = [await usd.book(f"TRV-{number}") for number in (1, 2, 3)]
    await checkout(usd.ctx, first, "guest", origin="guest")
    await checkout(usd.ctx, second, "guest", origin="guest")
    assert len(usd.posts("/v1/checkout/sessions")) == 3, "rupees were tried once"
    usd.time.seconds += REMEMBERED_SECONDS
    usd.ctx.settings = replace(usd.ctx.settings, fx_max_age_hours=48)
    await checkout(usd.ctx, third, "guest", origin="guest")
    assert len(usd.posts("/v1/checkout/sessions")) == 5, "Stripe may have changed its mind"


async def test_an_account_that_takes_rupees_is_never_offered_dollars(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert await check_support(desk.ctx) is True
        link = await checkout(desk.ctx, await desk.book(), "guest", origin="guest")
        assert desk.sandbox.books.sessions[link.session_id]["currency"] == "pkr"


async def test_what_a_key_may_not_ask_is_found_out_by_trying(usd: Desk) -> None:
    usd.sandbox.faults.next("GET /v1/account", "403", times=1)
    assert await check_support(usd.ctx) is None
    with pytest.raises(FallbackOffered):
        await checkout(usd.ctx, await usd.book(), "Ayesha")
    assert len(usd.posts("/v1/checkout/sessions")) == 1


async def test_another_key_is_another_account(usd: Desk) -> None:
    assert await check_support(usd.ctx) is False
    key = parse_secret_key("sk_test_another_account_of_the_hotel")
    other = replace(usd.ctx.settings, stripe_secret_key=key)
    before = usd.ctx.settings
    assert usd.ctx.store.read_now(lambda tx: known_unsupported(usd.ctx, tx, "PKR"))
    usd.ctx.settings = other
    assert not usd.ctx.store.read_now(lambda tx: known_unsupported(usd.ctx, tx, "PKR"))
    usd.ctx.settings = before


# Points 3 to 5: rate, and who says yes


async def test_a_yes_is_a_yes_to_that_charge_only(usd: Desk) -> None:
    booking_id = await usd.book()
    with pytest.raises(FallbackOffered) as offered:
        await checkout(usd.ctx, booking_id, "Ayesha")
    await set_rate(usd.ctx, "250", "Chaudhry")
    with pytest.raises(FallbackOffered, match=r"charge \$40 for"):
        await checkout(usd.ctx, booking_id, "Ayesha", confirmed=offered.value.offer)
    assert usd.sandbox.books.sessions == {}


async def test_an_hour_more_is_the_same_charge(usd: Desk) -> None:
    booking_id = await usd.book()
    with pytest.raises(FallbackOffered) as offered:
        await checkout(usd.ctx, booking_id, "Ayesha")
    usd.time.seconds += 20 * 3600
    await checkout(usd.ctx, booking_id, "Ayesha", confirmed=offered.value.offer)


async def test_with_auto_fallback_off_a_guest_is_never_charged_in_dollars(usd: Desk) -> None:
    usd.ctx.settings = replace(usd.ctx.settings, fx_auto_fallback=False)
    booking_id = await usd.book()
    for origin in ("guest", "api"):
        with pytest.raises(Refused, match="does not take PKR"):
            await checkout(usd.ctx, booking_id, "guest", origin=origin)
    assert usd.sandbox.books.sessions == {}


async def test_it_is_logged_and_stands_in_the_timeline_once(usd: Desk, caplog: pytest.LogCaptureFixture) -> None:
    booking_id = await usd.book()
    await checkout(usd.ctx, booking_id, "guest", origin="guest")
    await checkout(usd.ctx, booking_id, "guest", origin="guest")
    assert len([r for r in caplog.records if r.getMessage().startswith("currency fallback PKR->USD")]) == 1
    assert len([line for line in usd.lines(booking_id) if line.startswith("Currency fallback PKR -> USD")]) == 1


async def test_less_than_fifty_cents_is_refused_before_stripe_is_asked(usd: Desk) -> None:
    assert await check_support(usd.ctx) is False
    with pytest.raises(Refused, match="minimum"):
        await checkout(usd.ctx, await usd.book(amount_minor=10_000), "guest", origin="guest")
    assert usd.posts("/v1/checkout/sessions") == []


async def test_a_rate_of_the_future_is_no_rate(usd: Desk) -> None:
    with pytest.raises(Refused, match="cannot be known yet"):
        await set_rate(usd.ctx, "281", "Ali", date(2027, 1, 1))
    usd.ctx.settings = replace(usd.ctx.settings, fx_rate=FxRate("PKR", "USD", Decimal("28"), date(2036, 11, 24)))
    with pytest.raises(Refused, match="no exchange rate"):
        await checkout(usd.ctx, await usd.book(), "guest", origin="guest")


# Point 7: checked against the dollars that were asked


async def test_another_sum_of_dollars_is_reviewed_and_pays_nothing(usd: Desk) -> None:
    booking_id = await usd.book()
    link = await checkout(usd.ctx, booking_id, "guest", origin="guest")
    usd.sandbox.books.sessions[link.session_id]["amount_total"] = 3570
    await usd.sandbox.pay(link.session_id)
    await usd.feed()
    assert usd.states(booking_id)[0] == "PENDING"
    assert any(alert.kind == "wrong_amount" for alert in usd.view(booking_id).alerts)
