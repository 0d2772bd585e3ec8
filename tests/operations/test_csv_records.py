"""Records keep their line numbers, and one spoilt row costs one row whatever is wrong with it."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travello_desk.operations.csv_records import MAX_LINE_BYTES, MAX_RECORD_LINES, Record, Rejected, read_records


def read(content: bytes) -> list[Record | Rejected]:
    return list(read_records(content.splitlines(keepends=True)))


def lines_of(content: bytes) -> list[tuple[int, str]]:
    """(line, fields joined) of records, (line, "!reason") of refusals."""
    return [
        (row.line, f"!{row.reason}") if isinstance(row, Rejected) else (row.line, "|".join(row.fields))
        for row in read(content)
    ]


def test_lines_are_counted_from_one_through_blank_lines_bom_and_crlf() -> None:
    assert lines_of(b"\xef\xbb\xbfa,b\r\n\r\n1,2\r\n  \n3,4") == [(1, "a|b"), (3, "1|2"), (5, "3|4")]


def test_a_quoted_line_break_belongs_to_the_record_that_opened_it() -> None:
    assert lines_of(b'a,b\n1,"x\ny"\n3,4\n') == [(1, "a|b"), (2, "1|x\ny"), (4, "3|4")]
    assert read(b'a,b\n1,"x\ny"\n')[1] == Record(2, 3, ("1", "x\ny"))


def test_a_quotation_mark_never_closed_costs_one_row() -> None:
    rows = lines_of(b'a,b\n1,"x\n3,4\n5,6\n')
    assert rows == [(1, "a|b"), (2, "!a quotation mark is opened and never closed"), (3, "3|4"), (4, "5|6")]


def test_rows_drawn_into_a_misquoted_record_are_read_afresh() -> None:
    rows = lines_of(b'a,b\n1,"x\n3,4\n5,z",\n7,8\n')
    assert [line for line, _ in rows] == [1, 2, 3, 4, 5]
    assert rows[2] == (3, "3|4")
    assert rows[4] == (5, "7|8")
    assert "3 fields where the first line names 2" in rows[1][1]


def test_a_record_longer_than_any_note_is_given_up() -> None:
    content = b'a,b\n1,"' + b"x\n" * MAX_RECORD_LINES + b'",\n7,8\n'
    assert "stays open for more than" in lines_of(content)[1][1]
    assert lines_of(content)[-1][1] == "7|8"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b'"x"y,2', "text follows a closing quotation mark"),
        (b"1,2,3", "3 fields where the first line names 2"),
        (b"1", "1 fields where"),
        (b"caf\xe9,2", "is not UTF-8 text"),
        (b"x" * (MAX_LINE_BYTES + 1), "is longer than 64 KiB"),
        (b"1,2\r3,4", "lone carriage return"),
    ],
)
def test_what_is_wrong_is_said_and_the_neighbours_go_in(row: bytes, says: str) -> None:
    content = iter([b"a,b\n", b"1,2\n", row + b"\n", b"3,4\n"])
    before, good, bad, after = read_records(content)
    assert isinstance(bad, Rejected)
    assert says in bad.reason
    assert [before.line, good.line, bad.line, after.line] == [1, 2, 3, 4]
    assert isinstance(good, Record)
    assert isinstance(after, Record)


def test_reading_streams_without_taking_the_whole_file() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"1,2\n"

    records = read_records(endless())
    for _ in range(5):
        next(records)
    assert taken <= 6


@given(st.binary(max_size=300))
def test_no_content_raises(content: bytes) -> None:
    read(content)


@given(
    st.lists(st.sampled_from([b"1,2\n", b'1,"x\n', b'"y",2\n', b'z"\n', b"\xff,2\n", b"1,2,3\n", b"\n"]), max_size=40)
)
def test_every_line_is_accounted_for(lines: list[bytes]) -> None:
    """Each line that is not blank lies in exactly one record or one refusal."""
    spans = [
        range(row.line, row.last_line + 1) if isinstance(row, Record) else range(row.line, row.line + 1)
        for row in read_records(iter(lines))
    ]
    covered = [number for span in spans for number in span]
    assert len(covered) == len(set(covered))
    assert {n for n, line in enumerate(lines, 1) if line.strip()} <= set(covered)
