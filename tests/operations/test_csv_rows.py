"""The import CSV: every row lands or is listed with its line and reason, and what is written reads back the same."""

import io
from dataclasses import replace
from datetime import date, timedelta
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from travello_desk import money
from travello_desk.operations.csv_rows import (
    COLUMNS,
    OPTIONAL,
    CsvBooking,
    ParsedCsv,
    iterate,
    parse,
    shift_stays,
    to_csv,
)

GOOD = {
    "reference": "TRV-1",
    "guest_name": "Ayesha Khan",
    "guest_email": "ayesha@example.com",
    "guest_phone": "+92 300 555 0117",
    "user_id": "7",
    "room": "312",
    "check_in": "2026-11-24",
    "check_out": "2026-11-26",
    "amount": "24000",
    "currency": "PKR",
    "payment_method": "ONLINE",
    "status": "PENDING",
    "notes": "late arrival",
    "language": "ur",
}
BOOKING = CsvBooking(
    line=2,
    reference="TRV-1",
    guest_name="Ayesha Khan",
    guest_email="ayesha@example.com",
    guest_phone="+92 300 555 0117",
    user_id=7,
    room="312",
    check_in_on=date(2026, 11, 24),
    check_out_on=date(2026, 11, 26),
    amount_minor=2_400_000,
    currency="PKR",
    payment_method="ONLINE",
    status="PENDING",
    notes="late arrival",
    language="ur",
)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def file_of(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    lines = [",".join(columns), *(",".join(quoted(row[name]) for name in columns) for row in rows)]
    return "\n".join(lines) + "\n"


def parsed(content: str | bytes) -> ParsedCsv:
    return parse(content, default_currency="PKR")


def one(**changes: str) -> CsvBooking:
    result = parsed(file_of(GOOD | changes))
    assert result.rejected == []
    (booking,) = result.rows
    return booking


def reason(**changes: str) -> str:
    result = parsed(file_of(GOOD | changes))
    assert result.rows == []
    (rejected,) = result.rejected
    assert rejected.line == 2
    return rejected.reason


def test_a_whole_row() -> None:
    assert one() == BOOKING


def test_text_with_bom_crlf_and_any_order_of_columns() -> None:
    content = file_of(GOOD, columns=COLUMNS[::-1]).replace("\n", "\r\n")
    assert parsed("\ufeff" + content).rows == [BOOKING]
    assert parsed(b"\xef\xbb\xbf" + content.encode()).rows == [BOOKING]


def test_optional_columns_may_be_missing_or_empty() -> None:
    short = tuple(name for name in COLUMNS if name not in OPTIONAL)
    (booking,) = parsed(file_of(GOOD, columns=short)).rows
    assert (booking.user_id, booking.currency, booking.status, booking.notes) == (None, "PKR", "PENDING", "")
    assert one(user_id="", currency="", status="", notes="", language="") == booking


def test_a_guest_without_mail_phone_and_room_lands() -> None:
    booking = one(guest_email="", guest_phone=" ", room="")
    assert (booking.guest_email, booking.guest_phone, booking.room) == ("", "", "")


@pytest.mark.parametrize(
    ("column", "text", "attribute", "value"),
    [
        ("amount", "24,000.50", "amount_minor", 2_400_050),
        ("payment_method", "arrival", "payment_method", "ARRIVAL"),
        ("status", "Cancelled", "status", "CANCELLED"),
        ("currency", "usd", "currency", "USD"),
        ("check_out", "2026-11-24", "check_out_on", date(2026, 11, 24)),
        ("guest_name", "  O'Neil [VIP] ", "guest_name", "O'Neil [VIP]"),
        ("guest_name", "Jose\u0301", "guest_name", "José"),
        ("guest_name", "محمد\u200c علی", "guest_name", "محمد\u200c علی"),
        ("guest_email", "josé@Example.COM", "guest_email", "josé@example.com"),
        ("guest_email", "guest@hotel.test", "guest_email", "guest@hotel.test"),
        ("notes", 'two\r\nlines, "quoted"', "notes", 'two\nlines, "quoted"'),
    ],
)
def test_a_value_is_read(column: str, text: str, attribute: str, value: object) -> None:
    assert getattr(one(**{column: text}), attribute) == value


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("reference", " ", "reference: is empty"),
        ("reference", "R" * 201, "longer than 200"),
        ("guest_name", "", "guest_name: is empty"),
        ("guest_name", "a\x1b[31mb", "control character (U+001B)"),
        ("guest_name", "a\nb", "control character (U+000A)"),
        ("guest_name", "a\u202eb", "control character (U+202E)"),
        ("guest_name", "a\x00b", "control character (U+0000)"),
        ("notes", "x" * 2001, "longer than 2000"),
        ("guest_email", "ayesha at example", "is not a mail address"),
        ("user_id", "0", "not a positive whole number"),
        ("user_id", "-1", "not a positive whole number"),
        ("user_id", "1.5", "not a positive whole number"),
        ("user_id", "٧", "not a positive whole number"),
        ("check_in", "24/11/2026", "is not a date like"),
        ("check_out", "2026-11-23", "2026-11-23 is before check_in 2026-11-24"),
        ("check_out", "2062-11-26", "is the year right?"),
        ("amount", "0", "amount: must be above zero"),
        ("amount", "-5", "cannot be negative"),
        ("amount", "", "amount"),
        ("amount", "1.000,50", "amount"),
        ("amount", "99999999999.00", "larger than any payment"),
        ("amount", "24000.125", "digits after the point"),
        ("currency", "ZZZ", "not a currency Stripe knows"),
        ("payment_method", "CASH", "neither ONLINE nor ARRIVAL"),
        ("status", "PAID", "mark the booking paid at the desk"),
        ("status", "DONE", "neither PENDING nor CANCELLED"),
        ("language", "xx", "is not one of en, ur"),
    ],
)
def test_a_wrong_value_is_a_reason(column: str, text: str, says: str) -> None:
    assert says in reason(**{column: text})


