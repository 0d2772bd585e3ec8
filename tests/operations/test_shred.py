"""Shredding: no word of a guest is left in any file of ours, and no sum, status or proof has changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk, open_desk
from travello_desk.operations import arrival, shred
from travello_desk.operations import bookings as booking_operations
from travello_desk.operations.checkout import checkout
from travello_desk.operations.mail import queue_receipt, send_now
from travello_desk.operations.refund import Request, refund
from travello_desk.operations.replay import rehearse
from travello_desk.operations.verify import verify
from travello_desk.payments.personal import redacted, words_of
from travello_desk.payments.projection import Alert
from travello_desk.store import attention, bookings, inbox, shredding, timeline
from travello_desk.store.errors import Conflict
from travello_desk.store.tx import Tx

DAY = 86_400
NAME, MAIL, PHONE = "Zubaidaplanted Qureshiplanted", "zubaida.secretmail@guests.example", "+92 300 7654321"
PLANTED = ("zubaidaplanted", "qureshiplanted", "secretmail", "7654321", "noteplanted", "reasonplanted")
MONEY = (
    "SELECT id, reference, amount_minor, status, payment_status, badge, paid_minor, balance_minor FROM bookings",
    "SELECT id, amount_minor, currency, facts, status, received_minor, refunded_minor FROM payments",
    "SELECT id, amount_minor, currency, status, facts FROM refunds",
    "SELECT id, kind, amount_minor, currency, tender, receipt_no, actor, at FROM desk_receipts",
    "SELECT id, at, booking_id, actor, kind, hash FROM timeline WHERE kind <> 'shredded'",
    "SELECT id, event_id, type, object_id, created, outcome, booking_id FROM inbox",
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as made:
        yield made
        assert (await verify(made.ctx)).differences == []


async def plant(desk: Desk, reference: str = "TRV-1") -> int:
    """A guest's whole story: paid online with name and address, mailed, refunded with a note, an event of nobody's."""
    booking_id = await desk.book(reference, guest_name=NAME, guest_email=MAIL, guest_phone=PHONE, notes="noteplanted")
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    details = {"name": NAME, "email": MAIL, "phone": PHONE, "address": {"line1": "noteplanted street"}}
    desk.sandbox.books.sessions[link.session_id]["customer_details"] = details
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    await send_now(desk.ctx, await queue_receipt(desk.ctx, booking_id, "Ayesha"))
    await refund(desk.ctx, Request(booking_id, "Ayesha", 200_000, note=f"noteplanted for {NAME}"))
    await desk.feed()
    await booking_operations.cancel(desk.ctx, booking_id, f"reasonplanted: {NAME} called", "Ayesha")
    open_ones = await desk.ctx.store.read(lambda tx: attention.open_of(tx, booking_id))
    for problem in open_ones:
        await desk.ctx.store.write(lambda tx, p=problem: attention.dismiss(tx, p.id, "Ayesha", f"reasonplanted {NAME}"))  # type: ignore[misc]
    return booking_id


async def plant_at_the_desk(desk: Desk) -> int:
    booking_id = await desk.book("TRV-9", "ARRIVAL", guest_name=NAME, guest_email=MAIL, guest_phone=PHONE)
    mark = arrival.Mark(booking_id, "Ayesha", "transfer", reference=f"from {NAME}", note="noteplanted")
    await arrival.mark_paid(desk.ctx, mark)
    return booking_id


async def plant_strays(desk: Desk) -> None:
    """What belongs to no booking: a foreign event, a dead letter, a report whose payment never became known."""
    stray = {"id": "cus_1", "object": "customer", "name": NAME, "email": MAIL, "description": "noteplanted"}

    def work(tx: Tx) -> None:
        sql = (
            "INSERT INTO inbox (event_id, type, object_id, livemode, created, received_at, source, body, outcome)"
            " VALUES ('evt_stray', 'customer.created', 'cus_1', 0, 1, ?, 'webhook', ?, 'ignored')"
        )
        tx.execute(sql, (tx.now, json.dumps({"data": {"object": stray}})))
        inbox.dead_letter(tx, "evt_dead", "a bug", f'{{"name": "{NAME}"}}')
        inbox.dead_letter(tx, "evt_rubbish", "a bug", f"not JSON {NAME}")
        tx.execute(
            "INSERT INTO loose_facts (object_key, kind, body, seen, at) VALUES ('pi_9', 'charge', ?, 1, ?)",
            (json.dumps({"id": "ch_9", "billing_details": {"name": NAME}}), tx.now),
        )

    await desk.ctx.store.write(work)


def money(desk: Desk) -> list[Any]:
    return desk.ctx.store.read_now(lambda tx: [tx.all(sql) for sql in MONEY])


def traces(desk: Desk) -> list[str]:
    """Planted words in any file of the data folder, the write-ahead log and the search indexes included."""
    found = []
    for path in desk.folder.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        found += [f"{path.name}: {word}" for word in PLANTED if word.encode() in content]
    with closing(sqlite3.connect(desk.ctx.store.place)) as connection:
        for index in ("bookings_fts", "bookings_trigram"):
            connection.execute(f"CREATE VIRTUAL TABLE temp.v_{index} USING fts5vocab(main, {index}, 'row')")
            terms = {row[0] for row in connection.execute(f"SELECT term FROM temp.v_{index}")}
            found += [f"{index}: {word}" for word in (*PLANTED, "zub", "qur", "cre") if word in terms]
    return found


@pytest.mark.parametrize("whole", [True, False])
async def test_no_word_of_the_guest_is_left_and_no_sum_has_changed(desk: Desk, whole: bool) -> None:
    await plant(desk)
    await plant_at_the_desk(desk)
    await plant_strays(desk)
    assert len({word for word in PLANTED if any(word in trace for trace in traces(desk))}) == len(PLANTED)
    desk.time.seconds += 400 * DAY
    before = money(desk)
    done = await shred.shred(desk.ctx, 365, "Chaudhry", whole=whole)
    assert (done.bookings, done.waiting) == (2, {})
    assert done.events > 3
    assert traces(desk) == []
    assert money(desk) == before
    assert (await verify(desk.ctx)).differences == []


async def test_every_event_still_applies_to_the_same_end(desk: Desk) -> None:
    await plant(desk)
    desk.time.seconds += 400 * DAY
    await shred.shred(desk.ctx, 365, "Chaudhry")
    events = desk.ctx.store.read_now(
        lambda tx: tx.all("SELECT event_id, outcome FROM inbox WHERE booking_id IS NOT NULL")
    )
    assert len(events) >= 4
    for event_id, _ in events:
        assert not (await rehearse(desk.ctx, event_id)).changes


async def test_a_dry_run_changes_nothing_and_says_what_would_be(desk: Desk) -> None:
    await plant(desk)
    young = await desk.book("TRV-2", guest_name=NAME, check_in="2027-12-20", check_out="2027-12-25")
    desk.time.seconds += 400 * DAY
    with sqlite3.connect(desk.ctx.store.place) as connection:
        before = list(connection.iterdump())
    told = await shred.rehearse(desk.ctx, 365)
    assert told.sentence == "1 bookings of guests who left before 2026-12-29, with 1 mails"
    with sqlite3.connect(desk.ctx.store.place) as connection:
        assert list(connection.iterdump()) == before
    await shred.shred(desk.ctx, 365, "Chaudhry")
    assert desk.booking(young).guest_name == NAME, "young bookings are left alone"


async def test_what_is_open_waits_and_says_why(desk: Desk) -> None:
    with_link = await desk.book("TRV-1", guest_name=NAME)
    await checkout(desk.ctx, with_link, "Ayesha")
    with_problem = await desk.book("TRV-2", guest_name=NAME)
    await desk.ctx.store.write(lambda tx: attention.raise_alert(tx, with_problem, Alert("dispute", "dp_1")))
    undeliverable = await desk.book("TRV-3", guest_name=NAME)
    alert = Alert("mail_failed", str(undeliverable), detail=f"{MAIL}: no such user")
    await desk.ctx.store.write(lambda tx: attention.raise_alert(tx, undeliverable, alert))
    desk.time.seconds += 400 * DAY
    done = await shred.shred(desk.ctx, 365, "Chaudhry")
    assert (done.bookings, done.waiting) == (1, {"a link is open": 1, "a problem is open": 1})
    assert [desk.booking(i).guest_name == NAME for i in (with_link, with_problem, undeliverable)] == [True, True, False]
    assert desk.booking(undeliverable).attention == 0


async def test_a_second_run_finds_nothing_and_late_events_are_cleaned_by_it(desk: Desk) -> None:
    booking_id = await plant(desk)
    desk.time.seconds += 400 * DAY
    await shred.shred(desk.ctx, 365, "Chaudhry")
    again = await shred.shred(desk.ctx, 365, "Chaudhry")
    assert (again.bookings, again.events) == (0, 0)
    late = json.dumps({"data": {"object": {"id": "dp_1", "evidence": {"customer_name": NAME}}}})
    sql = (
        "INSERT INTO inbox (event_id, type, object_id, livemode, created, received_at, source, body, outcome,"
        " booking_id) VALUES ('evt_late', 'charge.dispute.created', 'dp_1', 0, 1, ?, 'webhook', ?, 'applied', ?)"
    )
    await desk.ctx.store.write(lambda tx: tx.execute(sql, (tx.now, late, booking_id)))
    assert (await shred.shred(desk.ctx, 365, "Chaudhry")).events == 1
    assert traces(desk) == []


async def test_a_run_that_was_cut_short_is_finished_by_the_next(desk: Desk) -> None:
    booking_id = await plant(desk)
    desk.time.seconds += 400 * DAY
    assert await desk.ctx.store.write(lambda tx: shredding.shred(tx, booking_id, "Chaudhry"))
    assert traces(desk), "its events were not reached"
    assert (await shred.shred(desk.ctx, 365, "Chaudhry")).bookings == 0
    assert [trace for trace in traces(desk) if ".eml" not in trace] == []


async def test_an_edit_is_noticed_before_and_after(desk: Desk) -> None:
    """The chain is not weakened: neither what was shredded nor what was not may be edited unseen."""
    await plant(desk)
    desk.time.seconds += 400 * DAY
    await shred.shred(desk.ctx, 365, "Chaudhry")
    redacted_id = desk.ctx.store.read_now(lambda tx: tx.value("SELECT timeline_id FROM redactions ORDER BY id LIMIT 1"))
    kept_id = desk.ctx.store.read_now(lambda tx: tx.value("SELECT id FROM timeline WHERE kind = 'paid'"))
    for entry_id, change in ((redacted_id, "actor = 'Olga'"), (redacted_id, "text = 'x'"), (kept_id, "text = 'x'")):
        assert broken_by(desk, f"UPDATE timeline SET {change} WHERE id = {entry_id}") == [entry_id]
    hide = f"UPDATE timeline SET text = '(shredded)' WHERE id = {kept_id}"
    assert kept_id in broken_by(desk, hide), "nobody may hide an entry as shredded"
    forged = f"{hide}; INSERT INTO redactions (timeline_id, digest) VALUES ({kept_id}, 'made up')"
    assert kept_id in broken_by(desk, forged)


async def test_from_what_stays_nobody_can_try_what_an_entry_said(desk: Desk) -> None:
    """Who knows all the rest of an entry and guesses the guest has no hash to compare with; the chain holds."""
    await plant(desk)
    sql = "SELECT id, hash, at, booking_id, actor, kind, text, detail, salt FROM timeline ORDER BY id"
    before = desk.ctx.store.read_now(lambda tx: tx.all(sql))
    assert len({row[-1] for row in before}) == len(before), "every entry has its own"
    desk.time.seconds += 400 * DAY
    await shred.shred(desk.ctx, 365, "Chaudhry")
    after = {row[0]: row for row in desk.ctx.store.read_now(lambda tx: tx.all(sql))}
    redacted_ids = desk.ctx.store.read_now(lambda tx: [row[0] for row in tx.all("SELECT timeline_id FROM redactions")])
    assert redacted_ids
    digest_before = timeline.GENESIS
    for entry_id, digest, *told in before:
        assert after[entry_id][1] == digest, "the chain goes on"
        if entry_id in redacted_ids:
            assert after[entry_id][-1] == ""
            assert timeline.chain(digest_before, *told[:-1]) != digest, "guessed right, and proved nothing"
        else:
            assert after[entry_id][2:] == tuple(told)
        digest_before = digest
    assert list(desk.ctx.store.read_now(lambda tx: list(timeline.broken_links(tx)))) == []


def broken_by(desk: Desk, script: str) -> list[int]:
    """What `verify` says of the file after an edit with the guards off; the edit is made to a copy."""
    copy = desk.folder / "copy.db"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(desk.ctx.store.place)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("DROP TRIGGER timeline_is_append_only")
        target.executescript(script)
        return list(timeline.broken_links(Tx(target, 0)))


async def test_the_database_lets_nothing_else_happen(desk: Desk) -> None:
    booking_id = await plant_at_the_desk(desk)
    forbidden = (
        "UPDATE timeline SET text = '(shredded)'",
        "UPDATE desk_receipts SET note = ''",
        "UPDATE desk_receipts SET amount_minor = 1",
        "DELETE FROM timeline",
    )
    for sql in forbidden:
        with pytest.raises(Conflict):
            await desk.ctx.store.write(lambda tx, sql=sql: tx.execute(sql))  # type: ignore[misc]
    desk.time.seconds += 400 * DAY
    await shred.shred(desk.ctx, 365, "Chaudhry")
    for sql in (forbidden[2], "UPDATE timeline SET actor = 'Olga'", "DELETE FROM shredded", "DELETE FROM redactions"):
        with pytest.raises(Conflict):
            await desk.ctx.store.write(lambda tx, sql=sql: tx.execute(sql))  # type: ignore[misc]
    assert desk.booking(booking_id).paid_minor == 1_000_000


async def test_the_background_does_it_only_when_it_is_set(desk: Desk) -> None:
    booking_id = await plant(desk)
    desk.time.seconds += 400 * DAY
    assert await shred.shred_job(desk.ctx) is None
    desk.ctx.settings = replace(desk.ctx.settings, shred_after_days=365)
    done = await shred.shred_job(desk.ctx)
    assert done is not None
    assert done.bookings == 1
    found = await desk.ctx.store.read(lambda tx: bookings.get(tx, booking_id))
    assert found is not None
    assert (found.guest_name, found.guest_email, found.guest_phone, found.code_revoked) == ("(shredded)", "", "", 1)


def test_a_guest_called_mark_does_not_hide_what_was_marked() -> None:
    words = words_of("Mark Paid", "m.p@x.example", "+92-300 123456")
    assert redacted({"a": "Booking marked"}, words) == {"a": "Booking marked"}
    assert redacted({"a": "for mark."}, words) == {"a": "(shredded)"}
    assert redacted({"name": {"first": "x"}, "amount": 5, "list": [{"email": "x"}]}, words) == {
        "name": None,
        "amount": 5,
        "list": [{"email": None}],
    }
