"""The outbox: mails that are to leave, are leaving, have left or cannot. A mail is queued with the fact it tells of.

`dedupe_key` names a mail for good: the same reason never queues two. `message_id` is fixed when it is queued, so that
a mail sent twice by a crash is one mail to whoever reads it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Mail:
    """One row. `status` is queued, sending, sent, failed or cancelled; `last_error` the mail server's own words."""

    id: int
    kind: str
    booking_id: int | None
    dedupe_key: str
    recipient: str
    language: str
    payload: str
    message_id: str
    status: str
    tries: int
    next_try_at: int
    last_error: str
    actor: str
    created_at: int
    updated_at: int

    @property
    def facts(self) -> dict[str, Any]:
        """What the mail is about (payment, refund), and once it has left: `subject` and `text` as they were sent."""
        parsed: dict[str, Any] = json.loads(self.payload)
        return parsed


@dataclass(frozen=True, slots=True)
class NewMail:
    """What is queued. The words are put together when it leaves, from what is true then."""

    kind: str
    booking_id: int | None
    dedupe_key: str
    recipient: str
    language: str
    message_id: str
    actor: str
    facts: dict[str, Any]


COLUMNS = ", ".join(field.name for field in fields(Mail))
SELECT = f"SELECT {COLUMNS} FROM outbox"
DUE = "status IN ('queued', 'sending') AND next_try_at <= ?"


def insert(tx: Tx, new: NewMail) -> Mail | None:
    """Queue it; None when its reason has queued one already."""
    done = tx.execute(
        "INSERT INTO outbox (kind, booking_id, dedupe_key, recipient, language, payload, message_id, status,"
        " next_try_at, actor, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?)"
        " ON CONFLICT (dedupe_key) DO NOTHING",
        (
            new.kind,
            new.booking_id,
            new.dedupe_key,
            new.recipient,
            new.language,
            json.dumps(new.facts),
            new.message_id,
            tx.now,
            new.actor,
            tx.now,
            tx.now,
        ),
    )
    if done != 1:
        return None
    if new.booking_id is not None:
        tx.changed.add(new.booking_id)
    return by_key(tx, new.dedupe_key)


def by_key(tx: Tx, dedupe_key: str) -> Mail | None:
    row = tx.one(f"{SELECT} WHERE dedupe_key = ?", (dedupe_key,))
    return Mail(*row) if row else None


def get(tx: Tx, mail_id: int) -> Mail | None:
    row = tx.one(f"{SELECT} WHERE id = ?", (mail_id,))
    return Mail(*row) if row else None


def of_booking(tx: Tx, booking_id: int) -> list[Mail]:
    """The booking's mails, oldest first."""
    return [Mail(*row) for row in tx.all(f"{SELECT} WHERE booking_id = ? ORDER BY id", (booking_id,))]


def due_now(tx: Tx, mail: Mail, recipient: str) -> None:
    """Queued and due, to this address, with all its tries before it."""
    tx.execute(
        "UPDATE outbox SET status = 'queued', tries = 0, next_try_at = ?, recipient = ?, updated_at = ?"
        " WHERE id = ? AND status IN ('queued', 'failed')",
        (tx.now, recipient, tx.now, mail.id),
    )
    touch(tx, mail)


def last_recipient(tx: Tx, kind: str) -> str:
    """To whom the newest mail of this kind goes; empty where there is none."""
    found: str | None = tx.value("SELECT recipient FROM outbox WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,))
    return found or ""


def waiting(tx: Tx, booking_id: int, kind: str) -> Mail | None:
    """A mail of this kind that has not left yet."""
    row = tx.one(
        f"{SELECT} WHERE booking_id = ? AND kind = ? AND status IN ('queued', 'sending') ORDER BY id LIMIT 1",
        (booking_id, kind),
    )
    return Mail(*row) if row else None


def is_due(tx: Tx) -> bool:
    """Whether anything should leave now."""
    return tx.one(f"SELECT 1 FROM outbox WHERE {DUE} LIMIT 1", (tx.now,)) is not None


def claim(tx: Tx, seconds: int, mail_id: int | None = None) -> Mail | None:
    """Take the mail that is due longest, or this one if it is due, for so many seconds: whoever dies with it gives it
    back by the clock."""
    if mail_id is None:
        row = tx.one(f"SELECT id FROM outbox WHERE {DUE} ORDER BY next_try_at, id LIMIT 1", (tx.now,))
    else:
        row = tx.one(f"SELECT id FROM outbox WHERE {DUE} AND id = ?", (tx.now, mail_id))
    if row is None:
        return None
    tx.execute(
        "UPDATE outbox SET status = 'sending', tries = tries + 1, next_try_at = ?, updated_at = ? WHERE id = ?",
        (tx.now + seconds, tx.now, row[0]),
    )
    return get(tx, row[0])


def sent(tx: Tx, mail: Mail, words: str, facts: dict[str, Any]) -> bool:
    """It has left: what the server said, and what was written. False when that was known already."""
    done = tx.execute(
        "UPDATE outbox SET status = 'sent', last_error = ?, payload = ?, updated_at = ?"
        " WHERE id = ? AND status <> 'sent'",
        (words, json.dumps({**mail.facts, **facts}), tx.now, mail.id),
    )
    touch(tx, mail)
    return done == 1


def again(tx: Tx, mail: Mail, at: int, words: str) -> None:
    """It has not left: try at `at`. Only whoever holds it may say so."""
    settle(tx, mail, "queued", at, words)


def failed(tx: Tx, mail: Mail, words: str) -> None:
    """It never will."""
    settle(tx, mail, "failed", 0, words)


def cancelled(tx: Tx, mail: Mail, reason: str) -> None:
    """It is not wanted any more: the booking was paid, the link replaced."""
    settle(tx, mail, "cancelled", 0, reason)


def revive(tx: Tx, booking_id: int, recipient: str) -> int:
    """Send what has failed again, to the address the booking has now; how many mails."""
    done = tx.execute(
        "UPDATE outbox SET status = 'queued', tries = 0, next_try_at = ?, recipient = ?, updated_at = ?"
        " WHERE booking_id = ? AND status = 'failed'",
        (tx.now, recipient, tx.now, booking_id),
    )
    tx.changed.add(booking_id)
    return done


def settle(tx: Tx, mail: Mail, status: str, next_try_at: int, words: str) -> None:
    tx.execute(
        "UPDATE outbox SET status = ?, next_try_at = ?, last_error = ?, updated_at = ?"
        " WHERE id = ? AND status = 'sending' AND tries = ?",
        (status, next_try_at, words, tx.now, mail.id, mail.tries),
    )
    touch(tx, mail)


def touch(tx: Tx, mail: Mail) -> None:
    if mail.booking_id is not None:
        tx.changed.add(mail.booking_id)


def unpaid_arrivals(tx: Tx, first_on: str, last_on: str, before: int, limit: int) -> list[int]:
    """Bookings to be reminded: unpaid online ones that arrive in these days, with an address, made before `before`
    (unix seconds), not reminded for this arrival and without any mail since then."""
    rows = tx.all(
        "SELECT b.id FROM bookings b WHERE b.status = 'PENDING' AND b.check_in BETWEEN ? AND ?"
        " AND b.method = 'ONLINE' AND b.guest_email <> '' AND b.code_revoked = 0 AND b.created_at <= ?"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.booking_id = b.id AND (o.created_at > ?"
        " OR o.dedupe_key = 'reminder:' || b.id || ':' || b.check_in)) ORDER BY b.check_in, b.id LIMIT ?",
        (first_on, last_on, before, before, limit),
    )
    return [row[0] for row in rows]
