"""One open session for each booking, kept by an index: here other writers than ours could come between a guard's look
and its commit."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    db.execute_sql("CREATE UNIQUE INDEX payments_one_open ON payments (booking_id) WHERE is_open = 1")
