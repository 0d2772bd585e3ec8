"""Taking guests' personal data out of old bookings, in place: rows, sums and the timeline's chain stay.

A timeline entry that loses its words keeps its hash, so that the chain goes on; what it says from then on is sealed by
a second chain of digests (`redactions`), whose newest digest stands in an ordinary entry of the first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from travello_desk.payments.personal import SHREDDED, names_guest, redacted_text, words_of
from travello_desk.store import attention, timeline
from travello_desk.store.tx import Tx

# Entries whose details the house itself has made of sums, cards and codes. Every other detail may be a person's words.
IMPERSONAL = frozenset(
    """adopted created dispute edited expired failed fallback imported link paid pending price rebuilt received
    refund_failed refund_refused refund_settled refund_waits refunded refused replayed settling shredded
    switched""".split()
)
KEPT_REASONS = frozenset({"duplicate", "requested_by_customer", "fraudulent", "expired_uncaptured_charge"})
OUTSIDE = re.compile(r"outside: [a-z]+")
"""How money that had come back was given another way: the day's report reads its tender from it."""
DUE = (
    "SELECT b.id FROM bookings b WHERE b.check_in < ? AND b.check_out < ? AND b.id > ?"
    " AND NOT EXISTS (SELECT 1 FROM shredded s WHERE s.booking_id = b.id) ORDER BY b.id LIMIT ?"
)
# Why a booking must wait: somebody, or Stripe, may still need to know whose it is.
WAITS = {
    "a link is open": "SELECT 1 FROM payments WHERE booking_id = ? AND (is_open = 1 OR expire_asked_at > 0"
    " OR status IN ('CREATING', 'SETTLING'))",
    "a refund is under way": "SELECT 1 FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.booking_id = ?"
    " AND r.status IN ('SENDING', 'pending', 'requires_action')",
    "a problem is open": "SELECT 1 FROM attention WHERE booking_id = ? AND closed_at IS NULL AND kind <> 'mail_failed'",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of a booking, as its .eml file is named."""

    id: int
    kind: str


def due(tx: Tx, before_on: str, after: int, limit: int) -> list[int]:
    """Bookings whose guests left before this day and that were not shredded yet, by id."""
    return [row[0] for row in tx.all(DUE, (before_on, before_on, after, limit))]


def why_wait(tx: Tx, booking_id: int) -> str:
    """Why this booking cannot be shredded yet, or empty."""
    return next((why for why, sql in WAITS.items() if tx.one(f"{sql} LIMIT 1", (booking_id,))), "")


def mails_of(tx: Tx, booking_id: int) -> list[Mail]:
    return [Mail(*row) for row in tx.all("SELECT id, kind FROM outbox WHERE booking_id = ?", (booking_id,))]


def shred(tx: Tx, booking_id: int, actor: str) -> bool:
    """Everything of one booking but its events, which are found by `shred_events`. False when it has to wait."""
    row = tx.one("SELECT guest_name, guest_email, guest_phone FROM bookings WHERE id = ?", (booking_id,))
    if row is None or why_wait(tx, booking_id) or is_shredded(tx, booking_id):
        return False
    words = words_of(*row)
    tx.execute("INSERT INTO shredded (booking_id, at) VALUES (?, ?)", (booking_id, tx.now))
    shred_money(tx, booking_id, words)
    shred_mails(tx, booking_id)
    shred_alerts(tx, booking_id, words)
    tx.execute(
        "UPDATE bookings SET guest_name = ?, guest_email = '', guest_phone = '', notes = '', code_revoked = 1,"
        " updated_at = ? WHERE id = ?",
        (SHREDDED, tx.now, booking_id),
    )
    count, seal = redact_timeline(tx, booking_id, words)
    timeline.add(tx, booking_id, actor, "shredded", "Guest data shredded", f"{count} entries · seal {seal}")
    tx.changed.add(booking_id)
    return True


def is_shredded(tx: Tx, booking_id: int) -> bool:
    return tx.one("SELECT 1 FROM shredded WHERE booking_id = ?", (booking_id,)) is not None


def shred_money(tx: Tx, booking_id: int, words: tuple[str, ...]) -> None:
    """Requests, notes and Stripe's sentences; no sum, no id, no status."""
    for payment_id, params in tx.all("SELECT id, params FROM payments WHERE booking_id = ?", (booking_id,)):
        clean = redacted_text(params, words)
        tx.execute("UPDATE payments SET params = ?, last_error = '' WHERE id = ?", (clean, payment_id))
        rows = tx.all("SELECT id, reason, params FROM refunds WHERE payment_id = ?", (payment_id,))
        for refund_id, reason, sent in rows:
            tx.execute(
                "UPDATE refunds SET note = '', last_error = '', reason = ?, params = ? WHERE id = ?",
                (kept_reason(reason), redacted_text(sent, words) if sent else "", refund_id),
            )
    for receipt_id, reference in tx.all("SELECT id, reference FROM desk_receipts WHERE booking_id = ?", (booking_id,)):
        kept = "" if names_guest(reference, words) else reference
        tx.execute("UPDATE desk_receipts SET note = '', reference = ? WHERE id = ?", (kept, receipt_id))


def kept_reason(reason: str) -> str:
    """A refund's reason, unless a person may have typed it."""
    return reason if reason in KEPT_REASONS or OUTSIDE.fullmatch(reason) else ""


def shred_mails(tx: Tx, booking_id: int) -> None:
    """That a mail left, when and why, stays; to whom and what it said does not. One that waits is not sent any more."""
    for mail_id, payload in tx.all("SELECT id, payload FROM outbox WHERE booking_id = ?", (booking_id,)):
        facts = {name: value for name, value in json.loads(payload).items() if name not in ("subject", "text")}
        tx.execute(
            "UPDATE outbox SET recipient = '', last_error = '', payload = ?,"
            " status = CASE WHEN status IN ('queued', 'sending') THEN 'cancelled' ELSE status END WHERE id = ?",
            (redacted_text(json.dumps(facts)), mail_id),
        )


def shred_alerts(tx: Tx, booking_id: int, words: tuple[str, ...]) -> None:
    rows = tx.all("SELECT id, kind, sentence, facts, closed_at FROM attention WHERE booking_id = ?", (booking_id,))
    for row_id, kind, sentence, facts, closed_at in rows:
        private = kind == "mail_failed" or names_guest(sentence + facts, words)
        clean = {**json.loads(facts), "detail": ""}
        tx.execute(
            "UPDATE attention SET sentence = ?, facts = ?, close_reason = '' WHERE id = ?",
            (SHREDDED if private else sentence, json.dumps(clean) if private else facts, row_id),
        )
        if closed_at is None:
            attention.close(tx, row_id, "shredding", "")
    attention.recount(tx, booking_id)


# The timeline


def redact_timeline(tx: Tx, booking_id: int, words: tuple[str, ...]) -> tuple[int, str]:
    """Take the words of people out of the booking's entries; how many, and the newest digest of the second chain."""
    seal: str = tx.value("SELECT digest FROM redactions ORDER BY id DESC LIMIT 1") or timeline.GENESIS
    count = 0
    sql = "SELECT id, at, actor, kind, text, detail, hash FROM timeline WHERE booking_id = ? ORDER BY id"
    for entry_id, at, actor, kind, text, detail, known in tx.all(sql, (booking_id,)):
        told = impersonal(kind, text, detail, words)
        if told == (text, detail):
            continue
        seal = timeline.seal(seal, entry_id, known, at, booking_id, actor, kind, *told)
        tx.insert("INSERT INTO redactions (timeline_id, digest) VALUES (?, ?)", (entry_id, seal))
        tx.execute("UPDATE timeline SET text = ?, detail = ?, salt = '' WHERE id = ?", (*told, entry_id))
        count += 1
    return count, seal


def impersonal(kind: str, text: str, detail: str, words: tuple[str, ...]) -> tuple[str, str]:
    """What an entry says once its guest is forgotten."""
    keeps_detail = kind in IMPERSONAL and not names_guest(detail, words)
    keeps_text = kind != "dismissed" and not names_guest(text, words)
    return (text if keeps_text else SHREDDED, detail if keeps_detail or not detail else SHREDDED)


# Events


def shred_events(tx: Tx, after: int, last: int, before_at: int, *, everyone: bool, limit: int) -> tuple[int, int]:
    """One page of the inbox: the events of shredded bookings, and those of nobody that are old; the last id looked at
    and how many were cleaned. `everyone`: also bookings whose older events were cleaned before."""
    rows = tx.all(
        "SELECT i.id, i.body, s.events_done, i.booking_id, i.received_at FROM inbox i"
        " LEFT JOIN shredded s ON s.booking_id = i.booking_id WHERE i.id > ? AND i.id <= ? ORDER BY i.id LIMIT ?",
        (after, last, limit),
    )
    cleaned = 0
    for event_id, body, done, booking_id, received_at in rows:
        theirs = done is not None and (everyone or not done)
        if theirs or (booking_id is None and received_at < before_at):
            cleaned += clean_body(tx, "inbox", event_id, body)
    return (rows[-1][0] if rows else last), cleaned


def clean_body(tx: Tx, table: str, row_id: int, body: str) -> int:
    clean = redacted_text(body)
    if clean == body:
        return 0
    return tx.execute(f"UPDATE {table} SET body = ? WHERE id = ?", (clean, row_id))


def last_event(tx: Tx) -> int:
    return tx.value("SELECT id FROM inbox ORDER BY id DESC LIMIT 1") or 0


def last_event_before(tx: Tx, at: int) -> int:
    """The newest event that was received before this instant. Ids grow with time, so that few rows are looked at."""
    return tx.value("SELECT id FROM inbox WHERE received_at < ? ORDER BY id DESC LIMIT 1", (at,)) or 0


def events_done(tx: Tx, booking_ids: list[int]) -> None:
    for booking_id in booking_ids:
        tx.execute("UPDATE shredded SET events_done = 1 WHERE booking_id = ?", (booking_id,))


def waiting_for_events(tx: Tx) -> list[int]:
    """Bookings whose events were not cleaned yet: of this run, or of one that was cut short."""
    return [row[0] for row in tx.all("SELECT booking_id FROM shredded WHERE events_done = 0 ORDER BY booking_id")]


def shred_leftovers(tx: Tx, before_at: int) -> None:
    """What belongs to no booking and is old: reports without an owner, dead letters, strangers' addresses, notes."""
    for table in ("loose_facts", "dead_letters"):
        for row_id, body in tx.all(f"SELECT id, body FROM {table} WHERE at < ?", (before_at,)):
            clean_body(tx, table, row_id, body)
    tx.execute("DELETE FROM rejections WHERE at < ?", (before_at,))
    tx.execute("UPDATE shifts SET handover_note = '' WHERE closed_at < ? AND handover_note <> ''", (before_at,))
