"""Money in another currency than asked (B19): every command tells it as what it is, known to the table or not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.shell import Shell
from tests.desk import Desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.ingest import ingest_event
from travello_desk.payments.events import read_event

DAY = "2026-11-24"


async def paid_in(desk: Desk, currency: str) -> int:
    """A booking of Rs. 10,000 for which Stripe tells of 10,000 of something else, and of a tenth given back."""
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await desk.sandbox.refund_from_dashboard(next(iter(desk.sandbox.books.charges)), 100_000)
    for type_ in ("checkout.session.completed", "refund.created"):
        told: dict[str, Any] = next(e for e in desk.sandbox.books.events.values() if e["type"] == type_)
        odd = json.loads(json.dumps(told))
        odd["data"]["object"]["currency"] = currency
        await ingest_event(desk.ctx, read_event(odd), json.dumps(odd))
    return booking_id


async def test_a_booking_tells_the_charge_in_its_own_currency(desk: Desk, shell: Shell) -> None:
    told = await shell.told("booking", str(await paid_in(desk, "usd")))
    (payment,), (refund,) = told["payments"], told["refunds"]
    assert (payment["amount"], payment["currency"]) == (10_000, "PKR")
    assert (payment["charged_amount"], payment["charged_currency"]) == (10_000, "USD")
    assert (payment["refunded_amount"], refund["amount"], refund["currency"]) == (1000, 1000, "USD")


@pytest.mark.parametrize(
    "words",
    [("booking", "TRV-1"), ("problems",), ("report", "--date", DAY), ("report", "--date", DAY, "--csv", "day.csv")],
)
async def test_a_currency_that_nobody_knows_has_no_number_and_no_traceback(
    desk: Desk, shell: Shell, words: tuple[str, ...]
) -> None:
    await paid_in(desk, "zzz")
    document = json.dumps(await shell.told(*words))
    assert '"amount": null' in document
    assert "ZZZ" in document


async def test_money_in_a_currency_that_nobody_knows_can_be_given_back(desk: Desk, shell: Shell) -> None:
    booking_id = await paid_in(desk, "zzz")
    told = await shell.told("refund", str(booking_id))
    assert (told["status"], told["amount"], told["currency"]) == ("succeeded", None, "ZZZ")
    assert "Refund of 900,000 minor units of ZZZ asked for" in desk.lines(booking_id)
