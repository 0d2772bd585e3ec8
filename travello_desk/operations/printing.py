"""Receipts on paper and as files: the PDF where it can be drawn, else plain text; saved, or handed to `lp`."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import Final

from travello_desk.operations import receipt_pdf
from travello_desk.operations.context import Context
from travello_desk.operations.receipt import receipt_of
from travello_desk.operations.receipt_text import receipt_lines
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.texts import language

FOLDER: Final = "receipts"
PRINT_SECONDS: Final = 20
COMMANDS: Final = ("lp", "lpr")
NO_PRINTER: Final = Refusal("no_printer", "No printer is set up on this computer (neither lp nor lpr is installed)")


async def receipt_file(ctx: Context, booking_id: int, code: str, target: Path | None = None) -> Path:
    """The booking's receipt in a file with mode 0600, by default in `receipts` of the data folder. Raises Refused,
    OSError."""
    receipt, speech, zone = await receipt_of(ctx, booking_id), language(code), ctx.settings.hotel_timezone
    name = receipt_pdf.file_name(receipt)
    if receipt_pdf.available():
        body = await receipt_pdf.draw_beside(receipt, speech, zone)
    else:
        body = ("\n".join(receipt_lines(receipt, speech, zone)) + "\n").encode()
        name = f"{name.removesuffix('.pdf')}.txt"
    path = target or ctx.settings.data_dir / FOLDER / name
    return await asyncio.to_thread(write_private, path, body)


def write_private(path: Path, body: bytes) -> Path:
    """A guest's name is in it: nobody but the desk's own account reads it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    return path


async def print_receipt(ctx: Context, booking_id: int, code: str) -> str:
    """Hand the receipt to the system's printer; what its spooler said. Raises Refused with the spooler's own words."""
    command = next((found for found in map(shutil.which, COMMANDS) if found), None)
    if command is None:
        raise Refused(NO_PRINTER)
    path = await receipt_file(ctx, booking_id, code)
    process = await asyncio.create_subprocess_exec(
        command, str(path), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PRINT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise Refused(Refusal("printer", f"The printer did not answer in {PRINT_SECONDS} seconds")) from None
    words = " ".join(said.decode(errors="replace").split())[:200]
    if process.returncode:
        raise Refused(Refusal("printer", f"Not printed: {words or 'the printer refused'}"))
    return words or "sent to the printer"
