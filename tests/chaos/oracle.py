"""After healing: do the store and the sandbox's books tell the same? Written from PAYMENTS, not from the code.

Each check is a generator of sentences; no sentence means that the promise was kept.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.chaos.peek import missing_events, rows, unfinished
from tests.chaos.world import SECRET, Press, World
from travello_desk.logs import masked
from travello_desk.operations.verify import differences
from travello_desk.store import attention, ledger, timeline
from travello_desk.store.database import open_store

DEAD = ("failed", "canceled")
# A signature that grew this old on its way, because time jumped, is refused (A7).
SIGNATURE_SECONDS = 299
# What the listener may answer while its world falls apart (INTERFACE 1).
ALLOWED = {
    "/p/": {200, 303, 400, 404, 500, 503},
    "/api/": {200, 400, 500, 503},
    "/payment-": {200, 503},
}


async def complaints(world: World) -> list[str]:
    """Everything that is wrong with this world, now that nothing runs any more."""
    found = [sentence for check in CHECKS for sentence in check(world)]
    return found + await asyncio.to_thread(store_complaints, world.store_path)


def store_complaints(path: Path) -> list[str]:
    """What `travello-desk verify` would say, and SQLite itself."""
    store = open_store(path)
    try:

        def work(tx: Any) -> list[str]:
            found = [f"integrity: {row[0]}" for row in tx.all("PRAGMA integrity_check") if row[0] != "ok"]
            found += [f"timeline entry {entry} was changed" for entry in timeline.broken_links(tx)]
            for (booking_id,) in tx.all("SELECT id FROM bookings"):
                loaded = ledger.load(tx, booking_id)
                assert loaded is not None
                found += [f"verify: {sentence}" for sentence in differences(tx, loaded)]
                wanted = {(alert.kind, alert.subject) for alert in loaded.view.alerts}
                sql = "SELECT kind, subject FROM attention WHERE booking_id = ? AND closed_at IS NULL"
                told = Counter(row for row in tx.all(sql, (booking_id,)) if row[0] in attention.PROJECTED)
                if told != Counter(wanted):
                    found.append(
                        f"booking {booking_id}: alerts {sorted(told)} are open, its facts raise {sorted(wanted)}"
                    )
            return found

        return store.read_now(work)
    finally:
        store.close()


def no_loose_ends(world: World) -> Iterator[str]:
    """No CREATING, SENDING, queued expiry; no event unknown; nothing kept loose or dead."""
    for kind, id_, status in unfinished(world.store_path):
        yield f"{kind} {id_} is still {status}"
    for event_id in missing_events(world.store_path, world.sandbox.books.events):
        yield f"event {event_id} never arrived: {world.sandbox.books.events[event_id]['type']}"
    for row in rows(world.store_path, "SELECT event_id, error FROM dead_letters"):
        yield f"dead letter {row['event_id']}: {row['error']}"
    for row in rows(world.store_path, "SELECT object_key, kind FROM loose_facts"):
        yield f"a {row['kind']} of {row['object_key']} is still loose"


def payments_agree(world: World) -> Iterator[str]:
    """Every payment in the sandbox is in the store exactly once, to the paisa."""
    sql = "SELECT id, booking_id, payment_intent_id, received_minor, received_currency, refunded_minor FROM payments"
    stored = [row for row in rows(world.store_path, sql) if row["received_minor"] > 0]
    by_intent = Counter(row["payment_intent_id"] for row in stored)
    books = {i["id"]: i for i in world.sandbox.books.payment_intents.values() if i["amount_received"] > 0}
    for intent_id in books.keys() | by_intent.keys():
        if by_intent[intent_id] != (intent_id in books):
            yield f"payment {intent_id}: {by_intent[intent_id]} times in the store, at Stripe: {intent_id in books}"
    for row in stored:
        intent = books.get(row["payment_intent_id"])
        if intent is None:
            continue
        charge = world.sandbox.books.charges[intent["latest_charge"]]
        back = refunded(world, charge["id"])
        told = (row["received_minor"], row["received_currency"].lower(), row["refunded_minor"])
        true = (intent["amount_received"], intent["currency"], back)
        if told != true:
            yield f"payment {row['id']} ({intent['id']}): the store says {told}, Stripe {true}"
        if str(row["booking_id"]) != intent["metadata"]["booking_id"]:
            yield f"payment {row['id']} is filed under booking {row['booking_id']}, paid for {intent['metadata']}"


def refunded(world: World, charge_id: str) -> int:
    refunds = world.sandbox.books.refunds_of.get(charge_id, ())
    return sum(refund["amount"] for refund in refunds if refund["status"] not in DEAD)


def refunds_agree(world: World) -> Iterator[str]:
    """Every refund asked for happened exactly once; every refund at Stripe is in the store exactly once."""
    stored = rows(world.store_path, "SELECT id, uid, stripe_refund_id, amount_minor, status FROM refunds")
    by_id = {row["stripe_refund_id"]: row for row in stored if row["stripe_refund_id"]}
    for id_, refund in world.sandbox.books.refunds.items():
        row = by_id.get(id_)
        if row is None:
            yield f"refund {id_} of {refund['amount']} is not in the store"
        elif (row["amount_minor"], row["status"]) != (refund["amount"], refund["status"]):
            yield f"refund {id_}: the store says {tuple(row)}, Stripe {refund['amount']} {refund['status']}"
    for id_ in by_id.keys() - world.sandbox.books.refunds.keys():
        yield f"refund {id_} is in the store and not at Stripe"
    made = Counter(refund["metadata"].get("refund_uid", "") for refund in world.sandbox.books.refunds.values())
    for row in stored:
        expected = 0 if row["status"] == "REFUSED" else 1
        if row["uid"] and made[row["uid"]] != expected:
            yield f"refund {row['id']} ({row['status']}) happened {made[row['uid']]} times"
    yield from presses_of_refund(world, made)


def presses_of_refund(world: World, made: Counter[str]) -> Iterator[str]:
    """What the clerk was told about each press is what happened, however often Enter was pressed."""
    for press in (press for press in world.journal if press.do == "refund"):
        times, told = made[press.order["uid"]], press.told or {}
        if times > 1:
            yield f"one press, {times} refunds: {press}"
        if told.get("done", {}).get("refund") and times != 1:
            yield f"the clerk was told of a refund that is not there: {press}"
        if told.get("money_moved") == "no" and times and not again(world, press):
            yield f"the clerk was told that no money moved, and it did: {press}"


def again(world: World, press: Press) -> bool:
    """Whether the same press was repeated: then the second may have succeeded where the first had not."""
    return sum(1 for other in world.journal if other.order.get("uid") == press.order["uid"]) > 1


def sums_agree(world: World) -> Iterator[str]:
    """Per currency, everything received and given back, as both books say."""
    books: Counter[tuple[str, str]] = Counter()
    for intent in world.sandbox.books.payment_intents.values():
        if intent["amount_received"]:
            books["received", intent["currency"].upper()] += intent["amount_received"]
            books["refunded", intent["currency"].upper()] += refunded(world, intent["latest_charge"])
    store: Counter[tuple[str, str]] = Counter()
    for row in rows(world.store_path, "SELECT received_currency c, received_minor r, refunded_minor b FROM payments"):
        if row["r"]:
            store["received", row["c"]] += row["r"]
            store["refunded", row["c"]] += row["b"]
    if store != books:
        yield f"the store's sums are {dict(store)}, Stripe's {dict(books)}"


def bookings_agree(world: World) -> Iterator[str]:
    """PAID, PENDING, CANCELLED as PAYMENTS 1.4 has it, worked out from Stripe's books and the desk's own rows."""
    for booking in rows(world.store_path, "SELECT * FROM bookings"):
        desk = desk_paid(world, booking["id"])
        online = any(settles(world, booking, row) for row in payments_of(world, booking["id"]))
        expected = "CANCELLED" if booking["cancelled"] else "PAID" if desk or online else "PENDING"
        if booking["status"] != expected:
            yield f"booking {booking['id']} is {booking['status']} and ought to be {expected}"


def payments_of(world: World, booking_id: int) -> list[Any]:
    return rows(world.store_path, "SELECT * FROM payments WHERE booking_id = ?", (booking_id,))


def settles(world: World, booking: Any, row: Any) -> bool:
    intent = world.sandbox.books.payment_intents.get(row["payment_intent_id"])
    if intent is None or not intent["amount_received"]:
        return False
    as_asked = (intent["amount_received"], intent["currency"].upper()) == (row["amount_minor"], row["currency"])
    same_price = (row["booking_amount_minor"], row["booking_currency"]) == (
        booking["amount_minor"],
        booking["currency"],
    )
    left = intent["amount_received"] - refunded(world, intent["latest_charge"])
    return left > 0 and (bool(row["accepted"]) or (as_asked and same_price))


def desk_paid(world: World, booking_id: int) -> bool:
    held, marked = 0, False
    sql = "SELECT kind, amount_minor FROM desk_receipts WHERE booking_id = ? ORDER BY id"
    for kind, amount in rows(world.store_path, sql, (booking_id,)):
        if kind == "mark":
            held, marked = held + amount, True
        elif kind == "undo":
            held, marked = 0, False
        else:
            held -= amount
            marked = marked and held > 0
    return marked


def links_are_as_they_should(world: World) -> Iterator[str]:
    """No link that a guest could still pay is live where it must not be, and none is unknown here.

    One that came about after it was given up was paid while healing (simulation.pay_the_unknown): its money is told.
    """
    bookings = {str(row["id"]): row for row in rows(world.store_path, "SELECT * FROM bookings")}
    known = {row["session_id"]: row for row in rows(world.store_path, "SELECT * FROM payments")}
    live: Counter[str] = Counter()
    for id_, session in world.sandbox.books.sessions.items():
        row = known.get(id_)
        if row is None:
            if session["status"] == "open":
                state = state_of(world, session["metadata"])
                yield f"session {id_} is open and not in the store, its payment is {state}"
            continue
        if session["status"] != "open":
            continue
        booking = bookings[session["metadata"]["booking_id"]]
        live[booking["id"]] += 1
        if booking["method"] != "ONLINE" or booking["status"] == "CANCELLED":
            yield f"booking {booking['id']} is {booking['method']} {booking['status']}, its link {id_} is live"
        if row["booking_amount_minor"] != booking["amount_minor"]:
            yield f"booking {booking['id']}: a link of the old price is live"
    for booking_id, count in live.items():
        if count > 1:
            yield f"booking {booking_id} has {count} live links"


def state_of(world: World, metadata: dict[str, str]) -> str:
    """What the store holds of the payment that this session names as its own; without an address, or it is known."""
    sql = "SELECT status FROM payments WHERE uid = ? AND session_id IS NULL"
    return next((str(row[0]) for row in rows(world.store_path, sql, (metadata["payment_uid"],))), "missing")


# Press -> the timeline's kind that proves it; the token, where there is one, is part of the entry.
TOLD_BY = {
    "cancel": "cancelled",
    "reopen": "reopened",
    "undo_paid": "undid_paid",
    "pay_out": "paid_out",
    "mark_paid": "marked_paid",
    "accept": "accepted",
}


def what_was_acknowledged_is_there(world: World) -> Iterator[str]:
    """`kill -9` after an answer loses nothing; before it, a press has happened once or not at all."""
    for press in world.journal:
        if press.do in TOLD_BY:
            sql = "SELECT COUNT(*) FROM timeline WHERE kind = ? AND instr(detail, ?) > 0"
            ((times,),) = rows(world.store_path, sql, (TOLD_BY[press.do], press.order["token"]))
            if times != 1 if press.acknowledged else times > (press.told is None or "failed" in press.told):
                yield f"{press} stands {times} times in the timeline"
        elif press.do == "link" and press.acknowledged:
            sql = "SELECT COUNT(*) FROM payments WHERE session_id = ?"
            ((times,),) = rows(world.store_path, sql, (press.done["session"],))
            if times != 1:
                yield f"a link that was handed out is {times} times in the store: {press}"


def money_is_told_once(world: World) -> Iterator[str]:
    """One timeline entry for each payment that came in, whoever reported it and however often (B2, B5, D42)."""
    sql = "SELECT booking_id, COUNT(*) FROM timeline WHERE kind IN ('paid', 'received') GROUP BY booking_id"
    told = dict(tuple(row) for row in rows(world.store_path, sql))
    sql = "SELECT booking_id, COUNT(*) FROM payments WHERE received_minor > 0 GROUP BY booking_id"
    came = dict(tuple(row) for row in rows(world.store_path, sql))
    for booking_id in told.keys() | came.keys():
        if told.get(booking_id, 0) != came.get(booking_id, 0):
            yield f"booking {booking_id}: {came.get(booking_id, 0)} payments, told {told.get(booking_id, 0)} times"


def nobody_was_answered_wrongly(world: World) -> Iterator[str]:
    """Only the documented answers, to Stripe and to guests."""
    for tried in world.sandbox.delivery.tried:
        too_old = tried.status == 400 and tried.seconds >= SIGNATURE_SECONDS
        if tried.status not in (200, 503, None) and not too_old:
            yield f"a delivery of {tried.type} was answered {tried.status}"
    for asked, status in world.answers:
        path = asked.partition(" ")[2]
        allowed = next(codes for start, codes in ALLOWED.items() if path.startswith(start))
        if status not in allowed:
            yield f"{asked} was answered {status}"


def logs_are_clean(world: World) -> Iterator[str]:
    """No traceback, no secret, no guest in what the processes wrote."""
    for file in world.folder.glob("*.log*"):
        text = file.read_text(encoding="utf-8")
        for line in text.splitlines():
            if '"trace"' in line:
                yield f"{file.name}: {line[:2000]}"
            elif masked(line) != line or SECRET in line or "@example.com" in line:
                yield f"{file.name} tells too much: {line[:300]}"
    for process in world.processes:
        if "Traceback" in process.said():
            yield f"{process.name} said: {process.said()[-3000:]}"


CHECKS = (
    no_loose_ends,
    payments_agree,
    refunds_agree,
    sums_agree,
    bookings_agree,
    links_are_as_they_should,
    what_was_acknowledged_is_there,
    money_is_told_once,
    nobody_was_answered_wrongly,
    logs_are_clean,
)
