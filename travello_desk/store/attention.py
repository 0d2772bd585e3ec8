"""The attention inbox: what a person must look at. Nothing here is closed by silence.

Alerts of the projection are kept in step by `sync`: a new one opens a row, one that its remedy has removed closes it
as `remedy`. A person closes with a reason. Other alerts (orphans, a secret that does not match) are raised directly.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from travello_desk.money import format_minor
from travello_desk.payments.facts import Ledger
from travello_desk.payments.narrative import alert_sentence
from travello_desk.payments.projection import Alert
from travello_desk.store.tx import Row, Tx

COLUMNS = "id, booking_id, kind, subject, sentence, facts, due_at, opened_at, closed_at, closed_by, close_reason"


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of the inbox."""

    id: int
    booking_id: int | None
    kind: str
    subject: str
    sentence: str
    facts: str
    due_at: int
    opened_at: int
    closed_at: int | None
    closed_by: str
    close_reason: str


def sync(tx: Tx, booking_id: int, alerts: Iterable[Alert], ledger: Ledger) -> int:
    """Open what is new, close what its remedy has removed; the number of open alerts of this booking."""
    rows = tx.all(
        "SELECT id, kind, subject, closed_at, closed_by, facts FROM attention WHERE booking_id = ?", (booking_id,)
    )
    known = {(row[1], row[2]): row for row in rows}
    wanted = {(alert.kind, alert.subject): alert for alert in alerts}
    asked = format_minor(ledger.amount_minor, ledger.currency)
    due = deadlines(ledger)
    for key, alert in wanted.items():
        sentence, due_at = alert_sentence(alert, asked), due.get(alert.subject, 0)
        if key not in known:
            open_row(tx, booking_id, alert, sentence, due_at)
        else:
            bring_up_to_date(tx, known[key], alert, sentence, due_at)
    for key, row in known.items():
        if key not in wanted and row[3] is None and key[0] in PROJECTED:
            close(tx, row[0], "remedy", "")
    return count_open(tx, booking_id)


def deadlines(ledger: Ledger) -> dict[str, int]:
    """By when each dispute must be answered; one that was answered waits for the bank, not for us."""
    disputes = [dispute for payment in ledger.payments for dispute in payment.disputes]
    return {
        d.dispute_id: d.evidence_due_at for d in disputes if d.status in ("needs_response", "warning_needs_response")
    }


def bring_up_to_date(tx: Tx, row: Row, alert: Alert, sentence: str, due_at: int) -> None:
    """A known alert with its newest facts. What its remedy had closed is back; what a person had closed comes back only
    when it is about more than they saw."""
    row_id, _, _, closed_at, closed_by, facts = row
    seen = json.loads(facts)
    more = alert.amount_minor > seen.get("amount_minor", 0) or alert.currency != seen.get("currency", "")
    if closed_at is not None and closed_by != "remedy" and not more:
        return
    tx.execute(
        "UPDATE attention SET sentence = ?, facts = ?, due_at = ?, closed_at = NULL, closed_by = '', close_reason = ''"
        " WHERE id = ?",
        (sentence, facts_of(alert), due_at, row_id),
    )


# The kinds that the projection speaks for; all others are closed by people or by the code that raised them.
PROJECTED = frozenset(
    {
        "money_on_cancelled",
        "paid_twice",
        "wrong_amount",
        "online_for_arrival",
        "refund_failed",
        "inquiry",
        "dispute",
        "dispute_lost",
    }
)


def facts_of(alert: Alert) -> str:
    return json.dumps({"amount_minor": alert.amount_minor, "currency": alert.currency, "detail": alert.detail})


def open_row(tx: Tx, booking_id: int | None, alert: Alert, sentence: str, due_at: int = 0) -> int:
    return tx.insert(
        "INSERT INTO attention (booking_id, kind, subject, sentence, facts, due_at, opened_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (booking_id, alert.kind, alert.subject, sentence, facts_of(alert), due_at, tx.now),
    )


# What a person has closed for good: the same money told once more (the session, then its payment) is no news.
ONCE = frozenset({"orphan"})


