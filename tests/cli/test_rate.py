"""The exchange rate and the charge in the other currency, from the command line (PAYMENTS 2.5, D25)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.cli.test_commands import CSV, ROOT, shell
from travello_desk.sandbox import Sandbox


def test_a_rate_is_set_shown_and_refused(tmp_path: Path) -> None:
    assert "No exchange rate is known" in shell(tmp_path, "rate").stdout
    done = json.loads(shell(tmp_path, "rate", "280.50", "--as", "Chaudhry", "--json").stdout)
    assert [(r["units"], r["source"], r["fresh"], r["age_hours"]) for r in done] == [("280.50", "Chaudhry", True, 0)]
    assert "280.50 PKR per USD of" in shell(tmp_path, "rate").stdout
    old = shell(tmp_path, "rate", "279", "--date", "2020-01-01")
    assert "too old to be used" in old.stdout
    for words, code in (
        (("0",), 2),
        (("abc",), 2),
        (("280", "--date", "20.11.2026"), 2),
        (("280", "--date", "2999-01-01"), 1),
    ):
        refused = shell(tmp_path, "rate", *words)
        assert (refused.returncode, refused.stdout, "Traceback" in refused.stderr) == (code, "", False), refused


async def test_link_asks_before_it_charges_in_dollars(tmp_path: Path) -> None:
    (tmp_path / "bookings.csv").write_text(CSV)
    shell(tmp_path, "import", "bookings.csv")
    shell(tmp_path, "rate", "280")
    async with Sandbox(background=False, supported_currencies=["usd"]) as sandbox:
        settings = {"STRIPE_SECRET_KEY": sandbox.access.secret_key, "STRIPE_API_BASE": sandbox.base_url}
        code, _, said = await run(tmp_path, settings, "link", "1")
        assert code == 1
        assert "charge $35.71 for Rs. 10,000 (280 PKR per USD of" in said
        assert said.rstrip().endswith("If so: --charge 35.71")
        code, _, said = await run(tmp_path, settings, "link", "1", "--charge", "35.70")
        assert (code, "charge $35.71" in said) == (1, True), "a yes to another sum is no yes"
        assert sandbox.books.sessions == {}
        code, told, said = await run(tmp_path, settings, "link", "1", "--charge", "35.71", "--json")
        assert (code, said) == (0, "")
        session = sandbox.books.sessions[json.loads(told)["session_id"]]
        assert (session["amount_total"], session["currency"]) == (3571, "usd")


async def run(folder: Path, settings: dict[str, str], *words: str) -> tuple[Any, str, str]:
    """A command beside the sandbox that lives in this loop."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "travello_desk", *words),
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "HOTEL_TIMEZONE": "Asia/Karachi", **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        told, said = await process.communicate()
    return process.returncode, told.decode(), said.decode()
