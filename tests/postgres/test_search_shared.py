"""Search finds the same on PostgreSQL."""

from tests.postgres.shared import collected
from tests.store import test_search

globals().update(collected(test_search))
