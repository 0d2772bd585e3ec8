"""`shift` from the command line: the whole day, blind, with JSON documents and refusals in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import folder as folder
from tests.cli.test_commands import shell, told


def test_a_shift_from_the_command_line(folder: Path) -> None:
    opened = told(folder, "shift", "open", "--float", "5,000", "--as", "Ayesha")
    assert (opened["float"], opened["drawer"], opened["closed_at"]) == (5000, "1", None)
    told(folder, "mark-paid", "2", "--tender", "cash", "--as", "Ayesha")
    told(folder, "shift", "drop", "10000", "--note", "envelope 4", "--as", "Ayesha")
    (shown,) = told(folder, "shift", "show")
    assert (shown["expected"], shown["drops"][0]["amount"]) == (None, 10000)
    paid_out = told(folder, "pay-out", "2", "--amount", "500", "--reason", "broken lamp", "--as", "Ayesha")
    assert paid_out["voucher_no"].startswith("V-")
    signed = told(folder, "shift", "count", "5000x1", "500x2", "--coins", "0.50", "--as", "Ayesha")
    assert (signed["counted"], signed["expected"], signed["over"]) == (6000.5, 6000.5, 0)
    closed = told(folder, "shift", "close", "--drop", "1000.50", "--note", "all quiet", "--as", "Ayesha")
    assert (closed["dropped"], closed["left"], closed["note"]) == (1000.5, 5000, "all quiet")
    assert told(folder, "shift", "open", "--as", "Bilal")["float"] == 5000
    late = shell(folder, "undo-paid", "2", "--reason", "wrong booking")
    assert (late.returncode, "pay the money out instead" in late.stderr) == (1, True)
    assert told(folder, "verify")["differences"] == []


def test_the_report_has_its_shifts_and_its_papers(folder: Path) -> None:
    told(folder, "shift", "open", "--float", "100", "--as", "Ayesha")
    told(folder, "mark-paid", "2", "--tender", "cash", "--as", "Ayesha")
    day = told(folder, "report", "--sheet", "sheet.txt")
    assert [(shift["name"], shift["float"]) for shift in day["shifts"]] == [("Ayesha", 100)]
    assert "Downtime sheet" in (folder / "sheet.txt").read_text()
    text = shell(folder, "report").stdout
    assert "Ayesha, drawer 1, float Rs. 100, open" in text
    asked = shell(folder, "report", "--stripe")
    assert (asked.returncode, "No STRIPE_SECRET_KEY" in asked.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["shift", "close"], 1, "has no open shift"),
        (["shift", "drop", "5", "--of", "Nobody"], 1, "Nobody has no open shift"),
        (["shift", "open", "--float", "1.234"], 2, "two ways"),
        (["shift", "count", "many"], 1, "has no open shift"),
        (["shift", "open", "--float", "-5"], 2, "negative"),
    ],
)
def test_refusals(folder: Path, words: list[str], code: int, says: str) -> None:
    done = shell(folder, *words)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


def test_the_report_is_mailed_once(folder: Path) -> None:
    sent = [told(folder, "report", "--mail", "books@hotel.example")["mail"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert (sent[0]["status"], sent[0]["kind"], sent[0]["to"]) == ("sent", "day_report", "books@hotel.example")
    assert len(list((folder / "data" / "outbox").glob("*.eml"))) == 1
    refused = shell(folder, "report", "--mail", "books")
    assert (refused.returncode, "not a mail address" in refused.stderr) == (2, True)