def test_all_reasons_of_a_row_come_at_once() -> None:
    said = reason(guest_name="", amount="x", check_in="x")
    assert [part in said for part in ("guest_name: ", "amount: ", "check_in: ")] == [True] * 3


def test_a_wrong_record_of_several_lines_names_them_all() -> None:
    assert reason(notes="a\nb", guest_name="").startswith("runs to line 3; guest_name")


def test_the_second_of_two_equal_references_stays_out() -> None:
    result = parsed(file_of(GOOD, GOOD | {"reference": "TRV-2"}, GOOD | {"reference": " TRV-1 "}))
    assert [row.line for row in result.rows] == [2, 3]
    (rejected,) = result.rejected
    assert (rejected.line, rejected.reason) == (4, "reference: 'TRV-1' stands on line 2 already")


def test_a_reference_whose_first_row_was_refused_is_free() -> None:
    result = parsed(file_of(GOOD | {"amount": "0"}, GOOD))
    assert [row.line for row in result.rows] == [3]


HEADER = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "the file is empty"),
        (HEADER.replace("room,", ""), "lacks 'room'"),
        (HEADER + ",colour", "has the unknown column 'colour'"),
        (HEADER + ",room", "repeats 'room'"),
        (HEADER.replace("room", "zimmer"), "lacks 'room' and has the unknown column 'zimmer'"),
        (HEADER.replace(",", ";"), "not separated by commas"),
        (HEADER.replace(",", "\t"), "not separated by commas"),
        (HEADER + ',"', "quotation mark"),
    ],
)
def test_a_file_whose_columns_are_not_understood_is_refused_whole(header: str, says: str) -> None:
    body = file_of(GOOD).partition("\n")[2] if header else ""
    result = parsed(header + "\n" + body)
    assert result.rows == []
    (rejected,) = result.rejected
    assert rejected.line == 1
    assert says in rejected.reason


def test_another_encoding_is_refused_with_the_remedy() -> None:
    (rejected,) = parsed(file_of(GOOD).encode("utf-16")).rejected
    assert "save the file as CSV UTF-8" in rejected.reason


def test_bad_bytes_cost_one_row() -> None:
    content = file_of(GOOD, GOOD | {"reference": "TRV-2"}, GOOD | {"reference": "TRV-3"}).encode()
    result = parsed(content.replace(b"TRV-2", b"TRV-\xe9"))
    assert [row.reference for row in result.rows] == ["TRV-1", "TRV-3"]
    assert [row.line for row in result.rejected] == [3]


