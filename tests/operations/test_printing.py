"""Receipts as text, as private files, and on paper through the system's own spooler command."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.operations.test_mail_queue import paid
from travello_desk.operations import printing, receipt_pdf
from travello_desk.operations.receipt import receipt_of
from travello_desk.operations.receipt_text import ends, receipt_lines
from travello_desk.payments.rules import Refused
from travello_desk.texts import language, languages


def install(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of our own."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


@pytest.mark.parametrize("code", languages())
async def test_the_text_tells_what_was_paid(desk: Desk, code: str) -> None:
    booking_id = await paid(desk)
    receipt, speech = await receipt_of(desk.ctx, booking_id), language(code)
    lines = receipt_lines(receipt, speech, desk.ctx.settings.hotel_timezone)
    text = "\n".join(lines)
    assert "TRV-1" in text
    assert text.count("Rs. 10,000") >= 2
    assert speech.text("receipt.paid") in text
    assert max(map(len, lines)) <= 100


def test_what_does_not_fit_on_one_line_takes_two() -> None:
    assert ends("left", "right", 12) == "left   right"
    assert ends("a long name of a thing", "right", 12).splitlines() == ["a long name of a thing", "       right"]


async def test_a_saved_receipt_is_private_and_a_pdf(desk: Desk) -> None:
    path = await printing.receipt_file(desk.ctx, await paid(desk), "en")
    assert path.name == "receipt-TRV-1.pdf"
    assert path.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_without_the_extra_it_is_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_pdf, "available", lambda: False)
    path = await printing.receipt_file(desk.ctx, await paid(desk), "en")
    assert path.suffix == ".txt"
    assert "Rs. 10,000" in path.read_text()


async def test_the_spooler_gets_the_file(desk: Desk, programs: Path) -> None:
    install(programs, "lp", 'head -c 5 "$1" > "$(dirname "$0")/paper"; echo request id is desk-12')
    assert await printing.print_receipt(desk.ctx, await paid(desk), "en") == "request id is desk-12"
    assert (programs / "paper").read_text() == "%PDF-"


async def test_a_printer_that_refuses_is_told_in_its_own_words(desk: Desk, programs: Path) -> None:
    install(programs, "lp", "echo 'lp: Error - no default destination available.' >&2; exit 1")
    with pytest.raises(Refused, match="no default destination"):
        await printing.print_receipt(desk.ctx, await paid(desk), "en")


async def test_a_printer_that_hangs_is_given_up(desk: Desk, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PRINT_SECONDS", 0.2)
    install(programs, "lp", "exec sleep 600")
    with pytest.raises(Refused, match="did not answer"):
        await printing.print_receipt(desk.ctx, await paid(desk), "en")


async def test_no_printer_at_all(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(Refused, match="No printer is set up"):
        await printing.print_receipt(desk.ctx, await paid(desk), "en")
