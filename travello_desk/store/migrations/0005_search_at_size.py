"""Search that stays quick in a large hotel: prefixes of up to six letters are looked up instead of merged from every
word that begins so (all telephone numbers of a country, all references of a year), and rare badges have an index.

Common badges stand in none: a payment moves a booking from one of them to another and must not pay for this.
"""

from typing import Any

SEARCHED = "reference, guest_name, guest_email, guest_phone, room"
STATEMENTS = (
    "DROP TABLE bookings_fts",
    f"""
CREATE VIRTUAL TABLE bookings_fts USING fts5({SEARCHED}, content='bookings', content_rowid='id',
    tokenize='unicode61 remove_diacritics 2 tokenchars ''-''', prefix='1 2 3 4 5 6', detail=column, columnsize=0)
""",
    "INSERT INTO bookings_fts (bookings_fts) VALUES ('rebuild')",
    """
CREATE INDEX bookings_with_rare_badge ON bookings (badge, id)
    WHERE badge <> 'DUE' AND badge <> 'LINK OUT' AND badge <> 'PAID' AND badge <> 'ON ARRIVAL' AND badge <> 'CANCEL'
""",
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
