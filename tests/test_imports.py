"""What importing costs: nothing of the screen, the store, the web or Stripe comes with the ground floors, and nothing
that works behind the desk comes before its screen."""

import json
import subprocess
import sys

import pytest

from tests.tree import ROOT

HEAVY = frozenset("textual rich stripe peewee playhouse sqlite3 aiohttp click psycopg requests asyncio".split())
LIGHT = (
    *("money", "days", "secrets_form", "settings", "payments.projection", "payments.events"),
    *("operations.csv_rows", "operations.sheet"),
)
BEHIND = frozenset("operations.jobs operations.mail operations.receipt_pdf operations.shred mailer".split())
WEB = frozenset("aiohttp stripe jinja2 email peewee".split())


def modules_after(*imported: str) -> set[str]:
    """The names of all modules in a fresh interpreter that has imported these of ours."""
    ours = ", ".join(f"travello_desk.{name}" for name in imported)
    code = f"import json, sys; import {ours}; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(result.stdout))


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("module", LIGHT)
def test_a_ground_floor_brings_nothing_heavy(module: str) -> None:
    assert HEAVY & packages(modules_after(module)) == set()


def test_the_screen_does_not_wait_for_what_works_behind_it() -> None:
    found = modules_after("assembly", "tui.app", "tui.screens.bookings")
    assert {name for name in BEHIND if f"travello_desk.{name}" in found} == set()
    assert WEB & packages(found) == set()
    assert "textual" in packages(found)
