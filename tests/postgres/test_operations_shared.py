"""The verbs of the house on PostgreSQL, each followed by `verify`."""

from tests.operations import (
    test_arrival,
    test_checkout,
    test_fallback,
    test_ingest,
    test_poll,
    test_refund,
    test_report,
    test_shifts,
    test_staff,
)
from tests.postgres.shared import collected

SQLITE = {"test_a_duplicate_is_acknowledged_while_nobody_can_write": "locks the file; here in test_machines.py"}
globals().update(collected(test_arrival, test_checkout, test_fallback, test_ingest, test_poll, test_refund, but=SQLITE))
globals().update(collected(test_report, test_shifts, test_staff))
