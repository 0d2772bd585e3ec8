"""The import CSV of INTERFACE 4: each row becomes a booking or is listed with its line and reason. Pure; no store.

parsed = parse(path.read_bytes(), default_currency="PKR")
for row in iterate(binary_file, default_currency="PKR"): ...       # large files: one row at a time
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from travello_desk import money
from travello_desk.days import parse_day
from travello_desk.operations import csv_fields
from travello_desk.operations.csv_fields import ImportStatus, PaymentMethod
from travello_desk.operations.csv_records import Record, Rejected, read_records
from travello_desk.texts import DEFAULT

__all__ = ["COLUMNS", "CsvBooking", "ParsedCsv", "Rejected", "iterate", "parse", "shift_stays", "to_csv"]

# In the order of the interface, which is the order written; files may have them in any order.
COLUMNS = (
    "reference",
    "guest_name",
    "guest_email",
    "guest_phone",
    "user_id",
    "room",
    "check_in",
    "check_out",
    "amount",
    "currency",
    "payment_method",
    "status",
    "notes",
    "language",
)
OPTIONAL = frozenset({"user_id", "currency", "status", "notes", "language"})
MAX_NIGHTS = 1_000  # a longer stay is a mistyped year


@dataclass(frozen=True, slots=True)
class CsvBooking:
    """One row that may go in. `line` is where it stands in the file."""

    line: int
    reference: str
    guest_name: str
    guest_email: str
    guest_phone: str
    user_id: int | None
    room: str
    check_in_on: date
    check_out_on: date
    amount_minor: int
    currency: str
    payment_method: PaymentMethod
    status: ImportStatus
    notes: str
    language: str = DEFAULT


@dataclass(frozen=True, slots=True)
class ParsedCsv:
    """Everything that stood in a file: together the two lists account for every row."""

    rows: list[CsvBooking]
    rejected: list[Rejected]


def parse(content: str | bytes, *, default_currency: str) -> ParsedCsv:
    """All rows of a file at once. Raises nothing, whatever the content."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    parsed = ParsedCsv([], [])
    for row in iterate(io.BytesIO(data), default_currency=default_currency):
        if isinstance(row, Rejected):
            parsed.rejected.append(row)
        else:
            parsed.rows.append(row)
    return parsed


def iterate(source: Iterable[bytes], *, default_currency: str) -> Iterator[CsvBooking | Rejected]:
    """Rows in the order of the file; `source` yields lines as a binary file does. Memory holds only the references."""
    records = read_records(source)
    header = _header(next(records, None))
    if isinstance(header, Rejected):
        yield header
        return
    seen: dict[str, int] = {}
    for record in records:
        row = record if isinstance(record, Rejected) else _row(record, header, default_currency)
        if isinstance(row, CsvBooking):
            first = seen.setdefault(row.reference, row.line)
            if first != row.line:
                row = Rejected(row.line, f"reference: {row.reference!r} stands on line {first} already")
        yield row


def to_csv(rows: Iterable[CsvBooking]) -> str:
    """The file that `parse` reads back as these rows (only their line numbers may differ)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_fields(row) for row in rows)
    return out.getvalue()


def shift_stays(rows: Sequence[CsvBooking], today_on: date) -> list[CsvBooking]:
    """The same stays moved in time, so that the day with the most arrivals becomes `today_on`."""
    if not rows:
        return []
    arrivals = Counter(row.check_in_on for row in rows)
    busiest = min(arrivals, key=lambda day: (-arrivals[day], day))
    by = today_on - busiest
    return [replace(row, check_in_on=row.check_in_on + by, check_out_on=row.check_out_on + by) for row in rows]


def _header(record: Record | Rejected | None) -> tuple[str, ...] | Rejected:
    if record is None:
        return Rejected(1, "the file is empty: the first line must name the columns")
    if isinstance(record, Rejected):
        return record
    names = tuple(name.strip().lower() for name in record.fields)
    reason = _wrong_with_header(names)
    return Rejected(record.line, reason) if reason else names


def _wrong_with_header(names: tuple[str, ...]) -> str | None:
    """One sentence, or None. Nothing of a file is taken in whose columns are not understood."""
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        return "the columns are not separated by commas: save the file as CSV with commas"
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL]
    unknown = [name[:40] for name in names if name not in COLUMNS][:10]
    doubled = [name for name, count in Counter(names).items() if count > 1 and name in COLUMNS]
    findings = (("lacks", missing), ("has the unknown column", unknown), ("repeats", doubled))
    parts = [f"{what} {', '.join(map(repr, which))}" for what, which in findings if which]
    return f"the first line {' and '.join(parts)}" if parts else None


# Column, attribute, reader. The amount waits for its currency, and the length of the stay for both of its days.
_READERS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("reference", "reference", csv_fields.required_line),
    ("guest_name", "guest_name", csv_fields.required_line),
    ("guest_email", "guest_email", csv_fields.email),
    ("guest_phone", "guest_phone", csv_fields.one_line),
    ("user_id", "user_id", csv_fields.user_id),
    ("room", "room", csv_fields.one_line),
    ("check_in", "check_in_on", parse_day),
    ("check_out", "check_out_on", parse_day),
    ("currency", "currency", csv_fields.currency),
    ("payment_method", "payment_method", csv_fields.payment_method),
    ("status", "status", csv_fields.status),
    ("notes", "notes", csv_fields.notes),
    ("language", "language", csv_fields.language),
)


def _row(record: Record, header: tuple[str, ...], default_currency: str) -> CsvBooking | Rejected:
    """Reads a row to its end even when a field is wrong: whoever mends the file wants all reasons at once."""
    texts = {name: text.strip() for name, text in zip(header, record.fields, strict=True)}
    texts["currency"] = texts.get("currency") or default_currency
    values: dict[str, Any] = {"line": record.line}
    reasons: list[str] = []
    for column, attribute, read in _READERS:
        try:
            values[attribute] = read(texts.get(column, ""))
        except ValueError as error:
            reasons.append(f"{column}: {error}")
    for column, check in (("check_out", _check_stay), ("amount", _read_amount)):
        try:
            check(values, texts)
        except ValueError as error:
            reasons.append(f"{column}: {error}")
    if reasons and record.last_line > record.line:
        reasons.insert(0, f"runs to line {record.last_line}")
    return Rejected(record.line, "; ".join(reasons)) if reasons else CsvBooking(**values)


def _check_stay(values: dict[str, Any], texts: Mapping[str, str]) -> None:
    """A day-use stay ends on the day it begins."""
    if "check_in_on" not in values or "check_out_on" not in values:
        return
    nights = (values["check_out_on"] - values["check_in_on"]).days
    if nights < 0:
        raise ValueError(f"{texts['check_out']} is before check_in {texts['check_in']}")
    if nights > MAX_NIGHTS:
        raise ValueError(f"a stay of {nights} nights: is the year right?")


def _read_amount(values: dict[str, Any], texts: Mapping[str, str]) -> None:
    if "currency" in values:
        values["amount_minor"] = csv_fields.amount_minor(texts["amount"], values["currency"])


def _fields(row: CsvBooking) -> tuple[object, ...]:
    """In the order of COLUMNS."""
    return (
        row.reference,
        row.guest_name,
        row.guest_email,
        row.guest_phone,
        "" if row.user_id is None else row.user_id,
        row.room,
        row.check_in_on.isoformat(),
        row.check_out_on.isoformat(),
        f"{money.to_major(row.amount_minor, row.currency):f}",
        row.currency,
        row.payment_method,
        row.status,
        row.notes,
        row.language,
    )
