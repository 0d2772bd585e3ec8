"""What one scene looks like: as text in both sizes, in plain signs, and every run of text with its ink and ground."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.color import ColorType
from rich.segment import Segment
from textual.color import Color
from textual.filter import Monochrome

from tests.looks.scenes import Scene, app_for, play, resized
from tests.tui.grid import screen_text
from tests.tui.hotel import Model, copied
from tests.tui.sizes import LARGE, SMALL, Size
from travello_desk.tui.app import DeskApp
from travello_desk.tui.badges import Glyphs
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.theme import THEMES


@dataclass(frozen=True)
class Ink:
    """A run of text as it is painted; colours as `#RRGGBB`."""

    text: str
    ink: str
    ground: str


@dataclass
class Taken:
    """One scene, looked at once; tests ask it many things."""

    texts: dict[Size, str] = field(default_factory=dict)
    inks: dict[str, list[Ink]] = field(default_factory=dict)
    """By theme; `NAME, NO_COLOR` without colours."""
    plain: str = ""
    kind: str = ""
    """The class of the screen."""


async def take(scene: Scene, model: Model, folder: Path) -> Taken:
    """Play the scene and look at it from all sides."""
    taken = Taken()
    other = SMALL if scene.opens_at == LARGE else LARGE
    async with copied(model, folder) as desk:
        if scene.before is not None:
            await scene.before(desk, model.ids)
        app = app_for(scene, desk)
        async with app.run_test(size=scene.opens_at) as pilot:
            await play(scene, app, pilot, model.ids)
            for theme in THEMES:
                app.theme = theme.name
                await pilot.pause()
                taken.inks[theme.name] = inks_of(painted(app))
                taken.inks[f"{theme.name}, NO_COLOR"] = inks_of(Monochrome().apply(painted(app), Color(0, 0, 0)))
            app.theme = THEMES[0].name
            await pilot.pause()
            taken.kind = type(app.screen).__name__
            taken.texts[scene.opens_at] = screen_text(app)
            taken.texts[other] = await resized(app, pilot, other)
            app.glyphs = Glyphs(ascii=True)
            if isinstance(app.screen, BookingsScreen):
                app.screen.set_columns()
            taken.plain = await resized(app, pilot, LARGE)
    return taken


def painted(app: DeskApp) -> list[Segment]:
    """Every segment on screen; Textual has no public way to them with their colours."""
    return [segment for strip in app.screen._compositor.render_strips() for segment in strip]


def inks_of(segments: list[Segment]) -> list[Ink]:
    """The runs that a person reads: letters, digits and signs, but no frames, no blocks, no blanks."""
    return [Ink(words, *colours(style)) for text, style, _ in segments if (words := readable(text)) and style]


def readable(text: str) -> str:
    return "".join(char for char in text if not 0x2500 <= ord(char) <= 0x259F).strip()


def colours(style: Any) -> tuple[str, str]:
    pair = [name_of(style.color), name_of(style.bgcolor)]
    return (pair[1], pair[0]) if style.reverse else (pair[0], pair[1])


def name_of(color: Any) -> str:
    """`#RRGGBB`; a colour of the terminal's own has none, and is a fault of the theme."""
    if color is None or color.type != ColorType.TRUECOLOR:
        return "none"
    return str(color.triplet.hex.upper())
