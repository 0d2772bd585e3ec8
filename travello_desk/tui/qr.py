"""A QR code as half-block lines, black on white whatever the theme, with a quiet zone (UX 2.9)."""

from __future__ import annotations

from textual.content import Content

INK = "white on black"
QUIET_MODULES = 4
LEAST_QUIET_MODULES = 2


def modules_of(text: str) -> list[list[bool]]:
    """The symbol's dark modules, level M, without a quiet zone."""
    import segno

    return [[bool(module) for module in row] for row in segno.make(text, error="m", micro=False).matrix]


def qr_content(text: str, height: int) -> Content:
    """The code in half blocks; the quiet zone is 4 modules where `height` lines allow, at least 2."""
    matrix = modules_of(text)
    roomy = len(matrix) + 2 * QUIET_MODULES <= 2 * height
    return Content("\n").join(
        [Content.assemble((line, INK)) for line in half_blocks(matrix, QUIET_MODULES if roomy else LEAST_QUIET_MODULES)]
    )


# Paper is drawn, ink is the ground: no line begins with blanks, which some terminals and pictures trim.
BLOCKS = {(False, False): "█", (True, False): "▄", (False, True): "▀", (True, True): " "}


def half_blocks(matrix: list[list[bool]], quiet: int) -> list[str]:
    """Two rows of modules a line."""
    size = len(matrix) + 2 * quiet
    blank = [False] * size
    padded = [blank] * quiet + [[False] * quiet + row + [False] * quiet for row in matrix] + [blank] * quiet
    if len(padded) % 2:
        padded.append(blank)
    return [
        "".join(BLOCKS[(upper, lower)] for upper, lower in zip(padded[top], padded[top + 1], strict=True))
        for top in range(0, len(padded), 2)
    ]
