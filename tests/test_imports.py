"""What the ground floors cost to import: nothing of the screen, the store, the web or Stripe comes with them."""

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


@pytest.mark.parametrize("module", LIGHT)
def test_a_ground_floor_brings_nothing_heavy(module: str) -> None:
    code = f"import json, sys; import travello_desk.{module}; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert HEAVY & {name.partition(".")[0] for name in json.loads(result.stdout)} == set()
