"""Shifts get their drawer, the signed count and drops; the database keeps them honest.

One open shift a person and one a drawer; what was signed stands; nothing moves cash through a drawer that was counted.
"""

from collections.abc import Iterator
from typing import Any

COLUMNS = (
    "drawer TEXT NOT NULL DEFAULT '1'",
    "currency TEXT NOT NULL DEFAULT ''",
    "counted_at BIGINT",
    "counted_by TEXT NOT NULL DEFAULT ''",
    "closed_by TEXT NOT NULL DEFAULT ''",
    "note_read_at BIGINT",
    "note_read_by TEXT NOT NULL DEFAULT ''",
)

TABLES = """
CREATE UNIQUE INDEX shifts_one_a_person ON shifts (name) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX shifts_one_a_drawer ON shifts (drawer) WHERE closed_at IS NULL;
CREATE INDEX shifts_by_opening ON shifts (opened_at);
CREATE INDEX shifts_with_note ON shifts (id) WHERE handover_note <> '' AND note_read_at IS NULL;
CREATE INDEX desk_receipts_by_shift ON desk_receipts (shift_id, id) WHERE shift_id IS NOT NULL;

CREATE TABLE cash_drops (
    id {pk},
    shift_id BIGINT NOT NULL REFERENCES shifts (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX cash_drops_by_shift ON cash_drops (shift_id, id);
"""

SQLITE_GUARDS = """
CREATE TRIGGER shifts_are_kept BEFORE DELETE ON shifts BEGIN
    SELECT RAISE(ABORT, 'shifts are never deleted');
END;
CREATE TRIGGER shifts_stand BEFORE UPDATE ON shifts
WHEN new.id <> old.id OR new.name <> old.name OR new.opened_at <> old.opened_at OR new.drawer <> old.drawer
    OR new.currency <> old.currency OR new.opening_minor <> old.opening_minor
    OR (old.counted_at IS NOT NULL AND (new.counted_at IS NOT old.counted_at
        OR new.counted_minor IS NOT old.counted_minor OR new.expected_minor IS NOT old.expected_minor
        OR new.denominations <> old.denominations OR new.counted_by <> old.counted_by))
    OR (old.closed_at IS NOT NULL AND (new.closed_at IS NOT old.closed_at OR new.closed_by <> old.closed_by
        OR new.dropped_minor IS NOT old.dropped_minor OR new.left_minor IS NOT old.left_minor
        OR new.reason <> old.reason OR (new.handover_note <> old.handover_note AND new.handover_note <> '')))
BEGIN
    SELECT RAISE(ABORT, 'what a shift has signed stands');
END;
CREATE TRIGGER shifts_close_counted BEFORE UPDATE ON shifts
WHEN new.closed_at IS NOT NULL AND old.closed_at IS NULL AND (new.counted_minor IS NULL OR new.expected_minor IS NULL
    OR new.dropped_minor IS NULL OR new.left_minor IS NULL OR new.dropped_minor < 0 OR new.left_minor < 0
    OR new.dropped_minor + new.left_minor <> new.counted_minor
    OR (new.counted_minor <> new.expected_minor AND new.reason = ''))
BEGIN
    SELECT RAISE(ABORT, 'a shift is closed with a count that adds up');
END;
CREATE TRIGGER cash_drops_stand BEFORE UPDATE ON cash_drops BEGIN
    SELECT RAISE(ABORT, 'cash drops are never changed');
END;
CREATE TRIGGER cash_drops_are_kept BEFORE DELETE ON cash_drops BEGIN
    SELECT RAISE(ABORT, 'cash drops are never deleted');
END;
CREATE TRIGGER cash_drops_before_the_count BEFORE INSERT ON cash_drops
WHEN EXISTS (SELECT 1 FROM shifts WHERE id = new.shift_id AND counted_at IS NOT NULL) BEGIN
    SELECT RAISE(ABORT, 'the drawer is counted');
END;
CREATE TRIGGER desk_receipts_before_the_count BEFORE INSERT ON desk_receipts
WHEN EXISTS (SELECT 1 FROM shifts WHERE id = new.shift_id
    AND (closed_at IS NOT NULL OR (counted_at IS NOT NULL AND new.tender = 'cash'))) BEGIN
    SELECT RAISE(ABORT, 'the shift is counted or closed');
END;
"""


def statements(script: str) -> Iterator[str]:
    """Split on `;` at the end of a line, keeping trigger bodies whole."""
    statement, in_trigger = "", False
    for line in script.splitlines():
        statement += line + "\n"
        in_trigger = in_trigger or line.startswith("CREATE TRIGGER")
        if line.rstrip().endswith(";") and (not in_trigger or line.startswith("END;")):
            yield statement.strip()
            statement, in_trigger = "", False


def up(migrator: Any, db: Any) -> None:
    for column in COLUMNS:
        db.execute_sql(f"ALTER TABLE shifts ADD COLUMN {column}")
    for statement in statements(TABLES.format(pk="INTEGER PRIMARY KEY AUTOINCREMENT") + SQLITE_GUARDS):
        db.execute_sql(statement)
