"""What a command brings along: help answers before anything is imported, a link needs no screen and no listener."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from travello_desk.cli.commands import COMMANDS
from travello_desk.cli.root import root
from travello_desk.doors import HouseDoors
from travello_desk.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
RUN_AND_TELL = """
import json, sys
from travello_desk.__main__ import main
try:
    main()
except SystemExit as end:
    code = end.code or 0
else:
    code = 0
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""
CSV = """reference,guest_name,guest_email,guest_phone,user_id,room,check_in,check_out,amount,currency,payment_method
TRV-1,Ayesha Khan,ayesha@example.com,,7,312,2026-11-24,2026-11-26,"10,000",PKR,ONLINE
"""


def modules_after(folder: Path, *words: str, **environ: str) -> set[str]:
    """The modules that a command has imported by its end."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", RUN_AND_TELL, *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["code"] == 0, done.stderr
    return set(told["modules"])


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


async def test_a_link_needs_neither_the_screen_nor_the_listener_nor_another_database(tmp_path: Path) -> None:
    (tmp_path / "bookings.csv").write_text(CSV)
    async with Sandbox() as sandbox:
        stripe = {"STRIPE_SECRET_KEY": sandbox.access.secret_key, "STRIPE_API_BASE": sandbox.base_url}
        await asyncio.to_thread(modules_after, tmp_path, "import", "bookings.csv")
        modules = await asyncio.to_thread(modules_after, tmp_path, "link", "TRV-1", **stripe)
    assert {"stripe", "peewee", "click"} <= packages(modules)
    assert not {"textual", "rich", "webhook", "psycopg", "jinja2", "argon2", "segno"} & packages(modules)
    assert "aiohttp.web" not in modules


@pytest.mark.parametrize("words", [("bookings",), ("booking", "TRV-1"), ("verify",), ("report",)], ids=" ".join)
def test_what_talks_to_nobody_brings_no_network(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "bookings.csv").write_text(CSV)
    modules_after(tmp_path, "import", "bookings.csv")
    found = packages(modules_after(tmp_path, *words))
    assert not {"textual", "rich", "aiohttp", "stripe", "webhook", "psycopg"} & found


def test_help_imports_next_to_nothing(tmp_path: Path) -> None:
    modules = packages(modules_after(tmp_path, "--help"))
    assert not {"click", "asyncio", "typing", "peewee"} & modules


def cpu_seconds(*words: str) -> float:
    """The least of nine: what the machine does beside it only ever adds."""
    spent = []
    for _ in range(9):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def test_help_costs_less_than_three_bare_interpreters() -> None:
    assert cpu_seconds("-m", "travello_desk", "--help") < 3 * cpu_seconds("-c", "pass")


def test_help_is_the_same_whoever_answers() -> None:
    """`--help` alone is answered without click; beside another option click answers it."""
    quick = subprocess.run(
        [sys.executable, "-m", "travello_desk", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    clicked = CliRunner().invoke(root, ["--help"], obj=HouseDoors(), prog_name="travello-desk")
    assert quick.stdout == clicked.output
    widest = max(map(len, COMMANDS))
    for name, (_, text) in COMMANDS.items():
        assert f"  {name:<{widest}}  {text}\n" in quick.stdout


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_named_in_the_help_answers_for_itself(name: str) -> None:
    answer = CliRunner().invoke(root, [name, "--help"], obj=HouseDoors(), prog_name="travello-desk")
    assert answer.exit_code == 0
    assert answer.output.startswith(f"Usage: travello-desk {name} ")
