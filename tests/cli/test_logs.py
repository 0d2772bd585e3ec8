"""`activity`, `events`, `explain` and the replay: the same rows, words and rules as on the screen."""

from __future__ import annotations

import json

import pytest

from tests.cli.shell import Shell
from tests.desk import Desk
from travello_desk.operations import staff
from travello_desk.operations.checkout import checkout
from travello_desk.store.tx import Tx


@pytest.fixture
async def paid(desk: Desk) -> int:
    """A booking that was declined once, then paid; another one that nobody touched."""
    booking_id = await desk.book("TRV-1")
    await desk.book("TRV-2", "ARRIVAL", guest_name="Marco Rossi")
    made = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.decline(made.session_id)
    await desk.sandbox.pay(made.session_id)
    await desk.feed()
    await staff.add(desk.ctx, "Ayesha", "clerk", "4711", "test")
    return booking_id


async def test_activity_is_narrowed_by_person_booking_words_and_day(paid: int, shell: Shell) -> None:
    everything = await shell.told("activity")
    assert [row["id"] for row in everything] == sorted((row["id"] for row in everything), reverse=True)
    assert {row["actor"] for row in await shell.told("activity", "--by", "ayesha")} == {"Ayesha"}
    assert {row["reference"] for row in await shell.told("activity", "--booking", "TRV-1")} == {"TRV-1"}
    found = await shell.told("activity", "--search", "CONFIRMED payment_intent")
    assert [row["text"] for row in found] == ["Payment confirmed via payment_intent event"]
    assert await shell.told("activity", "--date", "2026-11-24") == everything
    assert await shell.told("activity", "--date", "2026-11-23") == []


async def test_activity_has_pages(paid: int, shell: Shell) -> None:
    everything = await shell.told("activity")
    first = await shell.told("activity", "--limit", "2")
    second = await shell.told("activity", "--limit", "100", "--before", str(first[-1]["id"]))
    assert first + second == everything
    assert f"Older ones: --before {first[-1]['id']}" in (await shell.run("activity", "--limit", "2")).stderr


async def test_events_are_listed_and_one_is_shown_without_its_secret(paid: int, shell: Shell) -> None:
    rows = await shell.told("events", "--search", "payment_intent.succeeded")
    assert [(row["reference"], row["outcome"], row["trouble"]) for row in rows] == [("TRV-1", "applied", False)]
    everything = await shell.told("events")
    assert await shell.told("events", "--booking", "TRV-1") == [row for row in everything if row["reference"]]
    assert await shell.told("events", "--booking", "TRV-2") == await shell.told("events", "--trouble") == []
    one = await shell.told("events", rows[0]["event_id"])
    assert one["payload"]["data"]["object"]["client_secret"] == "…"
    assert one["payload"]["data"]["object"]["amount"] == 1_000_000
    as_text = (await shell.run("events", rows[0]["event_id"])).stdout
    assert "_secret_" not in as_text
    assert '"amount_received": 1000000' in as_text


async def lost(desk: Desk) -> str:
    """Take from the store what a fault of ours had left out: the event's trace, and what it told."""
    booking_id = await desk.book("TRV-9", user_id=7)
    made = await checkout(desk.ctx, booking_id, "Ali")
    await desk.sandbox.pay(made.session_id)
    event = next(e for e in desk.sandbox.books.events.values() if e["type"] == "checkout.session.completed")

    def work(tx: Tx) -> None:
        tx.insert(
            "INSERT INTO dead_letters (event_id, error, body, at) VALUES (?, ?, ?, ?)",
            (event["id"], "KeyError", json.dumps(event), tx.now),
        )

    await desk.ctx.store.write(work)
    return str(event["id"])


async def test_a_replay_is_rehearsed_first_then_done_and_done_once(desk: Desk, shell: Shell) -> None:
    event_id = await lost(desk)
    assert [row["event_id"] for row in await shell.told("events", "--trouble")] == [event_id]
    rehearsed = await shell.told("events", event_id, "--replay")
    assert (rehearsed["applied"], rehearsed["changes"], rehearsed["after"]) == (False, True, "PAID")
    assert any("Booking marked as PAID" in line for line in rehearsed["lines"])
    assert desk.booking(1).badge == "LINK OUT", "a rehearsal stores nothing"
    told = await shell.run("events", "--replay", event_id)
    assert (told.returncode, "To do it: --yes" in told.stdout) == (0, True)
    done = await shell.told("events", event_id, "--replay", "--yes", "--as", "Chaudhry")
    assert (done["applied"], desk.booking(1).badge) == (True, "PAID")
    assert any(line.startswith("Event applied again") for line in desk.lines(1))
    again = await shell.told("events", event_id, "--replay", "--yes")
    assert (again["applied"], again["changes"]) == (False, False)


async def test_a_clerk_replays_nothing(paid: int, desk: Desk, shell: Shell) -> None:
    event_id = (await shell.told("events"))[0]["event_id"]
    refused = await shell.told("events", event_id, "--replay", "--as", "Ayesha", code=1)
    assert refused == {"success": False, "error": "Replay needs a manager: Ayesha is a clerk"}


WRONG = (
    (("events", "evt_none"), 1, "No such event"),
    (("events", "evt_none", "--replay"), 1, "No such event"),
    (("events", "--replay"), 2, "Which event?"),
    (("events", "evt_none", "--yes"), 2, "--yes belongs to --replay"),
    (("events", "--date", "soon"), 2, "is not a date like"),
    (("activity", "--booking", "TRV-77"), 1, "Booking not found"),
    (("activity", "--limit", "0"), 2, "--limit"),
    (("explain", "77"), 1, "Booking not found"),
)


async def test_what_cannot_be_is_one_document_with_its_exit_code(shell: Shell) -> None:
    for words, code, says in WRONG:
        told = await shell.told(*words, code=code)
        assert (told["success"], says in told["error"]) == (False, True), told


async def test_explain_tells_the_story_in_the_order_of_time(paid: int, shell: Shell) -> None:
    told = await shell.told("explain", "TRV-1")
    (chapter,) = told["chapters"]
    assert (chapter["status"], chapter["amount"], chapter["currency"]) == ("SUCCEEDED", 10000, "PKR")
    sentences = [step["text"] for step in chapter["steps"]]
    assert sentences[0] == "Link made by Ayesha"
    assert any("declined" in sentence for sentence in sentences)
    assert sentences[-1].startswith("Paid Rs. 10,000")
    as_text = (await shell.run("explain", "TRV-1")).stdout.splitlines()
    assert as_text[:2] == ["TRV-1: PAID", "Payment 1 of 1: Rs. 10,000, SUCCEEDED"]
    assert (await shell.told("explain", "TRV-2"))["chapters"] == []
    assert "Nothing has happened yet." in (await shell.run("explain", "TRV-2")).stdout


async def test_proof_says_that_the_order_of_the_events_does_not_matter(paid: int, shell: Shell) -> None:
    found = await shell.told("proof", "TRV-1")
    assert (found["holds"], found["exact"], found["events"], found["orders"]) == (True, True, 3, 6)
    assert len(found["endings"]) == 1
    assert found["endings"][0]["end"] == found["stored"]
    said = await shell.run("proof", "TRV-1")
    assert said.returncode == 0
    assert said.stdout.startswith("TRV-1: 3 events in every order (6), each also heard twice at every moment: one and")
    assert (await shell.told("proof", "TRV-2"))["events"] == 0
    assert (await shell.told("proof", "TRV-3", code=1))["success"] is False
