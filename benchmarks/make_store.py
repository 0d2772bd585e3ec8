"""Makes a store of N bookings in the product's own schema, fast: `python -m benchmarks.make_store 50000 FILE`.

Rows are the store's own row types and every projected column comes from the projection, so that `travello-desk verify`
finds nothing to say. What a grown store has and this one has not: bodies of old events in the inbox.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from benchmarks.kinds import KINDS, NAMES, Kind
from travello_desk.payments.facts import Asked, AttemptFacts, DeskEntry, Ledger, Payment
from travello_desk.payments.projection import BookingView, project
from travello_desk.store import desk, timeline
from travello_desk.store.bookings import Booking, guest_code
from travello_desk.store.codec import encode_attempt
from travello_desk.store.database import connect, open_store
from travello_desk.store.payments import PaymentRow
from travello_desk.store.tx import Tx

PER_TRANSACTION = 20_000
CACHE_KIB = 400_000
FIRST_DAY = date(2026, 10, 1)
DAYS = 180
ROOMS = tuple(f"{floor}{room:02d}" for floor in range(1, 6) for room in range(1, 41))
NIGHT_MINOR = (850_000, 1_000_000, 1_250_000, 1_600_000, 2_400_000)
USERS = 5_000
PARAMS = '{"mode":"payment","line_items":[{"quantity":1,"price_data":{"currency":"pkr","unit_amount":%d}}]}'
SESSION_URL = "https://checkout.stripe.com/c/pay/%s#fidkdWxOYHwnPyd1blpxYHZxWjA0SDdPQ0JqXzVoV2s2ZkR2"
SESSION_LIFE_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Made:
    """One booking with what hangs on it, ready to be inserted."""

    booking: Booking
    payment: PaymentRow | None
    receipt: desk.DeskReceipt | None
    line: tuple[str, str] | None


def make_store(path: Path, count: int, seed: int = 1) -> None:
    """Create the store at `path` with `count` bookings. The same seed makes the same hotel."""
    store = open_store(path)
    store.close()
    connection = connect(path, read_only=False)
    connection.execute("PRAGMA synchronous = off")  # nothing to lose yet
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
    dice = random.Random(seed)
    now = int(time.time())
    for start in range(1, count + 1, PER_TRANSACTION):
        made = [make(number, dice, now) for number in range(start, min(start + PER_TRANSACTION, count + 1))]
        insert(connection, made, now)
    # The letters of this past have been written: a run measures today's work, not thousands of old receipts.
    connection.execute("INSERT INTO cursors SELECT 'mails', COALESCE(MAX(id), 0), ? FROM timeline", (now,))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def make(number: int, dice: random.Random, now: int) -> Made:
    kind = KINDS[number % len(KINDS)]
    nights = dice.randint(1, 7)
    amount_minor = nights * dice.choice(NIGHT_MINOR)
    facts = attempt_facts(kind, number, amount_minor, now, dice)
    view = view_of(kind, amount_minor)
    return Made(
        booking=make_booking(number, kind, view, amount_minor, nights, now, dice),
        payment=make_payment(number, amount_minor, facts, view, now) if facts else None,
        receipt=make_receipt(number, amount_minor, now) if kind.desk_paid else None,
        line=kind.line,
    )


def attempt_facts(kind: Kind, number: int, amount_minor: int, now: int, dice: random.Random) -> AttemptFacts | None:
    """What Stripe has told of the booking's one payment, or None when there is none."""
    if kind.attempt == "":
        return None
    session_id = f"cs_test_{dice.getrandbits(280):058x}"
    session = AttemptFacts(
        create="CREATED",
        session_status="open",
        session_payment_status="unpaid",
        session_id=session_id,
        session_url=SESSION_URL % session_id,
        expires_at=now + SESSION_LIFE_SECONDS,
    )
    if kind.attempt == "open":
        return session
    return session.merge(
        AttemptFacts(
            session_status="complete",
            session_payment_status="paid",
            attempt="paid",
            received=(amount_minor, "PKR"),
            payment_intent_id=f"pi_{number:024d}",
            charge_id=f"ch_{number:024d}",
            paid_at=now,
            card="Visa 4242",
        )
    )


@lru_cache(maxsize=256)
def view_of(kind: Kind, amount_minor: int) -> BookingView:
    """The projection of such a booking; ids do not change it, so that a million bookings need a few hundred."""
    facts = attempt_facts(kind, 1, amount_minor, 1, random.Random(1))
    asked = Asked(amount_minor, "PKR", amount_minor, "PKR")
    entries = (DeskEntry(1, "mark", amount_minor, "Ali", "cash", 1),) if kind.desk_paid else ()
    payments = (Payment(1, asked, facts),) if facts else ()
    return project(Ledger(amount_minor, "PKR", kind.method, kind.cancelled, payments, entries))


