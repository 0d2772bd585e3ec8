"""Guests' personal data can be shredded: what was, which timeline entries lost their words, and the few guards that
let exactly this happen and nothing else.
"""

from typing import Any

STATEMENTS = (
    """CREATE TABLE shredded (
    booking_id BIGINT PRIMARY KEY REFERENCES bookings (id),
    at BIGINT NOT NULL,
    events_done INTEGER NOT NULL DEFAULT 0 CHECK (events_done IN (0, 1))
)""",
    "CREATE INDEX shredded_unfinished ON shredded (booking_id) WHERE events_done = 0",
    """CREATE TABLE redactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timeline_id BIGINT NOT NULL UNIQUE REFERENCES timeline (id),
    digest TEXT NOT NULL
)""",
    """CREATE TRIGGER shredding_is_kept BEFORE DELETE ON shredded BEGIN
    SELECT RAISE(ABORT, 'what is shredded stays shredded');
END""",
    """CREATE TRIGGER redactions_stand BEFORE UPDATE ON redactions BEGIN
    SELECT RAISE(ABORT, 'redactions are append-only');
END""",
    """CREATE TRIGGER redactions_are_kept BEFORE DELETE ON redactions BEGIN
    SELECT RAISE(ABORT, 'redactions are append-only');
END""",
    "DROP TRIGGER timeline_is_append_only",
    # The words of an entry whose redaction was recorded may be taken out; all that says who, when and what stays.
    """CREATE TRIGGER timeline_is_append_only BEFORE UPDATE ON timeline
WHEN NOT (
    new.id = old.id AND new.at = old.at AND new.booking_id IS old.booking_id AND new.actor = old.actor
    AND new.kind = old.kind AND new.hash = old.hash
    AND new.text IN (old.text, '(shredded)') AND new.detail IN (old.detail, '(shredded)')
    AND EXISTS (SELECT 1 FROM redactions WHERE timeline_id = old.id)
) BEGIN
    SELECT RAISE(ABORT, 'the timeline is append-only');
END""",
    "DROP TRIGGER desk_receipts_stand",
    """CREATE TRIGGER desk_receipts_stand BEFORE UPDATE ON desk_receipts
WHEN NOT (
    new.id = old.id AND new.booking_id = old.booking_id AND new.kind = old.kind
    AND new.amount_minor = old.amount_minor AND new.currency = old.currency AND new.tender = old.tender
    AND new.receipt_no IS old.receipt_no AND new.received_minor = old.received_minor AND new.actor = old.actor
    AND new.approved_by = old.approved_by AND new.shift_id IS old.shift_id AND new.at = old.at
    AND new.note IN (old.note, '') AND new.reference IN (old.reference, '')
    AND EXISTS (SELECT 1 FROM shredded WHERE booking_id = old.booking_id)
) BEGIN
    SELECT RAISE(ABORT, 'desk receipts are never changed');
END""",
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
