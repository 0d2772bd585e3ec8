"""The stories' objects are the sandbox's objects, and the sandbox's events end where the stories end.

Two people wrote down what Stripe sends; where they differ, one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from tests.payments import stripe_objects as stripe
from tests.payments.book import Book, Row
from tests.payments.samples import CREATING, ledger, payment
from tests.payments.scene import START, Scene
from travello_desk.payments.events import OBSERVERS, observe_event, read_event
from travello_desk.sandbox import Sandbox, disputes, sessions
from travello_desk.sandbox.world import BY_ITSELF

Play = Callable[[Sandbox, str], Awaitable[None]]
PLAYS: dict[str, tuple[str, Play]] = {}


def play(ending: str) -> Callable[[Play], Play]:
    def register(told: Play) -> Play:
        PLAYS[told.__name__] = (ending, told)
        return told

    return register


def open_session(box: Sandbox) -> str:
    metadata = stripe.marks("pay_1")
    price = {"currency": "pkr", "unit_amount": 1_000_000, "product_data": {"name": "Room 204"}}
    params = {
        "mode": "payment",
        "success_url": "https://hotel.example/ok",
        "client_reference_id": "pay_1",
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "line_items": [{"quantity": 1, "price_data": price}],
    }
    return str(sessions.create(box.world, params, BY_ITSELF)["id"])


def charge_of(box: Sandbox) -> str:
    return next(id_ for id_, charge in box.books.charges.items() if charge["paid"])


@play("PAID SUCCEEDED PAID")
async def paid(box: Sandbox, session: str) -> None:
    await box.pay(session)


@play("PAID SUCCEEDED PAID")
async def declined_then_paid(box: Sandbox, session: str) -> None:
    await box.decline(session)
    await box.decline(session)
    await box.pay(session)


@play("PENDING FAILED FAILED")
async def declined(box: Sandbox, session: str) -> None:
    await box.decline(session)


@play("PENDING NOT_INITIATED EXPIRED")
async def declined_then_expired(box: Sandbox, session: str) -> None:
    await box.decline(session)
    await box.expire(session)


@play("PENDING PROCESSING SETTLING")
async def bank_on_its_way(box: Sandbox, session: str) -> None:
    await box.pay_delayed(session)


@play("PAID SUCCEEDED PAID")
async def bank_settles(box: Sandbox, session: str) -> None:
    await box.pay_delayed(session)
    await box.settle_delayed(next(iter(box.books.payment_intents)))


@play("PENDING FAILED FAILED")
async def bank_fails(box: Sandbox, session: str) -> None:
    await box.pay_delayed(session)
    await box.settle_delayed(next(iter(box.books.payment_intents)), ok=False)


@play("PAID SUCCEEDED PART REF")
async def part_refunded(box: Sandbox, session: str) -> None:
    await box.pay(session)
    await box.refund_from_dashboard(charge_of(box), 200_000)


@play("PENDING REFUNDED REFUNDED")
async def refunded_in_two(box: Sandbox, session: str) -> None:
    await box.pay(session)
    await box.refund_from_dashboard(charge_of(box), 200_000)
    box.behaviour.refund_status = "pending"
    refund = await box.refund_from_dashboard(charge_of(box))
    await box.settle_refund(refund["id"])


@play("PAID SUCCEEDED PAID")
async def refund_fails(box: Sandbox, session: str) -> None:
    await box.pay(session)
    refund = await box.refund_from_dashboard(charge_of(box))
    box.advance(86_400)
    await box.fail_refund(refund["id"])


@play("PENDING REFUNDED REFUNDED")
async def refund_fails_then_goes_through(box: Sandbox, session: str) -> None:
    await box.pay(session)
    refund = await box.refund_from_dashboard(charge_of(box))
    box.advance(86_400)
    await box.fail_refund(refund["id"])
    await box.refund_from_dashboard(charge_of(box))


@play("PAID SUCCEEDED PAID")
async def disputed(box: Sandbox, session: str) -> None:
    await box.pay(session)
    box.advance(86_400)
    opened = await box.open_dispute(charge_of(box))
    box.advance(86_400)
    disputes.answer_dispute(box.world, opened)
    box.advance(86_400)
    await box.close_dispute(opened["id"], won=False)


async def staged(name: str, lowers: bool = True) -> tuple[Sandbox, str, list[dict[str, Any]]]:
    """The play's last word and every event that the sandbox sent."""
    box = Sandbox(clock=lambda: float(START), seed=3, background=False)
    box.behaviour.failed_refund_lowers_charge = lowers
    ending, told = PLAYS[name]
    await told(box, open_session(box))
    events = [event for event in box.books.events.values() if event["type"] in OBSERVERS]
    await box.close()
    return box, ending, events


def ends(events: list[dict[str, Any]]) -> str:
    book = Book(ledger(), (Row("pay_1", payment(CREATING)),))
    for document in events:
        seen = observe_event(read_event(document))
        assert seen is not None
        book = book.told(seen)
    return f"{book.view.status} {book.view.payment_status} {book.view.badge}"


@pytest.mark.parametrize("lowers", [True, False])
@pytest.mark.parametrize("name", PLAYS)
async def test_the_sandboxs_events_end_where_they_must_in_any_order(name: str, lowers: bool) -> None:
    """Also with each event twice, and whether or not Stripe lowers the charge's sum when a refund fails."""
    _, ending, events = await staged(name, lowers)
    assert ends(events) == ending
    random = Random(name)
    for _ in range(20):
        shuffled = events * 2
        random.shuffle(shuffled)
        assert ends(shuffled) == ending


async def test_the_stories_objects_have_no_field_that_the_sandboxs_lack() -> None:
    """A field that Stripe does not have could hide a wrong reading."""
    scene = Scene()
    scene.link()
    scene.pay()
    scene.refund("re_1", 5)
    scene.dispute()
    ours = [*scene.sessions.values(), *scene.intents.values(), *scene.charges.values()]
    ours += [*scene.refunds.values(), *scene.disputes.values()]
    theirs: dict[str, set[str]] = {}
    for name in ("disputed", "part_refunded"):
        box, _, _ = await staged(name)
        for event in box.books.events.values():
            thing = event["data"]["object"]
            theirs[thing["object"]] = set(thing)
    for each in ours:
        assert set(each) - {"presentment_details"} <= theirs[each["object"]], each["object"]
