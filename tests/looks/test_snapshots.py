"""Every screen and dialog as text, in both sizes: a change of any line is a difference to be read in review."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from textual.screen import Screen

from tests.golden import same
from tests.looks.scenes import SCENES, Scene
from tests.looks.taken import Taken
from tests.tree import kinds
from tests.tui.grid import SNAPSHOTS
from tests.tui.sizes import SIZES, SMALL, Size, named
from travello_desk import tui


@pytest.mark.parametrize("size", SIZES, ids=named)
def test_the_screen_is_as_it_was(scene: Scene, taken: Taken, size: Size) -> None:
    text = taken.texts[size]
    assert taken.kind == scene.kind
    assert scene.says in text or size == SMALL
    assert max(map(len, text.splitlines())) <= size[0]
    same(SNAPSHOTS / f"{scene.name}_{named(size)}.txt", text)


def test_no_snapshot_is_left_over() -> None:
    names = {f"{scene.name}_{named(size)}" for scene in SCENES for size in SIZES}
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == names


# What others are made from, and what never stands on a screen by itself.
BASES = {
    "BookingModal", "BookingPlace", "DeedPlace", "DeskDialog", "DeskScreen", "Finding", "GuardedModal", "LogPlace",
    "Marking", "PacedScreen", "ShiftDialog", "Window",
}  # fmt: skip


def test_every_screen_and_window_of_the_program_has_a_scene() -> None:
    assert screens_of_the_program() - BASES == {scene.kind for scene in SCENES}
    assert screens_of_the_program() >= BASES


def screens_of_the_program() -> set[str]:
    """The names of all classes of Textual's screens that the program defines."""
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        import_module(module.name)
    return {kind.__name__ for kind in kinds(Screen) if kind.__module__.startswith("travello_desk.")}
