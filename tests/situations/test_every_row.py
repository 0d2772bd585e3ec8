"""Every row of PAYMENTS section 3 has a test named after it: `test_A1_...`, or `test_A2_A3_...` for several at once.

The list holds the ids only; what each of them must look like stands in PAYMENTS.md and in its test.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROWS = (
    "A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A13 A14 A16 A17 A18 A19 A21 A24 A25 A27 A28 A29 A31 A32 A34"
    " B1 B2 B3 B5 B6 B7 B8 B9 B10 B12 B13 B14 B16 B17 B18 B19 B21 B22 B23 B24 B26 B27 B29 B30 B31 B32 B33 B34 B36"
    " C1 C2 C3 C4 C5 C6 C7 C8 C10 C11 C12 C13 C15 C16 C17 C18 C21 C22 C23 C24 C25 C27 C28 C29 C30 C31 C32"
    " D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D16 D17 D18 D19 D20 D23 D24 D25 D27 D29 D31 D32 D33 D34 D35 D36 D37"
    " D38 D39 D41 D42 D43 D44 D46"
    " E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12 E14 E15 E16 E19 E20"
).split()
TESTS = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"test_((?:[A-E]\d+_)+)")


def rows_of(name: str) -> list[str]:
    """The rows a test function is named after."""
    found = NAMED.match(name)
    return found.group(1).rstrip("_").split("_") if found else []


def named_rows() -> set[str]:
    """Every row that some test function of the suite is named after."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in TESTS.rglob("test_*.py"))
    functions = (
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {row for function in functions for row in rows_of(function.name)}


def test_a_name_is_read_as_its_rows() -> None:
    assert rows_of("test_A2_A3_headers_that_do_not_count") == ["A2", "A3"]
    assert rows_of("test_nothing_of_A1") == []


@pytest.mark.parametrize("letter", "ABCDE")
def test_every_row_has_its_test(letter: str) -> None:
    wanted = {row for row in ROWS if row.startswith(letter)}
    assert sorted(wanted - named_rows()) == [], "rows of PAYMENTS section 3 without a test"


def test_no_test_is_named_after_a_row_that_is_not_there() -> None:
    assert sorted(named_rows() - set(ROWS)) == []
