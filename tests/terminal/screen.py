"""What a terminal makes of the bytes a desk writes: a grid of letters, and what was asked to be put on the clipboard.

As much of a terminal as Textual uses: places, text, clearing. Colours are left out.
"""

from __future__ import annotations

import base64
import codecs
import re

from rich.cells import cell_len

ESCAPE = re.compile(
    r"\x1b\[(?P<csi>[?<>=]?[\d;:]*)[ !$']?(?P<end>[@-~])|\x1b\](?P<osc>.*?)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_].*?\x1b\\|\x1b[()][A-Z0-9]|\x1b[=>78DEMHc]",
    re.S,
)
OSC_CLIPBOARD = "52;c;"


class Screen:
    """`feed` it bytes; `text` is what stands there, `copied` the raw base64 of every OSC 52."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.cells: list[list[str]] = []
        self.row = self.column = 0
        self.copied: list[str] = []
        self.fed = 0
        self._rest = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace")
        self.clear()

    def clear(self) -> None:
        self.cells = [[" "] * self.width for _ in range(self.height)]

    @property
    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self.cells)

    @property
    def clipboard(self) -> list[str]:
        return [base64.b64decode(told, validate=True).decode() for told in self.copied]

    def feed(self, data: bytes) -> None:
        self.fed += len(data)
        text = self._rest + self._decode.decode(data)
        place = 0
        while place < len(text):
            if text[place] != "\x1b":
                self.put(text[place])
                place += 1
            elif found := ESCAPE.match(text, place):
                self.obey(found)
                place = found.end()
            elif len(text) - place > 100_000:
                raise ValueError(f"not an escape: {text[place : place + 40]!r}")
            else:
                break
        self._rest = text[place:]

    def put(self, letter: str) -> None:
        if letter == "\r":
            self.column = 0
        elif letter == "\n":
            self.row = min(self.height - 1, self.row + 1)
        elif letter >= " ":
            cells = cell_len(letter)
            for number in range(cells):
                if self.row < self.height and self.column + number < self.width:
                    self.cells[self.row][self.column + number] = letter if number == 0 else ""
            self.column += cells

    def obey(self, found: re.Match[str]) -> None:
        if (osc := found["osc"]) is not None and osc.startswith(OSC_CLIPBOARD):
            self.copied.append(osc.removeprefix(OSC_CLIPBOARD))
        end, numbers = found["end"] or "none", [int(part) for part in re.findall(r"\d+", found["csi"] or "")]
        first = numbers[0] if numbers else 0
        if end in ("H", "f"):
            self.row, self.column = max(1, first) - 1, (numbers[1] if len(numbers) > 1 else 1) - 1
        elif end == "J" and first >= 2:
            self.clear()
        elif end == "K" and self.row < self.height:
            self.cells[self.row][self.column :] = [" "] * (self.width - self.column)
        elif end in ("A", "B", "C", "D"):
            step = max(1, first)
            self.row += {"A": -step, "B": step}.get(end, 0)
            self.column += {"C": step, "D": -step}.get(end, 0)