def make_booking(
    number: int, kind: Kind, view: BookingView, amount_minor: int, nights: int, now: int, dice: random.Random
) -> Booking:
    first, last = dice.choice(NAMES[0]), dice.choice(NAMES[1])
    check_in = FIRST_DAY + timedelta(days=dice.randrange(DAYS))
    return Booking(
        id=number,
        reference=f"TD-{number:07d}",
        guest_name=f"{first} {last}",
        guest_email=f"{first}.{last}{number}@example.com".lower(),
        guest_phone=f"+92300{dice.randrange(10**7):07d}",
        user_id=dice.randrange(1, USERS),
        room=dice.choice(ROOMS),
        check_in=check_in.isoformat(),
        check_out=(check_in + timedelta(days=nights)).isoformat(),
        amount_minor=amount_minor,
        currency="PKR",
        method=kind.method,
        guest_code=guest_code(),
        code_revoked=0,
        language="en",
        notes="",
        cancelled=int(kind.cancelled),
        no_show=0,
        status=view.status,
        payment_status=view.payment_status,
        badge=view.badge,
        paid_minor=view.paid_minor,
        balance_minor=view.balance_minor,
        attention=len(view.alerts),
        opened_count=0,
        opened_at=0,
        created_at=now,
        updated_at=now,
    )


def make_payment(number: int, amount_minor: int, facts: AttemptFacts, view: BookingView, now: int) -> PaymentRow:
    payment = view.payments[0]
    uid = f"{random.Random(number).getrandbits(96):024x}"
    return PaymentRow(
        id=number,
        uid=uid,
        booking_id=number,
        amount_minor=amount_minor,
        currency="PKR",
        booking_amount_minor=amount_minor,
        booking_currency="PKR",
        rate="",
        rate_as_of="",
        rate_source="",
        origin="desk",
        idempotency_key=f"session-{uid}",
        params=PARAMS % amount_minor,
        session_id=facts.session_id,
        payment_intent_id=facts.payment_intent_id,
        charge_id=facts.charge_id,
        facts=encode_attempt(facts),
        accepted=0,
        status=payment.status,
        is_open=int(payment.payable),
        received_minor=payment.received_minor,
        received_currency=payment.currency,
        refunded_minor=0,
        expire_asked_at=0,
        attempts=0,
        last_error="",
        created_at=now,
        updated_at=now,
    )


def make_receipt(number: int, amount_minor: int, now: int) -> desk.DeskReceipt:
    return desk.DeskReceipt(
        id=number,
        booking_id=number,
        kind="mark",
        amount_minor=amount_minor,
        currency="PKR",
        tender="cash",
        reference="",
        receipt_no=f"R-2026-{number:07d}",
        received_minor=amount_minor,
        note="",
        actor="Ali",
        approved_by="",
        shift_id=None,
        at=now,
    )


def insert(connection: sqlite3.Connection, made: list[Made], now: int) -> None:
    """One transaction: bookings, payments with their links, desk receipts, timeline."""
    connection.execute("BEGIN IMMEDIATE")
    insert_rows(connection, "bookings", [each.booking for each in made])
    insert_rows(connection, "payments", [each.payment for each in made if each.payment])
    insert_rows(connection, "desk_receipts", [each.receipt for each in made if each.receipt])
    connection.executemany("INSERT INTO stripe_links (object_id, payment_id) VALUES (?, ?)", links(made))
    tx = Tx(connection, now)
    for each in made:
        if each.line:
            timeline.add(tx, each.booking.id, "Stripe", *each.line)
    connection.execute("COMMIT")


def links(made: list[Made]) -> Iterator[tuple[str, int]]:
    for each in made:
        if each.payment:
            row = each.payment
            yield from ((name, row.id) for name in (row.session_id, row.payment_intent_id, row.charge_id) if name)


def insert_rows(
    connection: sqlite3.Connection,
    table: str,
    rows: list[Booking] | list[PaymentRow] | list[desk.DeskReceipt],
) -> None:
    """The store's row types name the columns, so that this stays in step with the schema."""
    if rows:
        names = [field.name for field in fields(rows[0])]
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        connection.executemany(sql, ([getattr(row, name) for name in names] for row in rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, help="how many bookings")
    parser.add_argument("path", type=Path, help="the file to create")
    options = parser.parse_args()
    began_at = time.perf_counter()
    make_store(options.path, options.count)
    print(f"{options.count:,} bookings in {time.perf_counter() - began_at:.1f} s: {options.path}")


if __name__ == "__main__":
    main()
