"""QR symbols: level M, two modules in a cell, a quiet zone that fits, and decodable on paper."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from travello_desk.tui.qr import as_png, as_svg, painted, quiet_zone, symbol

URL = "https://pay.serena.example/p/K7QM2XVTABCD"


def test_the_modules_are_in_the_lines_and_nothing_else() -> None:
    drawn = symbol(URL)
    light = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    for quiet in (2, 3, 4):
        lines = drawn.lines(quiet)
        rows = [[light[char][half] for char in line] for line in lines for half in (0, 1)]
        inside = [row[quiet : quiet + drawn.side] for row in rows[quiet : quiet + drawn.side]]
        assert [bytes(row) for row in inside] == list(drawn.modules)
        outside = sum(map(sum, rows)) - sum(map(sum, inside))
        assert outside == 0
        assert (len(lines[0]), len(lines)) == drawn.size(quiet)


def test_the_quiet_zone_is_four_where_there_is_room_and_never_less_than_two() -> None:
    drawn = symbol(URL)
    for quiet in (4, 3, 2):
        columns, lines = drawn.size(quiet)
        assert quiet_zone(drawn, columns, lines) == quiet
        assert quiet_zone(drawn, columns - 1, lines) in (quiet - 1, None)
    columns, lines = drawn.size(2)
    assert quiet_zone(drawn, columns, lines - 1) is None


def test_a_usual_address_fits_a_small_terminal() -> None:
    assert quiet_zone(symbol(URL), 39, 20) == 4
    assert quiet_zone(symbol("http://127.0.0.1:8000/p/K7QM2XVTABCD"), 39, 20) == 4


def test_no_line_begins_or_ends_with_a_blank() -> None:
    assert all(line.strip() == line for line in symbol(URL).lines(2))


def test_colours_are_fixed() -> None:
    content = painted(symbol(URL).lines(2))
    assert {str(span.style) for span in content.spans if "\n" not in content.plain[span.start : span.end]} == {
        "#ffffff on #000000",
        "#ffffff on #ffffff",
        "#000000 on #000000",
    }


@pytest.mark.parametrize("text", [URL, "http://127.0.0.1:8000/p/0123456789AB"])
def test_the_picture_decodes(tmp_path: Path, text: str) -> None:
    if not shutil.which("zbarimg"):
        pytest.skip("zbarimg is not installed (apt-get install zbar-tools)")
    (tmp_path / "qr.png").write_bytes(as_png(text))
    command = ["zbarimg", "-q", "--raw", str(tmp_path / "qr.png")]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() == text


def test_the_drawing_is_svg() -> None:
    assert as_svg(URL).lstrip().startswith((b"<?xml", b"<svg"))
