"""docs/commands.md tells every command's document, and every key that it names is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.cli.test_commands import folder, shell, told
from tests.tree import ROOT
from travello_desk.cli.commands import COMMANDS

__all__ = ["folder"]
ROWS = re.findall(r"^\| (`.+?) \| (.+) \|$", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"), re.MULTILINE)
STAY = {"desk", "demo", "serve", "web"}


def keys_of(command: str) -> list[str]:
    """The keys that the page names for a command, those of rows in brackets and of options left out."""
    (text,) = [text for commands, text in ROWS if f"`{command}`" in commands.split(", ")]
    whole = re.sub(r"\([^)]*\)", "", text.partition("; ")[0])
    return re.findall(r"`(\w+)`", whole)


def test_every_command_has_its_row() -> None:
    named = {word.split()[0] for commands, _ in ROWS for word in re.findall(r"`([^`]+)`", commands)}
    assert named == set(COMMANDS) - STAY


# In this order each of them can be done on the store of the fixture, without Stripe.
RUN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("import FILE", ("import", "bookings.csv")),
    ("bookings", ("bookings",)),
    ("explain ID", ("explain", "1")),
    ("mark-paid ID", ("mark-paid", "2", "--tender", "cash")),
    ("undo-paid ID", ("undo-paid", "2", "--reason", "too fast")),
    ("cancel ID", ("cancel", "2", "--reason", "plans changed")),
    ("guest-link ID", ("guest-link", "1")),
    ("mail ID", ("mail", "1")),
    ("receipt ID", ("receipt", "1")),
    ("activity", ("activity",)),
    ("report", ("report",)),
    ("shift", ("shift", "open", "--float", "100")),
    ("verify", ("verify",)),
    ("token", ("token", "--user", "7")),
    ("rate", ("rate", "280")),
    ("shred", ("shred", "--older-than", "400d")),
)


def test_what_the_page_names_is_in_the_documents(folder: Path) -> None:
    for command, words in RUN:
        document: Any = told(folder, *words)
        row = document[0] if isinstance(document, list) else document
        expected = keys_of(command)
        assert expected, command
        assert set(expected) <= row.keys(), command


WRONG = (
    ("report", "--csv", "/proc/nowhere"),
    ("report", "--sheet", "/proc/nowhere"),
    ("bookings", "--csv", "/proc/nowhere"),
    ("activity", "--before", "99999999999999999999"),
    ("mails", "--again", "99999999999999999999"),
    ("problems", "close", "99999999999999999999", "--reason", "x"),
    ("refund", "1", "--payment", "99999999999999999999"),
)


def test_no_file_and_no_number_makes_a_traceback(folder: Path) -> None:
    for words in WRONG:
        done = shell(folder, *words)
        assert done.returncode in (1, 2), words
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()
