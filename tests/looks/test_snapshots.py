"""Every screen and dialog as text, in both sizes: a change of any line is a difference to be read in review."""

from __future__ import annotations

import pytest

from tests.golden import same
from tests.looks.scenes import SCENES, Scene
from tests.looks.taken import Taken
from tests.tui.grid import SNAPSHOTS
from tests.tui.sizes import SIZES, SMALL, Size, named


@pytest.mark.parametrize("size", SIZES, ids=named)
def test_the_screen_is_as_it_was(scene: Scene, taken: Taken, size: Size) -> None:
    text = taken.texts[size]
    assert scene.says in text or size == SMALL
    assert max(map(len, text.splitlines())) <= size[0]
    same(SNAPSHOTS / f"{scene.name}_{named(size)}.txt", text)


# Taken where the shift is counted (tests/tui/test_day.py).
ELSEWHERE = ("day", "count", "close")


def test_no_snapshot_is_left_over() -> None:
    known = [scene.name for scene in SCENES] + list(ELSEWHERE)
    names = {f"{name}_{named(size)}" for name in known for size in SIZES}
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == names
