"""Every entry of the timeline has a salt in its hash from now on, and shredding takes the salt away with the words: the
hash that stays proves nothing to whoever tries names and addresses.
"""

from typing import Any

STATEMENTS = (
    "ALTER TABLE timeline ADD COLUMN salt TEXT NOT NULL DEFAULT ''",
    "DROP TRIGGER timeline_is_append_only",
    """CREATE TRIGGER timeline_is_append_only BEFORE UPDATE ON timeline
WHEN NOT (
    new.id = old.id AND new.at = old.at AND new.booking_id IS old.booking_id AND new.actor = old.actor
    AND new.kind = old.kind AND new.hash = old.hash
    AND new.text IN (old.text, '(shredded)') AND new.detail IN (old.detail, '(shredded)')
    AND new.salt IN (old.salt, '')
    AND EXISTS (SELECT 1 FROM redactions WHERE timeline_id = old.id)
) BEGIN
    SELECT RAISE(ABORT, 'the timeline is append-only');
END""",
)


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