def test_iterate_yields_rows_of_a_binary_file_in_order() -> None:
    source = io.BytesIO(file_of(GOOD, GOOD | {"amount": "0"}, GOOD | {"reference": "TRV-3"}).encode())
    assert [row.line for row in iterate(source, default_currency="PKR")] == [2, 3, 4]


# --- properties ----------------------------------------------------------------------------------------------------

LINE_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Cn")), max_size=40
).map(lambda text: "".join(text.split()))
REFERENCE = st.text(ascii_letters + "0123456789-/\"',;", min_size=1, max_size=20)


@st.composite
def bookings(draw: st.DrawFn) -> CsvBooking:
    arrival = draw(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
    currency = draw(st.sampled_from(["PKR", "USD", "JPY", "KWD", "UGX"]))
    return parse_back(
        CsvBooking(
            line=2,
            reference=draw(REFERENCE),
            guest_name="G" + draw(LINE_TEXT),
            guest_email=draw(st.sampled_from(["", "a@example.com", "o'neil+tag@example.org"])),
            guest_phone=draw(LINE_TEXT),
            user_id=draw(st.none() | st.integers(1, 10**18 - 1)),
            room=draw(LINE_TEXT),
            check_in_on=arrival,
            check_out_on=arrival + timedelta(days=draw(st.integers(0, 1000))),
            amount_minor=draw(st.integers(1, 10**9)) * money.STEP.get(currency, 1),
            currency=currency,
            payment_method=draw(st.sampled_from(["ONLINE", "ARRIVAL"])),
            status=draw(st.sampled_from(["PENDING", "CANCELLED"])),
            notes=draw(st.sampled_from(["", 'a "b"\nc', "=1+1", "comma, here"])),
        )
    )


def parse_back(booking: CsvBooking) -> CsvBooking:
    """In the composed form that the file's reader keeps."""
    result = parsed(to_csv([booking]))
    assert result.rejected == []
    return result.rows[0]


@given(st.lists(bookings(), max_size=6, unique_by=lambda booking: booking.reference))
@settings(deadline=None)
def test_what_is_written_reads_back_the_same(rows: list[CsvBooking]) -> None:
    content = to_csv(rows)
    result = parsed(content)
    assert result.rejected == []
    assert to_csv(result.rows) == content
    assert [booking.reference for booking in result.rows] == [booking.reference for booking in rows]
    assert [booking.amount_minor for booking in result.rows] == [booking.amount_minor for booking in rows]


@given(st.text() | st.binary())
def test_garbage_raises_nothing_and_is_never_taken(garbage: str | bytes) -> None:
    result = parsed(garbage)
    assert result.rows == []
    assert len(result.rejected) == 1


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=30)))
def test_any_values_in_a_row_are_either_taken_or_listed(changes: dict[str, str]) -> None:
    result = parsed(file_of(GOOD | {name: text.replace("\r", "") for name, text in changes.items()}))
    assert result.rows or result.rejected
    assert all(rejected.reason.isprintable() for rejected in result.rejected)


# --- moving the sample ---------------------------------------------------------------------------------------------


def stay(arrival: date, nights: int) -> CsvBooking:
    return replace(BOOKING, check_in_on=arrival, check_out_on=arrival + timedelta(days=nights))


def test_the_busiest_day_becomes_today_and_stays_keep_their_length_and_distance() -> None:
    rows = [stay(date(2026, 1, day), nights) for day, nights in ((1, 3), (5, 1), (5, 0), (9, 2))]
    moved = shift_stays(rows, date(2030, 2, 28))
    assert [row.check_in_on.isoformat() for row in moved] == ["2030-02-24", "2030-02-28", "2030-02-28", "2030-03-04"]
    assert [row.check_out_on - row.check_in_on for row in moved] == [timedelta(days=n) for n in (3, 1, 0, 2)]


def test_among_equally_busy_days_the_first_counts_and_nothing_stays_nothing() -> None:
    rows = [stay(date(2026, 1, 5), 1), stay(date(2026, 1, 2), 1)]
    assert shift_stays(rows, date(2026, 6, 1))[1].check_in_on == date(2026, 6, 1)
    assert shift_stays([], date(2026, 6, 1)) == []
