"""The screen as a small SVG picture for README: letters in any monospace font, frames and blocks drawn as shapes.

Textual's own screenshot asks a server for its font, and leaves frames and QR codes to whatever font the reader has;
here each word stands at its own cell, and every box and block character is a path, so that a picture is the same
everywhere and needs no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App

W, H, SIZE, BASE = 8.4, 18.0, 14, 13.2
"""One cell, the letters' size, and how far below a cell's top they stand."""
BAR, EDGE = 30.0, 10.0
"""The window's title bar and its margin."""
FONT: Final = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
# Arms of a light box character: left, right, up, down.
BOXES: Final = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru",
    "┼": "lrud",
}  # fmt: skip
ARMS: Final = {"l": (-W / 2, 0.0), "r": (W / 2, 0.0), "u": (0.0, -H / 2), "d": (0.0, H / 2)}
# Arcs of a quarter: where they begin and end.
ARCS: Final = {"╭": "dr", "╮": "dl", "╰": "ur", "╯": "ul"}
LOWER: Final = "▁▂▃▄▅▆▇█"
LEFT: Final = "▉▊▋▌▍▎▏"


@dataclass(frozen=True)
class Ground:
    """A stripe of one row in one colour."""

    fill: str
    x: float
    y: float
    width: float

    def __str__(self) -> str:
        left = number(self.x)
        return f'<path fill="{self.fill}" d="M{left} {number(self.y)}h{number(self.width)}v{number(H)}H{left}z"/>'


@dataclass
class Picture:
    """What has been drawn: grounds below, letters above, and the classes their styles were given."""

    grounds: list[Ground] = field(default_factory=list)
    shapes: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)

    def lay(self, ground: Ground) -> None:
        """A stripe more, or the last one longer."""
        last = self.grounds[-1] if self.grounds else None
        if last and (last.fill, last.y) == (ground.fill, ground.y) and abs(last.x + last.width - ground.x) < 0.01:
            self.grounds[-1] = replace(last, width=last.width + ground.width)
        else:
            self.grounds.append(ground)

    def name_of(self, css: str) -> str:
        return self.classes.setdefault(css, f"s{len(self.classes)}")


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def picture_of(app: App[Any], title: str) -> str:
    """The whole screen in a window with this title."""
    drawn = Picture()
    ground = str(app.current_theme.background or "#101418")
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        for x, segment in cells_of(strip):
            draw(drawn, x * W, y * H, segment, ground)
    return document(drawn, app.size.width * W, app.size.height * H, title, ground)


def cells_of(strip: Any) -> Iterator[tuple[int, Segment]]:
    """Each run of one style with its first cell."""
    x = 0
    for segment in strip:
        if not segment.control:
            yield x, segment
            x += cell_len(segment.text)


def draw(drawn: Picture, x: float, y: float, segment: Segment, ground: str) -> None:
    style = segment.style
    ink, back = (hex_of(style.color), hex_of(style.bgcolor)) if style else ("#ffffff", ground)
    if style and style.reverse:
        ink, back = back, ink
    width = cell_len(segment.text) * W
    if back.lower() != ground.lower():
        drawn.lay(Ground(back, x, y, width))
    if style and style.dim:
        ink = mixed(ink, back)
    css = f"fill:{ink}" + (";font-weight:700" if style and style.bold else "")
    css += ";font-style:italic" if style and style.italic else ""
    css += ";text-decoration:underline" if style and style.underline else ""
    for offset, run in runs_of(segment.text):
        at = x + offset * W
        if not (len(run) == 1 and draw_sign(drawn, at, y, run, ink)):
            length = f' textLength="{number(cell_len(run) * W)}"' if len(run) > 1 else ""
            place = f'class="{drawn.name_of(css)}" x="{number(at)}" y="{number(y + BASE)}"{length}'
            drawn.texts.append(f"<text {place}>{escape(run)}</text>")


