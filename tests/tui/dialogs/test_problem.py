"""Failures in four lines, none ever missing, and nothing of the guest's on the clipboard."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, House, press, settle, shown, until
from tests.tui.sizes import Size
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.errors import NoStripe, StripeFailed
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store.errors import Conflict, StoreDamaged, StoreUnavailable
from travello_desk.stripe_gateway.errors import Busy, Forbidden, Rejected, TimedOut
from travello_desk.tui.dialogs.explain import ExplainDialog
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog
from travello_desk.tui.dialogs.problem import ErrorDialog, Trouble, trouble_of, without_personal

FAILURES = [
    (StripeFailed(TimedOut("no answer in 10 s", request_id="req_8s")), "not known"),
    (StripeFailed(Busy("busy", http_status=429)), "no"),
    (StripeFailed(Forbidden("no right", http_status=403)), "no"),
    (StripeFailed(Rejected("bad", http_status=400)), "no"),
    (NoStripe(), "no"),
    (StoreUnavailable("disk full"), "not known"),
    (StoreDamaged("malformed"), "not known"),
    (Conflict("UNIQUE"), "not known"),
    (Refused(Refusal("x", "A dispute is open")), "no"),
    (ZeroDivisionError("oops"), "not known"),
]


@pytest.mark.parametrize(("error", "moved"), FAILURES, ids=lambda value: type(value).__name__)
def test_every_failure_has_its_four_lines(error: Exception, moved: str) -> None:
    trouble = trouble_of(error, "TRV-1 · 2026-11-24 14:32:00", moves_money=True)
    assert trouble.money_moved == moved
    assert all(text for _, text in trouble.lines())
    assert [label for label, _ in trouble.lines()] == [
        "What happened",
        "Did money move",
        "What to do",
        "Code to quote",
    ]


@pytest.mark.parametrize("error", [error for error, _ in FAILURES], ids=lambda error: type(error).__name__)
def test_where_no_money_can_move_the_answer_is_no(error: Exception) -> None:
    assert trouble_of(error, "TRV-1", moves_money=False).money_moved == "no"


def test_stripes_request_is_what_to_quote() -> None:
    trouble = trouble_of(FAILURES[0][0], "TRV-1", moves_money=True)
    assert trouble.code == "req_8s · TRV-1"


def test_what_is_retryable_says_so_and_what_is_not_goes_to_a_manager() -> None:
    assert "Press the button again" in trouble_of(FAILURES[1][0], "", moves_money=True).what_to_do
    assert "tell a manager" in trouble_of(FAILURES[2][0], "", moves_money=True).what_to_do


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Invalid email address: ana.g@example.com", "Invalid email address: …"),
        ("<ana@x.example>, phone +92 (300) 555-0117.", "<…>, phone …."),
        ("call 03005550117, or Anatole", "call …, or Anatole"),
        ("Ana GARCIA was refused", "… … was refused"),
        ("Rs. 24,000 at 14:32:00 on 2026-11-24, req_8sK2", "Rs. 24,000 at 14:32:00 on 2026-11-24, req_8sK2"),
    ],
)
def test_nothing_of_the_guests_is_copied(text: str, cleaned: str) -> None:
    assert without_personal(text, ("Ana", "Garcia", "")) == cleaned


async def test_the_window_shows_all_and_copies_without_personal_data(house: House, size: Size) -> None:
    trouble = Trouble("Stripe refuses: no such customer ana@example.com", "no", "Tell a manager", "req_8s · TRV-1")
    async with shown(house.ctx, ErrorDialog.of(trouble, ("Ana", "")), size) as (host, pilot):
        text = host.flat()
        assert "What happened Stripe refuses: no such customer ana@example.com" in text
        assert "Did money move no" in text
        assert "What to do Tell a manager" in text
        assert "Code to quote req_8s · TRV-1" in text
        await press(pilot, "c")
        assert host.clipboard == (
            "What happened: Stripe refuses: no such customer …\nDid money move: no\n"
            "What to do: Tell a manager\nCode to quote: req_8s · TRV-1"
        )
        assert "✓ copied, if your terminal allows" in host.text()
        await press(pilot, "escape")
        await until(lambda: host.answered)


async def test_the_contracts_four_words_open_it(house: House) -> None:
    async with shown(house.ctx, ErrorDialog("it broke", "not known", "wait", "req_1")) as (host, _):
        assert "Did money move not known" in host.flat()


async def test_a_store_that_cannot_be_written_is_told_and_the_fields_stay(
    house: House, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = await house.book()

    async def full(work: object) -> None:
        raise StoreUnavailable("the disk is full")

    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        await press(pilot, "2", "tab", *"A77", "shift+tab")
        monkeypatch.setattr(house.ctx.store, "write", full)
        await press(pilot, "y")
        await until(lambda: isinstance(host.screen, ErrorDialog))
        await settle(pilot)
        text = host.flat()
        assert "The store cannot be written: the disk is full" in text
        assert "Did money move no" in text
        assert "TRV-10479 · 2026-11-24 14:32:00" in text
        await press(pilot, "escape")
        await until(lambda: isinstance(host.screen, MarkPaidDialog))
        assert host.screen.query_one("#reference").value == "A77"  # type: ignore[attr-defined]
        assert host.deed() == ("Mark Rs. 11,500 paid", True)
        monkeypatch.undo()
        await press(pilot, "y")
        await until(lambda: host.answered)
    assert house.booking(booking_id).status == "PAID"


async def test_a_bug_does_not_leave_the_button_in_flight(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id = await house.book()
    dialog = MarkPaidDialog(house.ctx, AYESHA, booking_id)

    async def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(dialog, "carry_out", broken)
    async with shown(house.ctx, dialog) as (host, pilot):
        await press(pilot, "y")
        await until(lambda: isinstance(host.screen, ErrorDialog))
        await settle(pilot)
        assert "A fault of the desk itself (ZeroDivisionError)" in host.flat()
        await press(pilot, "escape")
        await until(lambda: host.screen is dialog)
        assert host.deed()[1] is True


async def test_a_store_that_cannot_be_read_is_told_instead_of_opening(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = await house.book()

    async def gone(work: object) -> None:
        raise StoreUnavailable("the disk is gone")

    monkeypatch.setattr(house.ctx.store, "read", gone)
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        await until(lambda: isinstance(host.screen, ErrorDialog))
        await until(lambda: "the disk is gone" in host.flat())


async def test_the_story_of_a_payment_in_sentences(desk: Desk, size: Size) -> None:
    from travello_desk.operations.checkout import checkout

    booking_id = await desk.book("TRV-1", guest_name="Ana [b]Garcia")
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.decline(link.session_id)
    await desk.feed()
    async with shown(desk.ctx, ExplainDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "What happened · TRV-1 · Ana [b]Garcia" in text
        assert "Payment 1 of 1: Rs. 10,000, FAILED" in text
        assert "Link made by Ayesha" in text
        assert "Card declined" in text
        await desk.sandbox.pay(link.session_id)
        await desk.feed()
        await until(lambda: "Paid Rs. 10,000" in host.flat())
        await press(pilot, "c")
        assert host.clipboard.startswith("TRV-1\nPayment 1 of 1: Rs. 10,000, SUCCEEDED\n")
        assert "Garcia" not in host.clipboard
        await press(pilot, "enter")
        await until(lambda: host.answered)


async def test_the_order_of_the_events_is_proved_not_to_matter(
    desk: Desk, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    from travello_desk.operations.checkout import checkout
    from travello_desk.payments import facts

    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.decline(link.session_id)
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    async with shown(desk.ctx, ExplainDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert "o order proof" in host.flat()
        await press(pilot, "o")
        await until(lambda: "3 events in every order (6), each also heard twice" in host.flat())
        await until(lambda: "one and the same end" in host.flat())
        with monkeypatch.context() as patched:
            patched.setattr(facts, "higher", lambda _rank, left, right: right or left)
            await press(pilot, "o")
            await until(lambda: "TWO DIFFERENT ENDS" in host.flat() and "told as" in host.flat())


async def test_the_story_of_a_booking_without_online_payments(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, ExplainDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert "Nothing has happened yet." in host.text()
        await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
        await until(lambda: "Marked paid at the desk: Rs. 11,500 by Ali" in host.flat())
