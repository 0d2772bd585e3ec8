"""Two pages less of every event's nine.

What waits for money and what has a link out were an index each, and a payment took its booking out of both: one index
now, of those that are pending or asked about, with the words by which either is told.

One open session for each booking was kept by an index of the open ones, out of which every payment took its own. A
guard asks the index of all payments instead, and only when one is opened. SQLite has one writer, so nothing can be
opened in between; PostgreSQL keeps the index too (its own 0003).
"""

from typing import Any

ONE_OPEN = """
CREATE TRIGGER payments_one_open_{name} AFTER {what} ON payments WHEN new.is_open = 1 BEGIN
    SELECT RAISE(ABORT, 'a booking has one open session')
    WHERE EXISTS (SELECT 1 FROM payments WHERE booking_id = new.booking_id AND is_open = 1 AND id <> new.id);
END
"""
STATEMENTS = (
    "DROP INDEX bookings_unpaid",
    "DROP INDEX bookings_with_link",
    """CREATE INDEX bookings_waiting ON bookings (check_in, id, status, badge)
    WHERE status = 'PENDING' OR badge = 'CHECKING'""",
    "DROP INDEX payments_one_open",
    ONE_OPEN.format(name="insert", what="INSERT"),
    ONE_OPEN.format(name="update", what="UPDATE OF is_open, booking_id"),
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
