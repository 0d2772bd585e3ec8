"""No test of the desk has a window of its own without a reason."""

from __future__ import annotations

import ast

from tests.tree import name, python_files

OF_THEIR_OWN = {
    "tests/tui/test_virtual_table.py": "a widget alone, whose pages are counted",
    "tests/tui/test_bare_lines.py": "the same widget, whose lines are counted",
    "tests/tui/test_moving.py": "the same widget, whose reads are counted",
    "tests/tui/test_paced.py": "a word alone, whose pictures are counted",
    "tests/tui/test_bars.py": "a line alone, as wide as it is told",
    "tests/tui/test_desk.py": "one test, of a window that is too small",
}
ASKED = {"size", "size or WINDOW[0]"}
"""The fixture; the dialogs' host, whose tests are run in both windows when they name none."""


def sizes_of(source: str) -> set[str]:
    """What `run_test` is told about its window, as it is written."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    runs = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "run_test"]
    return {next((ast.unparse(word.value) for word in run.keywords if word.arg == "size"), "none") for run in runs}


def test_every_flow_and_every_refusal_is_tried_in_both_windows() -> None:
    found = {name(path): sizes_of(path.read_text(encoding="utf-8")) - ASKED for path in python_files("tests/tui")}
    assert {path: sizes for path, sizes in found.items() if sizes and path not in OF_THEIR_OWN} == {}
    assert found["tests/tui/test_desk.py"] == {"(50, 12)"}
