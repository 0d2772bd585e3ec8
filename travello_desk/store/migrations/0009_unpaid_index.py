"""Of the statuses only PENDING is ever listed: an index of it alone. A payment takes its booking out of it, where it
was moved from one end of the old one to the other: one page less of every event's nine.

The status stands in it although it is always the same: SQLite counts in the index alone only where every column that
the question names is part of it.
"""

from typing import Any

STATEMENTS = (
    "DROP INDEX bookings_by_status",
    "CREATE INDEX bookings_unpaid ON bookings (check_in, id, status) WHERE status = 'PENDING'",
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
