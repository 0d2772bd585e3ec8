"""The listener on PostgreSQL: every row of the situations that comes in over HTTP."""

from tests.postgres.shared import collected
from tests.webhook import (
    test_authenticity,
    test_content,
    test_create_session,
    test_refunds_and_disputes,
    test_status,
    test_unexpected,
)

SQLITE = {"test_A1_refusals_do_not_fill_the_disk": "moves SQLite's own counter ahead"}
globals().update(collected(test_authenticity, test_content, test_create_session, but=SQLITE))
globals().update(collected(test_refunds_and_disputes, test_status, test_unexpected))
