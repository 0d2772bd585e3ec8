"""Can everything be read: in three themes, without colours, on a terminal without Unicode (UX 2.6, 2.8)."""

from __future__ import annotations

import pytest

from tests.looks.scenes import BY_NAME, SCENES, Scene
from tests.looks.taken import Ink, Taken
from tests.tui.sizes import LARGE
from tests.tui.test_theme import ratio
from travello_desk.tui.badges import BADGES, Glyphs
from travello_desk.tui.plain_signs import plain
from travello_desk.tui.theme import CONTRAST, THEMES

LEAST = {theme.name: 7.0 if theme is CONTRAST else 4.5 for theme in THEMES}
GREY = {f"{name}, NO_COLOR": 4.5 for name in LEAST}


def poor(inks: list[Ink], least: float) -> set[tuple[str, str, str]]:
    return {
        (seen.text[:30], seen.ink, seen.ground)
        for seen in inks
        if "none" in (seen.ink, seen.ground) or ratio(seen.ink, seen.ground) < least
    }


# The palette dims what is behind it, and that is not there to be read.
READ = [scene for scene in SCENES if scene.name != "palette"]


@pytest.mark.parametrize("scene", READ, ids=lambda scene: scene.name, indirect=True)
@pytest.mark.parametrize("theme", [*LEAST, *GREY])
def test_all_that_is_painted_can_be_read(taken: Taken, theme: str) -> None:
    assert len(taken.inks[theme]) >= 5
    assert poor(taken.inks[theme], (LEAST | GREY)[theme]) == set()


def test_a_plain_terminal_is_sent_nothing_but_ascii(taken: Taken) -> None:
    assert taken.plain.isascii()
    assert taken.plain.strip()


@pytest.mark.parametrize("scene", [BY_NAME["bookings"]], ids=["bookings"], indirect=True)
def test_every_status_is_told_by_glyph_and_word_alone(taken: Taken) -> None:
    """A text has no colours: what is distinct here is distinct with NO_COLOR."""
    for glyphs, text in ((Glyphs(), taken.texts[LARGE]), (Glyphs(ascii=True), taken.plain)):
        labels = [glyphs.label(badge) for badge in BADGES.values()]
        assert len(set(labels)) == len(BADGES)
        assert [label for label in labels if f" {label} " not in text] == []


@pytest.mark.parametrize("scene", READ, ids=lambda scene: scene.name, indirect=True)
@pytest.mark.parametrize("theme", [*LEAST, *GREY])
def test_whose_money_it_is_cannot_be_missed(scene: Scene, taken: Taken, theme: str) -> None:
    """In every place and over every window, with colours and without."""
    (mode,) = [seen for seen in taken.inks[theme] if seen.text == scene.mode]
    header = next(seen for seen in taken.inks[theme] if seen.text.startswith("travello-desk"))
    assert ratio(mode.ground, header.ground) >= 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Müller Yılmaz Ørsted", "Muller Yilmaz Orsted"),
        ("Łódź ø ß", "Lodz o s"),
        ("田中", "????"),
        ("╭─ │ █", "+- | #"),
        ("Rs. 24,000 – − …", "Rs. 24,000 - - ."),
    ],
)
def test_other_signs_are_spelled_cell_for_cell(text: str, told: str) -> None:
    assert plain(text) == told
