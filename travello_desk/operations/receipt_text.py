"""A receipt as lines of text: for the desk's window, the command line, and printers without PDF. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo

from travello_desk.operations.receipt import Receipt, charged_text, entry_text, stay_rows, sum_text, totals
from travello_desk.texts import Language, Ltr

WIDTH = 68


def receipt_lines(receipt: Receipt, speech: Language, zone: tzinfo, width: int = WIDTH) -> list[str]:
    """The whole paper; sums stand at the right of `width` columns."""
    lines = [receipt.hotel]
    lines += [receipt.contact] if receipt.contact else []
    lines += ["", speech.text("receipt.for_booking", reference=Ltr(receipt.reference))]
    lines += [speech.text("receipt.test")] if receipt.test else []
    lines += ["", *(f"{label}: {speech.plain(value)}" for label, value in stay_rows(receipt, speech)), ""]
    for entry in receipt.entries:
        day = speech.day(datetime.fromtimestamp(entry.at, zone).date()) if entry.at else ""
        text = f"{day}  {entry_text(entry, speech)}".strip()
        lines.append(ends(text, sum_text(entry.amount_minor, receipt.currency), width))
        lines += [f"  {charged_text(entry, speech)}"] if entry.charged else []
    if not receipt.entries:
        lines.append(speech.text("receipt.nothing"))
    lines.append("-" * width)
    lines += [ends(speech.text(label), sum_text(amount, receipt.currency), width) for label, amount in totals(receipt)]
    made = speech.day(datetime.fromtimestamp(receipt.made_at, zone).date())
    return [*lines, "", speech.text("receipt.made", day=made)]


def ends(left: str, right: str, width: int) -> str:
    """`left` and `right` at the two ends of a line; on two lines where one is too short."""
    gap = width - len(left) - len(right)
    return f"{left}{' ' * gap}{right}" if gap > 0 else f"{left}\n{right:>{width}}"
