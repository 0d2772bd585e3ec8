"""With CI=true no test can be skipped unnoticed, in whatever way it skips itself; without, it can."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WAYS = {
    "mark": "import pytest\n@pytest.mark.skip(reason='no chromium')\ndef test_it(): pass\n",
    "call": "import pytest\ndef test_it(): pytest.skip('no chromium')\n",
    "fixture": (
        "import pytest\n@pytest.fixture\ndef browser(): pytest.skip('no chromium')\ndef test_it(browser): pass\n"
    ),
    "module": "import pytest\npytest.importorskip('no_such_chromium')\ndef test_it(): pass\n",
}


def run(folder: Path, ci: str) -> str:
    """What pytest prints over one module for each way, and a test that passes."""
    for way, source in WAYS.items():
        (folder / f"test_{way}.py").write_text(source)
    (folder / "test_passing.py").write_text("def test_it(): pass\n")
    (folder / "conftest.py").write_text("from tests.no_skips import *\n")
    environ = {"CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"],
        cwd=folder,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return f"{result.stdout}\nexit {result.returncode}"


def test_in_ci_every_skip_fails_the_run_and_says_why(tmp_path: Path) -> None:
    printed = run(tmp_path, ci="true")
    assert "1 failed, 1 passed, 3 errors" in printed
    assert all(f"test_{way}.py" in printed for way in WAYS)
    assert "CI runs every test, but this one said: Skipped: no chromium" in printed
    assert "exit 0" not in printed


def test_on_a_developers_machine_a_skip_is_a_skip(tmp_path: Path) -> None:
    printed = run(tmp_path, ci="")
    assert "1 passed, 4 skipped" in printed
    assert "exit 0" in printed
