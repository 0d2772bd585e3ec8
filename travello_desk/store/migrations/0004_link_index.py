"""The index of open links without a list in its condition: for every event SQLite made and filled tables of its own to
look that list up, which was a tenth of all that an event costs it."""

from typing import Any

INDEX = """
CREATE INDEX bookings_with_link ON bookings (check_in, id)
    WHERE badge = 'LINK OUT' OR badge = 'CHECKING' OR badge = 'SETTLING' OR badge = 'FAILED'
"""


def up(migrator: Any, db: Any) -> None:
    db.execute_sql("DROP INDEX bookings_with_link")
    db.execute_sql(INDEX)
