"""The two windows in which every flow and every refusal is tried: the smallest, and a usual one."""

from __future__ import annotations

from typing import Final

Size = tuple[int, int]
SMALL: Final[Size] = (80, 24)
LARGE: Final[Size] = (120, 34)
SIZES: Final = (SMALL, LARGE)


def named(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
