"""What cannot be read is wrong usage (exit 2), whoever notices it; what a rule refuses is exit 1 (INTERFACE 3)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import CSV, shell

MISWRITTEN = [
    (("rate", "abc"), "not a rate"),
    (("rate", "0"), "positive number"),
    (("bookings", "--search", "due:>abc"), "Not understood: due:>abc"),
    (("bookings", "--search", "in:nowhen"), "Not understood: in:nowhen"),
    (("link", "--arriving", "nowhen"), "Not understood: in:nowhen"),
    (("report", "--mail", "nobody"), "nobody is not a mail address"),
    (("staff", "add", " ", "--pin", "1234"), "1 to 40 letters"),
    (("staff", "add", "Bilal", "--pin", "12"), "4 to 12 digits"),
    (("restore", "nothing.db"), "nothing.db"),
    (("demo", "--no-screen", "--folder", "file/deeper"), "--folder: "),
]
REFUSED = [
    (("rate", "280", "--date", "2999-01-01"), "cannot be known yet"),
    (("restore", "file"), "not a store of travello-desk"),
    (("backup", "new.db"), "there is no store"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("a file is no folder")
    return tmp_path


@pytest.mark.parametrize(("words", "says"), MISWRITTEN, ids=lambda part: " ".join(part) if type(part) is tuple else "")
def test_what_cannot_be_read_is_usage(folder: Path, words: tuple[str, ...], says: str) -> None:
    done = shell(folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("words", "says"), REFUSED, ids=lambda part: " ".join(part) if type(part) is tuple else "")
def test_what_is_not_possible_is_refused(folder: Path, words: tuple[str, ...], says: str) -> None:
    done = shell(folder, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00"], ids=["empty", "other columns", "no text"])
def test_a_file_that_is_no_list_is_usage_and_says_why(folder: Path, content: bytes) -> None:
    (folder / "list.csv").write_bytes(content)
    done = shell(folder, "import", "list.csv", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (2, "")
    assert (document["imported"], [row["line"] for row in document["rejected"]]) == (0, [1])


def test_one_bad_row_is_no_fault_of_the_file(folder: Path) -> None:
    (folder / "list.csv").write_text(CSV)
    assert shell(folder, "import", "list.csv").returncode == 0


PLACES = [
    ("LOG_FILE", "file/desk.log"),
    ("LOG_FILE", "."),
    ("DATA_DIR", "file/data"),
    ("DATABASE_URL", "sqlite:///file/travello.db"),
    ("DATABASE_URL", "sqlite:///."),
    ("LISTEN_HOST", "999.1.1.1"),
]


@pytest.mark.parametrize("command", [("serve",), ("desk",), ("bookings",)], ids=" ".join)
@pytest.mark.parametrize(("name", "value"), PLACES)
def test_a_place_that_cannot_be_is_one_line_about_its_variable(
    folder: Path, name: str, value: str, command: tuple[str, ...]
) -> None:
    done = shell(folder, *command, **{"LISTEN_PORT": "0", name: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{name}: ")
    assert done.stderr.count("\n") == 1


def test_a_short_secret_is_no_warning_on_the_terminal(folder: Path) -> None:
    done = shell(folder, "token", "--user", "7", AUTH_JWT_SECRET="short")
    assert (done.returncode, done.stderr) == (0, "")
