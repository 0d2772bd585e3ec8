"""Rules of the whole suite. Property tests: `ci` is quick and repeatable, `--hypothesis-profile=deep` searches."""

from __future__ import annotations

import psycopg  # noqa: F401 - before Peewee, which looks for its drivers once: this process opens both kinds of stores
from hypothesis import HealthCheck, settings

from tests.no_skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")
