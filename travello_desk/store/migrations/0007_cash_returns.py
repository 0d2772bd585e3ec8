"""Cash given to a guest whose refund had come back: out of which drawer, with which voucher (PAYMENTS C13).

It is no money of the desk's own ledger, so it has a table of its own; the refund it stands for is in `refunds`.
"""

from typing import Any

TABLE = """
CREATE TABLE cash_returns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    refund_uid TEXT NOT NULL UNIQUE,
    booking_id BIGINT NOT NULL REFERENCES bookings (id),
    shift_id BIGINT REFERENCES shifts (id),
    voucher_no TEXT NOT NULL UNIQUE,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
)
"""
OTHERS = (
    "CREATE INDEX cash_returns_by_shift ON cash_returns (shift_id, id) WHERE shift_id IS NOT NULL",
    """CREATE TRIGGER cash_returns_stand BEFORE UPDATE ON cash_returns BEGIN
    SELECT RAISE(ABORT, 'cash returns are never changed');
END""",
    """CREATE TRIGGER cash_returns_are_kept BEFORE DELETE ON cash_returns BEGIN
    SELECT RAISE(ABORT, 'cash returns are never deleted');
END""",
    """CREATE TRIGGER cash_returns_before_the_count BEFORE INSERT ON cash_returns
WHEN EXISTS (SELECT 1 FROM shifts WHERE id = new.shift_id AND (closed_at IS NOT NULL OR counted_at IS NOT NULL)) BEGIN
    SELECT RAISE(ABORT, 'the drawer is counted');
END""",
)


def up(migrator: Any, db: Any) -> None:
    for statement in (TABLE, *OTHERS):
        db.execute_sql(statement)
