"""The themes: every pair of ink and ground can be read (WCAG AA), and every variable is in every theme."""

from __future__ import annotations

import pytest
from textual.theme import Theme

from travello_desk.tui.badges import BADGES, Glyphs, glyphs_for
from travello_desk.tui.theme import THEMES

READABLE = 4.5


def ratio(one: str, other: str) -> float:
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_everything_can_be_read(theme: Theme) -> None:
    named = theme.variables
    grounds = [theme.background, theme.surface, named["stripe"]]
    inks = [theme.foreground, named["quiet"], theme.primary, theme.accent, theme.error, theme.success]
    inks += [named[badge.tone] for badge in BADGES.values()]
    pairs = [(ink, ground) for ink in inks for ground in grounds]
    pairs += [(named["cursor-ink"], named["cursor"]), (named["cursor-rest-ink"], named["cursor-rest"])]
    pairs += [(named["mode-ink"], named[f"mode-{mode}"]) for mode in ("test", "live", "sandbox")]
    pairs += [(theme.background, theme.warning), (theme.background, theme.error), (theme.foreground, theme.panel)]
    poor = [(ink, ground) for ink, ground in pairs if ratio(str(ink), str(ground)) < READABLE]
    assert poor == []


def test_all_themes_name_the_same_things() -> None:
    assert len({frozenset(theme.variables) for theme in THEMES}) == 1


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({"LANG": "en_GB.UTF-8", "TERM": "xterm-256color"}, False),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, True),
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_ALL": "C.utf8"}, False),
        ({}, False),
        ({"LANG": "C", "TRAVELLO_GLYPHS": "unicode"}, False),
        ({"LANG": "en_GB.UTF-8", "TRAVELLO_GLYPHS": "ascii"}, True),
    ],
)
def test_which_signs_a_terminal_gets(environ: dict[str, str], ascii_only: bool) -> None:
    assert glyphs_for(environ) == Glyphs(ascii_only)
