"""Links that come to life late: a request that was given up had reached Stripe after all. No money is lost by one, no
guest is shown one, and none stays live beside another (found by the simulation under heavy load)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.desk import Desk
from travello_desk.operations import bookings as changes
from travello_desk.operations.checkout import Link, checkout, create_session
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.look_first import find_session
from travello_desk.operations.poll import poll
from travello_desk.operations.reconcile import reconcile
from travello_desk.operations.resume import resume
from travello_desk.payments.rules import Refused
from travello_desk.store import payments
from travello_desk.store.payments import PaymentRow

SESSIONS = "/v1/checkout/sessions"
CREATE = f"POST {SESSIONS}"
EXPIRE = f"POST {SESSIONS}/*/expire"
DAY = 24 * 3600


async def unanswered(desk: Desk, booking_id: int, fault: str = "reset_before") -> PaymentRow:
    """An intention that Stripe has not answered."""
    desk.sandbox.faults.always(CREATE, fault)
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.clear()
    return row_of(desk, desk.view(booking_id).payments[-1].payment.seq)


async def given_up(desk: Desk, booking_id: int) -> PaymentRow:
    """One that was looked for, not found and closed, while its request was still on its way."""
    row = await unanswered(desk, booking_id)
    assert not await find_session(desk.ctx, row)
    assert row_of(desk, row.id).status == "REFUSED"
    return row


async def arrives_late(desk: Desk, row: PaymentRow) -> str:
    """The request reaches Stripe now; whoever sent it is dead. The session nobody here knows."""
    session = await desk.ctx.stripe.create_session(row.parameters, row.idempotency_key)
    return str(session["id"])


def row_of(desk: Desk, payment_id: int) -> PaymentRow:
    row = desk.ctx.store.read_now(lambda tx: payments.get_payment(tx, payment_id))
    assert row is not None
    return row


def live(desk: Desk) -> list[str]:
    return [id_ for id_, session in desk.sandbox.books.sessions.items() if session["status"] == "open"]


async def by_webhook(desk: Desk) -> None:
    await desk.feed()


async def by_polling(desk: Desk) -> None:
    await poll(desk.ctx)


async def by_object(desk: Desk) -> None:
    """Stripe keeps events for a month only: here all of them are forgotten."""
    desk.sandbox.books.events.clear()
    await reconcile(desk.ctx, by_object=True)


roads = pytest.mark.parametrize("road", [by_webhook, by_polling, by_object])


@roads
async def test_money_on_a_link_that_was_given_up_is_never_lost(
    desk: Desk, road: Callable[[Desk], Awaitable[None]]
) -> None:
    """The payment says REFUSED and has no session; our mark on the money is enough."""
    booking_id = await desk.book()
    row = await given_up(desk, booking_id)
    await desk.sandbox.pay(await arrives_late(desk, row))
    await road(desk)
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert desk.booking(booking_id).paid_minor == 1_000_000


@roads
async def test_money_on_a_link_that_was_given_up_beside_a_paid_one_is_told(
    desk: Desk, road: Callable[[Desk], Awaitable[None]]
) -> None:
    booking_id = await desk.book()
    late = await arrives_late(desk, await given_up(desk, booking_id))
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    for session_id in (link.session_id, late):
        await desk.sandbox.pay(session_id)
    await road(desk)
    assert [view.received_minor for view in desk.view(booking_id).payments] == [1_000_000, 1_000_000]
    assert [alert.kind for alert in desk.view(booking_id).alerts] == ["paid_twice"]


async def test_a_late_link_beside_another_is_switched_off(desk: Desk) -> None:
    """A declined card tells of it; it must not be refused, shown, nor stay live."""
    booking_id = await desk.book()
    row = await given_up(desk, booking_id)
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    late = await arrives_late(desk, row)
    await desk.sandbox.decline(late)
    assert "applied" in await desk.feed()
    assert (await checkout(desk.ctx, booking_id, "Ayesha")).session_id == link.session_id
    await resume(desk.ctx)
    await desk.feed()
    await reconcile(desk.ctx, by_object=True)
    await resume(desk.ctx)
    assert live(desk) == [link.session_id]


async def test_a_late_answer_is_not_handed_out_beside_another_link(desk: Desk) -> None:
    """The one who was asleep wakes up with an answer, and gets the link that the guest has."""
    booking_id = await desk.book()
    row = await given_up(desk, booking_id)
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    woken = await create_session(desk.ctx, row, "Bilal")
    assert not woken.is_open
    await resume(desk.ctx)
    assert live(desk) == [link.session_id]


@pytest.mark.parametrize("change", ["cancel", "switch"])
async def test_a_late_link_of_a_booking_that_wants_none_is_switched_off(desk: Desk, change: str) -> None:
    booking_id = await desk.book()
    row = await given_up(desk, booking_id)
    await changed(desk, booking_id, change)
    await create_session(desk.ctx, row, "Bilal")
    await resume(desk.ctx)
    assert live(desk) == []


@pytest.mark.parametrize("change", ["cancel", "switch"])
@pytest.mark.parametrize("fault", ["401", "403"])
async def test_a_link_that_is_unwanted_while_it_is_made_is_switched_off_later(
    desk: Desk, change: str, fault: str
) -> None:
    """Seed 24: Stripe refused our key for a moment, and the wish to switch the link off was forgotten before it was."""
    booking_id = await desk.book()
    await unanswered(desk, booking_id, "reset_after")
    desk.sandbox.faults.always(CREATE, fault)
    await changed(desk, booking_id, change)
    desk.sandbox.faults.clear()
    await resume(desk.ctx)
    await resume(desk.ctx)
    assert live(desk) == []
    assert desk.states(booking_id)[2] == ["EXPIRED"]


async def changed(desk: Desk, booking_id: int, change: str) -> None:
    if change == "cancel":
        await changes.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    else:
        await changes.switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")


async def test_an_old_intention_is_looked_for_before_it_is_switched_off(desk: Desk) -> None:
    """Seed 1854: after a day Stripe has forgotten the key; the same request would make a second session."""
    booking_id = await desk.book()
    row = await unanswered(desk, booking_id, "reset_after")
    desk.sandbox.faults.always(CREATE, "reset_before")
    await changed(desk, booking_id, "switch")
    desk.sandbox.faults.clear()
    desk.time.seconds += DAY + 60
    desk.sandbox.faults.always("GET *", "reset_before")
    await resume(desk.ctx)
    desk.sandbox.faults.clear()
    assert row_of(desk, row.id).status == "CREATING"
    await resume(desk.ctx)
    assert len(desk.sandbox.books.sessions) == 1
    assert row_of(desk, row.id).expire_asked_at == 0


async def test_a_link_that_is_to_be_switched_off_is_not_handed_out_again(desk: Desk) -> None:
    booking_id = await desk.book()
    old = await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.always(EXPIRE, "reset_before")
    await changed(desk, booking_id, "switch")
    with pytest.raises(Refused):
        await checkout(desk.ctx, booking_id, "Ayesha")
    await changes.switch_method(desk.ctx, booking_id, "ONLINE", "Ayesha")
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.clear()
    new = await checkout(desk.ctx, booking_id, "Ayesha")
    assert new.session_id != old.session_id
    assert live(desk) == [new.session_id]


async def asleep(desk: Desk, booking_id: int) -> tuple[Link, PaymentRow]:
    """One process writes the intention and falls asleep; another makes the link and hands it out."""
    row = await unanswered(desk, booking_id)
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    assert link.payment_id == row.id
    return link, row


async def test_who_wakes_up_after_a_day_hands_out_no_second_link_of_a_paid_booking(desk: Desk) -> None:
    booking_id = await desk.book()
    link, row = await asleep(desk, booking_id)
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    desk.time.seconds += DAY + 60
    await create_session(desk.ctx, row, "Bilal")
    with pytest.raises(Refused, match="already processed"):
        await checkout(desk.ctx, booking_id, "Bilal")


async def test_a_second_session_of_one_mark_is_switched_off_and_the_first_stays_known(desk: Desk) -> None:
    """Seed 1154: the link that a guest had been shown was forgotten for one that nobody had."""
    for number in range(8):  # whichever of the two names is the greater
        booking_id = await desk.book(f"TRV-{number}")
        link, row = await asleep(desk, booking_id)
        desk.time.seconds += DAY - 3000
        answer = await desk.ctx.stripe.create_session(row.parameters, f"forgotten-{number}")
        found = await find_session(desk.ctx, row)
        assert found
        assert row_of(desk, row.id).session_id == link.session_id
        assert [row_of(desk, view.payment.seq).session_id for view in desk.view(booking_id).payments] == [
            link.session_id,
            answer["id"],
        ]
        await resume(desk.ctx)
        assert live(desk)[-1:] == [link.session_id]
        await desk.sandbox.expire(link.session_id)


async def test_two_sessions_of_one_mark_both_paid_are_counted_both(desk: Desk) -> None:
    """Who slept for a day with the request in hand sends it to a Stripe that has forgotten its key."""
    booking_id = await desk.book()
    link, row = await asleep(desk, booking_id)
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    desk.time.seconds += DAY + 60
    second = await desk.ctx.stripe.create_session(row.parameters, row.idempotency_key)
    assert second["id"] != link.session_id
    await desk.sandbox.pay(second["id"])
    await desk.feed()
    views = desk.view(booking_id).payments
    assert sorted(view.payment.facts.payment_intent_id for view in views) == sorted(desk.sandbox.books.payment_intents)
    assert [view.received_minor for view in views] == [1_000_000, 1_000_000]
    assert [alert.kind for alert in desk.view(booking_id).alerts] == ["paid_twice"]