def runs_of(text: str) -> Iterator[tuple[int, str]]:
    """Words with one blank between them stay together; signs that a font may not have in one width stand alone."""
    run, start, x = "", 0, 0
    for place, char in enumerate(text):
        alone = not char.isascii() and not char.isalpha()
        double = char == " " and text[place + 1 : place + 2] in ("", " ")
        if alone or double or (char == " " and not run):
            if run.strip():
                yield start, run.rstrip()
            run = ""
            if alone:
                yield x, char
        else:
            start = start if run else x
            run += char
        x += cell_len(char)
    if run.strip():
        yield start, run.rstrip()


def draw_sign(drawn: Picture, x: float, y: float, sign: str, ink: str) -> bool:
    """Frames and blocks as shapes; False for anything else."""
    middle_x, middle_y = x + W / 2, y + H / 2
    if arms := BOXES.get(sign):
        for arm in arms:
            dx, dy = ARMS[arm]
            drawn.lines.setdefault(ink, []).append(f"M{number(middle_x)} {number(middle_y)}l{number(dx)} {number(dy)}")
        return True
    if arms := ARCS.get(sign):
        (ax, ay), (bx, by) = ARMS[arms[0]], ARMS[arms[1]]
        curve = f"M{number(middle_x + ax)} {number(middle_y + ay)}Q{number(middle_x)} {number(middle_y)} "
        drawn.lines.setdefault(ink, []).append(f"{curve}{number(middle_x + bx)} {number(middle_y + by)}")
        return True
    if block := block_of(sign):
        left, top, width, height = block
        path = f"M{number(x + left)} {number(y + top)}h{number(width)}v{number(height)}h{number(-width)}z"
        drawn.shapes.setdefault(ink, []).append(path)
        return True
    return False


def block_of(sign: str) -> tuple[float, float, float, float] | None:
    """Left, top, width and height of a block character within its cell."""
    if sign in LOWER:
        height = H * (LOWER.index(sign) + 1) / 8
        return 0.0, H - height, W, height
    if sign in LEFT:
        return 0.0, 0.0, W * (7 - LEFT.index(sign)) / 8, H
    return {
        "▀": (0.0, 0.0, W, H / 2),
        "▔": (0.0, 0.0, W, H / 8),
        "▐": (W / 2, 0.0, W / 2, H),
        "▕": (W * 7 / 8, 0.0, W / 8, H),
    }.get(sign)


def hex_of(color: Any) -> str:
    return str(color.triplet.hex) if color is not None and color.triplet else "#ffffff"


def mixed(ink: str, back: str) -> str:
    """Half way from the ink to its ground: what a terminal makes of dim."""
    pairs = zip(bytes.fromhex(ink[1:]), bytes.fromhex(back[1:]), strict=True)
    return "#" + "".join(f"{(a + b) // 2:02x}" for a, b in pairs)


BUTTONS: Final = "".join(
    f'<circle cx="{x}" cy="15" r="5.5" fill="{ink}"/>' for x, ink in ((18, "#ff6b5e"), (37, "#f5bd4f"), (56, "#5ac35a"))
)


def document(drawn: Picture, width: float, height: float, title: str, ground: str) -> str:
    """The picture in its window: a bar with three buttons, then the screen."""
    full_w, full_h = width + 2 * EDGE, height + BAR + EDGE
    inside = f'<g transform="translate({number(EDGE)} {number(BAR)})"'
    css = "".join(f".{name}{{{rule}}}" for rule, name in drawn.classes.items())
    frame = f'x=".5" y=".5" width="{number(full_w - 1)}" height="{number(full_h - 1)}" rx="9"'
    shapes = (f'<path fill="{ink}" d="{"".join(paths)}"/>' for ink, paths in drawn.shapes.items())
    lines = (f'<path stroke="{ink}" d="{"".join(paths)}"/>' for ink, paths in drawn.lines.items())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(full_w)} {number(full_h)}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>text{{font:{SIZE}px {FONT};white-space:pre}}{css}</style>",
        f'<rect {frame} fill="{ground}" stroke="#8888"/>{BUTTONS}',
        f'<text x="{number(full_w / 2)}" y="20" text-anchor="middle" style="fill:#8a8f98">{escape(title)}</text>',
        f'{inside} shape-rendering="crispEdges">',
        *map(str, drawn.grounds),
        *shapes,
        f'</g>{inside} fill="none" stroke-width="1.2">',
        *lines,
        *drawn.texts,
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