def raise_alert(tx: Tx, booking_id: int | None, alert: Alert) -> None:
    """Raise something that is not about one booking's money; once for each (kind, subject) that is open."""
    standing = "" if alert.kind in ONCE else " AND closed_at IS NULL"
    known = tx.value(
        f"SELECT id FROM attention WHERE booking_id IS ? AND kind = ? AND subject = ?{standing}",
        (booking_id, alert.kind, alert.subject),
    )
    if known is None:
        open_row(tx, booking_id, alert, alert_sentence(alert))
        if booking_id is not None:
            recount(tx, booking_id)


def is_open(tx: Tx, kind: str, subject: str = "") -> bool:
    """Whether this waits for somebody."""
    sql = "SELECT 1 FROM attention WHERE kind = ? AND subject = ? AND closed_at IS NULL"
    return tx.one(sql, (kind, subject)) is not None


def withdraw(tx: Tx, kind: str, subject: str = "") -> None:
    """Close an alert whose cause has ended (a secret that matches again, a clock that is right again)."""
    tx.execute(
        "UPDATE attention SET closed_at = ?, closed_by = 'remedy' WHERE kind = ? AND subject = ? AND closed_at IS NULL",
        (tx.now, kind, subject),
    )


def close(tx: Tx, row_id: int, closed_by: str, reason: str) -> bool:
    """Close one row; False when it was closed already. A person gives a reason."""
    done = tx.execute(
        "UPDATE attention SET closed_at = ?, closed_by = ?, close_reason = ? WHERE id = ? AND closed_at IS NULL",
        (tx.now, closed_by, reason, row_id),
    )
    return done == 1


def dismiss(tx: Tx, row_id: int, actor: str, reason: str) -> Problem | None:
    """Close by a person with a reason; the row, or None when it was not open."""
    problem = get(tx, row_id)
    if problem is None or not close(tx, row_id, actor, reason):
        return None
    if problem.booking_id is not None:
        recount(tx, problem.booking_id)
    return problem


def recount(tx: Tx, booking_id: int) -> None:
    tx.execute("UPDATE bookings SET attention = ? WHERE id = ?", (count_open(tx, booking_id), booking_id))
    tx.changed.add(booking_id)


def count_open(tx: Tx, booking_id: int) -> int:
    count: int = tx.value("SELECT COUNT(*) FROM attention WHERE booking_id = ? AND closed_at IS NULL", (booking_id,))
    return count


def get(tx: Tx, row_id: int) -> Problem | None:
    row = tx.one(f"SELECT {COLUMNS} FROM attention WHERE id = ?", (row_id,))
    return Problem(*row) if row else None


def open_problems(tx: Tx, limit: int = 500) -> list[Problem]:
    """What is open, the nearest deadline first, then the oldest."""
    rows = tx.all(
        f"SELECT {COLUMNS} FROM attention WHERE closed_at IS NULL"
        " ORDER BY CASE WHEN due_at > 0 THEN due_at ELSE 9223372036854775807 END, id LIMIT ?",
        (limit,),
    )
    return [Problem(*row) for row in rows]


def count_all_open(tx: Tx) -> int:
    count: int = tx.value("SELECT COUNT(*) FROM attention WHERE closed_at IS NULL")
    return count


def details(problem: Problem) -> dict[str, Any]:
    """The stored facts of a problem."""
    loaded: dict[str, Any] = json.loads(problem.facts)
    return loaded


def open_of(tx: Tx, booking_id: int) -> list[Problem]:
    """What is open about one booking, oldest first."""
    rows = tx.all(
        f"SELECT {COLUMNS} FROM attention WHERE booking_id = ? AND closed_at IS NULL ORDER BY id", (booking_id,)
    )
    return [Problem(*row) for row in rows]


def open_of_kinds(tx: Tx, kinds: tuple[str, ...]) -> list[Problem]:
    """What is open of these kinds."""
    marks = ", ".join("?" * len(kinds))
    rows = tx.all(f"SELECT {COLUMNS} FROM attention WHERE closed_at IS NULL AND kind IN ({marks}) ORDER BY id", kinds)
    return [Problem(*row) for row in rows]
