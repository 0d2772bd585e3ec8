"""The house stays a house: sizes, left-overs, docstrings, no floats near money, no keys and no addresses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tree import ROOT, name, python_files, text_files

LONGEST = 400
SOURCES = python_files()
# Written in two pieces, so that this file is not its own finding.
LEFT_OVERS = re.compile("TO" + "DO|FIX" + r"ME|#.*\bXX" + r"X\b")
# Keys of the form Stripe gives out, unless one look tells that they are none.
REAL_KEY = re.compile(
    r"(?:[srp]k_live_(?=\w{10})|[srp]k_test_(?=\w{24})|whsec_(?=[\w+/]{32}))(?!\w*(?i:not|sandbox|abcdef))"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ghp_|github_pat_|xox[bp]-)[A-Za-z0-9_]{12,}"
)
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.])/(?:home|Users|root)/[A-Za-z]")
LONG_SLEEP = re.compile(r"(?:time|asyncio)\.sleep\((?:0\.[1-9]|[1-9])")
SKIPS = re.compile(r"@pytest\.mark\.(?:skip\b|xfail)")


def findings(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """`file:line text` of every line that matches."""
    return [
        f"{name(path)}:{number} {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_the_whole_project_is_looked_at() -> None:
    looked_at = {name(path) for path in text_files()}
    assert {
        "travello_desk/money.py",
        "webhook/__init__.py",
        "tests/test_hygiene.py",
        ".ci/run",
        "README.md",
    } <= looked_at


def test_no_file_is_longer_than_a_reader_follows() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in SOURCES
        if (text := path.read_text(encoding="utf-8")).strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def test_nothing_is_left_over() -> None:
    assert findings(LEFT_OVERS, SOURCES) == []


def test_no_test_switches_itself_off_and_none_sleeps() -> None:
    tests = python_files("tests")
    assert findings(SKIPS, [path for path in tests if path.name not in ("test_no_skips.py", "test_hygiene.py")]) == []
    assert findings(LONG_SLEEP, tests) == []


def test_no_real_key_and_nobodys_folder_in_the_tree() -> None:
    everything = [path for path in text_files() if path.suffix != ".csv"]
    assert findings(REAL_KEY, everything) == []
    assert findings(SOMEBODYS_FOLDER, everything) == []


# --- money ---------------------------------------------------------------------------------------------------------


def money_modules() -> list[Path]:
    return [ROOT / "travello_desk" / "money.py", *python_files("travello_desk/payments")]


def floats(tree: ast.AST) -> Iterator[int]:
    """Lines with a float literal, or with float() made from something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield node.lineno


def test_no_float_where_money_is_counted() -> None:
    found = [
        f"{name(path)}:{line}"
        for path in money_modules()
        for line in floats(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


# What a pure module may import: values and types. No clock, no file, no network, no process, no randomness.
PURE = frozenset(
    "__future__ abc collections dataclasses datetime decimal enum functools itertools json operator re typing".split()
)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", money_modules(), ids=name)
def test_the_heart_is_pure(path: Path) -> None:
    names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    outside = {
        module
        for module in names
        if module.partition(".")[0] not in PURE
        and not module.startswith(("travello_desk.money", "travello_desk.payments", "travello_desk.values"))
        and module != "travello_desk"
    }
    assert outside == set()


# --- what is installed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_everything_with_hashes_and_name_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [
        line for line in lines if not re.match(r"[a-z0-9._-]+==\S+( ; .+)? \\$| {4}--hash=sha256:[0-9a-f]{64}", line)
    ] == []
    assert re.findall(r"https?:|file:|--(?:extra-)?index|--find-links|@ ", text) == []
    pinned = re.split(r"\n(?=[a-z])", "\n".join(lines))
    assert [entry.splitlines()[0] for entry in pinned if "--hash" not in entry] == []


def test_the_lock_for_running_agrees_with_the_lock_for_testing() -> None:
    running, testing = (
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert running.items() <= testing.items()


def test_every_dependency_of_the_project_is_locked() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = project.partition("dependencies = [")[2].partition("]\n")[0]
    wanted = {wish.lower() for wish in re.findall(r'"([A-Za-z0-9-]+)', section)}
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert len(wanted) > 10
    assert wanted - locked == set()


def test_readme_and_ci_run_the_same_two_lines() -> None:
    """`.ci/run` takes its commands from README by these marks: each stands there once, with one line in its block."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for mark, ends_with in (("demo-command", "travello-desk demo"), ("test-command", "-m pytest")):
        (line,) = re.findall(rf"^<!-- {mark} -->\n```sh\n(.+)\n```$", readme, re.MULTILINE)
        assert line.endswith(ends_with)
