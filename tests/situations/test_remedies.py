"""The attention inbox: each problem is raised with its facts, closed by its remedy or by a person with a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.desk import Desk
from travello_desk.actions import BY_ID
from travello_desk.cli.commands import COMMANDS
from travello_desk.operations import bookings, mail, problems
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.checkout import checkout
from travello_desk.operations.clock import watch_clock
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.ingest import ingest_event
from travello_desk.operations.pay_back import PayBack, pay_back
from travello_desk.operations.refund import Request, new_uid, refund
from travello_desk.operations.stuck import STUCK_SECONDS, watch_stuck
from travello_desk.payments.events import read_event
from travello_desk.payments.rules import Refused
from travello_desk.remedies import REMEDIES, remedies_for, stripe_page
from travello_desk.store import attention, inbox, outbox
from travello_desk.store.attention import PROJECTED, Problem

RAISED_DIRECTLY = {
    *("orphan", "livemode", "secret_mismatch", "clock", "mail_failed", "not_applied"),
    *("stuck_refund", "stuck_link", "link_live", "store_older"),
}
DAY = 24 * 3600


def open_problems(desk: Desk) -> list[Problem]:
    return desk.ctx.store.read_now(attention.open_problems)


def kinds(desk: Desk) -> list[str]:
    return [problem.kind for problem in open_problems(desk)]


async def paid(desk: Desk, **more: Any) -> int:
    booking_id = await desk.book(**more)
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await desk.feed()
    return booking_id


async def give_back(desk: Desk, booking_id: int, amount_minor: int | None = None) -> str:
    return (await refund(desk.ctx, Request(booking_id, "Ayesha", amount_minor, uid=new_uid()))).stripe_refund_id


def test_every_kind_has_its_remedies_and_every_remedy_a_key_and_a_command() -> None:
    assert set(REMEDIES) == PROJECTED | RAISED_DIRECTLY
    for kind in REMEDIES:
        for remedy in remedies_for(kind):
            assert BY_ID[remedy.action].scope == "problems"
            words = remedy.command.partition(",")[0].split()
            assert not words or words[0] in COMMANDS
    keys = [key for action in BY_ID.values() if action.scope in ("problems", "log") for key in action.keys]
    assert len(keys) == len(set(keys)), "two deeds under one key"


async def test_paid_twice_is_closed_by_refunding_either(desk: Desk) -> None:
    booking_id = await paid(desk)
    refund_id = await give_back(desk, booking_id)
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await desk.sandbox.fail_refund(refund_id)
    await desk.feed()
    assert "paid_twice" in kinds(desk)
    await give_back(desk, booking_id)
    assert "paid_twice" not in kinds(desk)


async def test_money_on_a_cancelled_booking_is_closed_by_the_refund_or_by_reopening(desk: Desk) -> None:
    first, second = await paid(desk), await paid(desk, reference="TRV-2")
    for booking_id in (first, second):
        await bookings.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    assert kinds(desk) == ["money_on_cancelled", "money_on_cancelled"]
    assert "Rs. 10,000 is on a cancelled booking" in open_problems(desk)[0].sentence
    await give_back(desk, first)
    await bookings.reopen(desk.ctx, second, "came after all", "Ayesha")
    assert kinds(desk) == []


async def wrong_amount(desk: Desk) -> int:
    """A guest has paid the price of yesterday."""
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await bookings.edit(desk.ctx, booking_id, "Ayesha", amount_minor=1_500_000)
    await desk.feed()
    assert kinds(desk) == ["wrong_amount"]
    return booking_id


async def test_a_wrong_amount_is_closed_by_accepting_it(desk: Desk) -> None:
    booking_id = await wrong_amount(desk)
    await bookings.accept_payment(desk.ctx, booking_id, 1, "as agreed", "Chaudhry")
    assert (kinds(desk), desk.booking(booking_id).status) == ([], "PAID")


async def test_a_wrong_amount_is_closed_by_collecting_the_rest(desk: Desk) -> None:
    booking_id = await wrong_amount(desk)
    await bookings.switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")
    marked = await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    assert marked.amount_minor == 500_000
    assert (kinds(desk), desk.booking(booking_id).status) == ([], "PAID")


async def returned(desk: Desk) -> int:
    """A refund of everything has failed after it had succeeded."""
    booking_id = await paid(desk)
    refund_id = await give_back(desk, booking_id)
    await desk.sandbox.fail_refund(refund_id)
    await desk.feed()
    assert kinds(desk) == ["refund_failed"]
    return booking_id


async def test_C13_a_returned_refund_is_closed_by_paying_another_way_and_noting_it(desk: Desk) -> None:
    booking_id = await returned(desk)
    uid = new_uid()
    deed = PayBack(booking_id, "Chaudhry", "cash", "voucher 118", uid=uid)
    done = await pay_back(desk.ctx, deed)
    assert (done.amount_minor, kinds(desk)) == (1_000_000, [])
    assert desk.booking(booking_id).status == "PENDING"
    assert "Paid Rs. 10,000 back to the guest another way" in desk.lines(booking_id)
    assert (await pay_back(desk.ctx, deed)) == done, "a second press is the same"
    for again in (PayBack(booking_id, "Ali", "cash", "voucher 119"), replace(deed, uid=new_uid())):
        with pytest.raises(Refused, match="No refund of this booking has come back"):
            await pay_back(desk.ctx, again)
    with pytest.raises(Refused, match="Everything has been refunded already"):
        await give_back(desk, booking_id)


async def test_only_money_that_came_back_is_paid_another_way(desk: Desk) -> None:
    booking_id = await paid(desk)
    with pytest.raises(Refused, match="refund it through Stripe"):
        await pay_back(desk.ctx, PayBack(booking_id, "Ali", "cash", "x"))
    await give_back(desk, booking_id, 300_000)
    back = await give_back(desk, booking_id, 200_000)
    await desk.sandbox.fail_refund(back)
    await desk.feed()
    for deed, why in (
        (PayBack(booking_id, "Ali", "gold", "x"), "Paid by one of"),
        (PayBack(booking_id, "Ali", "cash", "  "), "Give a reason"),
        (PayBack(booking_id, "Ali", "cash", "x", 300_000), "At most Rs. 2,000 came back"),
        (PayBack(99, "Ali", "cash", "x"), "not found"),
    ):
        with pytest.raises(Refused, match=why):
            await pay_back(desk.ctx, deed)
    assert (await pay_back(desk.ctx, PayBack(booking_id, "Ali", "transfer", "IBFT 7"))).amount_minor == 200_000
    assert (kinds(desk), desk.booking(booking_id).badge) == ([], "PART REF")


async def test_C24_a_dispute_counts_down_and_closes_when_it_is_won(desk: Desk) -> None:
    booking_id = await paid(desk)
    dispute = await desk.sandbox.open_dispute(next(iter(desk.sandbox.books.charges)))
    await desk.feed()
    problem = open_problems(desk)[0]
    assert (problem.kind, problem.due_at) == ("dispute", dispute["evidence_details"]["due_by"])
    await desk.sandbox.answer_dispute(dispute["id"])
    await desk.feed()
    assert open_problems(desk)[0].due_at == 0, "answered: the bank decides, nothing is due here"
    await desk.sandbox.close_dispute(dispute["id"])
    await desk.feed()
    assert (kinds(desk), desk.booking(booking_id).attention) == ([], 0)


async def test_C27_an_inquiry_is_closed_by_refunding(desk: Desk) -> None:
    booking_id = await paid(desk)
    await desk.sandbox.open_dispute(next(iter(desk.sandbox.books.charges)), inquiry=True)
    await desk.feed()
    assert kinds(desk) == ["inquiry"]
    assert "refund now avoids a dispute" in open_problems(desk)[0].sentence
    await give_back(desk, booking_id)
    assert desk.view(booking_id).payments[0].status == "REFUNDED"


async def orphan(desk: Desk) -> Problem:
    """Money for booking 2, which this desk does not have."""
    await desk.book()
    link = await checkout(desk.ctx, 1, "Ayesha")
    session = desk.sandbox.books.sessions[link.session_id]
    await desk.sandbox.pay(link.session_id)
    made = next(e for e in desk.sandbox.books.events.values() if e["type"] == "checkout.session.completed")
    told = json.loads(json.dumps(made))
    thing = told["data"]["object"]
    thing.update(id="cs_test_lost", client_reference_id=None)
    thing["metadata"] = {**thing["metadata"], "payment_uid": "lost", "booking_id": "2"}
    thing["payment_intent"] = "pi_lost"
    session["payment_intent"], told["id"] = session["payment_intent"], "evt_lost"
    await ingest_event(desk.ctx, read_event(told), json.dumps(told))
    (problem,) = [row for row in open_problems(desk) if row.kind == "orphan"]
    assert problem.sentence == "Rs. 10,000 was paid for a booking this desk does not have (Stripe pi_lost)"
    return problem


async def test_B24_orphan_money_finds_its_booking_once_that_is_there(desk: Desk) -> None:
    problem = await orphan(desk)
    with pytest.raises(StripeFailed):
        await problems.again(desk.ctx, problem.id, "Ali")
    assert problem.id in [row.id for row in open_problems(desk)], "Stripe does not know it either: it stays"
    await desk.book("TRV-2")
    event = read_event(
        json.loads(desk.ctx.store.read_now(lambda tx: tx.value("SELECT body FROM inbox WHERE event_id = 'evt_lost'")))
    )
    told = {**dict(event.object), "payment_status": "paid"}
    body = json.dumps(
        {
            "id": "evt_later",
            "object": "event",
            "type": event.type,
            "created": event.created,
            "livemode": False,
            "data": {"object": told},
        }
    )
    assert await ingest_event(desk.ctx, read_event(json.loads(body)), body) == "adopted"
    assert problem.id not in [row.id for row in open_problems(desk)]
    assert desk.booking(2).status == "PAID"


async def test_an_orphan_that_a_person_closed_is_not_raised_by_its_next_event(desk: Desk) -> None:
    problem = await orphan(desk)
    await problems.dismiss(desk.ctx, problem.id, "belongs to the spa", "Chaudhry")
    event = read_event(
        json.loads(desk.ctx.store.read_now(lambda tx: tx.value("SELECT body FROM inbox WHERE event_id = 'evt_lost'")))
    )
    assert await ingest_event(desk.ctx, replace(event, id="evt_again"), "{}") == "orphan"
    assert "orphan" not in kinds(desk)


async def test_a_mail_that_failed_is_sent_again_to_the_mended_address(desk: Desk) -> None:
    booking_id = await paid(desk, guest_email="nobody@example.org")
    await mail.queue_receipt(desk.ctx, booking_id, "Ayesha")
    claimed = await desk.ctx.store.write(lambda tx: outbox.claim(tx, 60))
    assert claimed is not None
    from travello_desk.mailer.post import NEVER, NotSent
    from travello_desk.operations.mail.deliver import deliver, postpone

    await desk.ctx.store.write(lambda tx: postpone(tx, claimed, NotSent(NEVER, "550 no such user")))
    (problem,) = open_problems(desk)
    assert (problem.kind, "550 no such user" in problem.sentence) == ("mail_failed", True)
    await bookings.edit(desk.ctx, booking_id, "Ayesha", details={"guest_email": "ayesha@example.com"})
    assert "sent again" in await problems.again(desk.ctx, problem.id, "Ayesha")
    assert await deliver(desk.ctx) >= 1
    assert kinds(desk) == []
    sent = desk.ctx.store.read_now(lambda tx: outbox.of_booking(tx, booking_id))
    assert {(row.status, row.recipient) for row in sent} == {("sent", "ayesha@example.com")}


async def test_a_clock_that_is_wrong_is_told_and_closes_when_it_is_right(desk: Desk) -> None:
    desk.ctx.clock = lambda: desk.time() - 600
    await watch_clock(desk.ctx)
    (problem,) = open_problems(desk)
    assert problem.sentence == "This computer's clock is 10 min slow: webhooks may be refused, times may be wrong"
    assert desk.ctx.health.banner == "this computer's clock is 10 min slow"
    await watch_clock(desk.ctx)
    assert kinds(desk) == ["clock"], "told once"
    assert "10 min slow" in await problems.again(desk.ctx, problem.id, "Ali")
    desk.ctx.clock = desk.time
    assert await problems.again(desk.ctx, problem.id, "Ali") == "The clock is right. The problem is closed."
    assert (kinds(desk), desk.ctx.clock_offset_seconds, desk.ctx.health.banner) == ([], 0.0, "")


async def test_an_event_that_a_bug_kept_out_is_applied_again(desk: Desk) -> None:
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    made = next(e for e in desk.sandbox.books.events.values() if e["type"] == "checkout.session.completed")
    await desk.ctx.store.write(lambda tx: inbox.dead_letter(tx, made["id"], "KeyError: 'x'", json.dumps(made)))
    (problem,) = open_problems(desk)
    assert problem.kind == "not_applied"
    assert await problems.again(desk.ctx, problem.id, "Ali") == "The event was applied: applied. The problem is closed."
    assert (kinds(desk), desk.booking(booking_id).status) == ([], "PAID")


async def test_an_event_that_stripe_sent_again_after_a_bug_is_no_problem_any_more(desk: Desk) -> None:
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    made = next(e for e in desk.sandbox.books.events.values() if e["type"] == "checkout.session.completed")
    await desk.ctx.store.write(lambda tx: inbox.dead_letter(tx, made["id"], "KeyError: 'x'", json.dumps(made)))
    await desk.feed()
    await watch_stuck(desk.ctx)
    assert kinds(desk) == []


async def test_a_refund_without_an_answer_is_a_problem_after_ten_minutes(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.sandbox.faults.next("POST /v1/refunds", "reset_before", times=50)
    with pytest.raises(StripeFailed):
        await give_back(desk, booking_id, 200_000)
    await watch_stuck(desk.ctx)
    assert kinds(desk) == [], "not yet: it is asked again by itself"
    desk.time.seconds += STUCK_SECONDS
    await watch_stuck(desk.ctx)
    (problem,) = open_problems(desk)
    assert problem.kind == "stuck_refund"
    assert problem.sentence.startswith("Refund of Rs. 2,000: Stripe has not said whether it was made")
    assert await problems.again(desk.ctx, problem.id, "Ali") == "Stripe was asked and has no answer yet."
    desk.sandbox.faults.clear()
    assert (await problems.again(desk.ctx, problem.id, "Ali")).endswith("The problem is closed.")
    assert desk.view(booking_id).payments[0].refunded_minor == 200_000
    assert len(desk.sandbox.books.refunds) == 1


async def test_a_link_that_could_not_be_switched_off_is_a_problem_after_ten_minutes(desk: Desk) -> None:
    booking_id = await desk.book()
    await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.next("POST *", "reset_before", times=50)
    await bookings.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    desk.time.seconds += STUCK_SECONDS
    await watch_stuck(desk.ctx)
    assert kinds(desk) == ["link_live"]
    desk.sandbox.faults.clear()
    await problems.again(desk.ctx, open_problems(desk)[0].id, "Ali")
    assert (kinds(desk), desk.states(booking_id)[2]) == ([], ["EXPIRED"])


async def test_nothing_is_closed_by_silence(desk: Desk) -> None:
    booking_id = await paid(desk)
    await bookings.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    (problem,) = open_problems(desk)
    with pytest.raises(Refused, match="Give a reason"):
        await problems.dismiss(desk.ctx, problem.id, "   ", "Chaudhry")
    await problems.dismiss(desk.ctx, problem.id, "fee for the no-show", "Chaudhry")
    assert kinds(desk) == []
    with pytest.raises(Refused, match="closed already"):
        await problems.again(desk.ctx, problem.id, "Ali")
    for try_it in (problems.dismiss(desk.ctx, 4711, "seen", "Ali"), problems.again(desk.ctx, 4711, "Ali")):
        with pytest.raises(Refused, match="There is no such problem"):
            await try_it
    assert any(line.startswith("Closed: Rs. 10,000 is on a cancelled") for line in desk.lines(booking_id))
    await give_back(desk, booking_id, 300_000)
    assert kinds(desk) == [], "less of the same is what the person has seen"


async def test_what_a_person_has_closed_comes_back_when_it_is_about_more(desk: Desk) -> None:
    booking_id = await paid(desk)
    refund_id = await give_back(desk, booking_id, 900_000)
    await bookings.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    (problem,) = open_problems(desk)
    await problems.dismiss(desk.ctx, problem.id, "fee for the no-show", "Chaudhry")
    await desk.sandbox.fail_refund(refund_id)
    await desk.feed()
    again = [row for row in open_problems(desk) if row.kind == "money_on_cancelled"]
    assert [row.sentence for row in again] == ["Rs. 10,000 is on a cancelled booking: refund it?"]


async def test_there_is_nothing_to_try_again_where_only_a_person_helps(desk: Desk) -> None:
    booking_id = await paid(desk)
    await bookings.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    with pytest.raises(Refused, match="nothing to try again"):
        await problems.again(desk.ctx, open_problems(desk)[0].id, "Ali")


@pytest.mark.parametrize(
    ("object_id", "mode", "page"),
    [
        ("pi_1", "LIVE", "https://dashboard.stripe.com/payments/pi_1"),
        ("du_1", "TEST", "https://dashboard.stripe.com/test/disputes/du_1"),
        ("", "TEST", "https://dashboard.stripe.com/test/payments"),
        ("pi_1", "SANDBOX", "http://127.0.0.1:9/_sandbox/"),
    ],
)
def test_everything_of_stripe_s_has_its_page(object_id: str, mode: str, page: str) -> None:
    assert stripe_page(object_id, mode, "http://127.0.0.1:9") == page
