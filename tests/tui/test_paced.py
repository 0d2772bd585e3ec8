"""How often a screen paints: at once where it is quiet, else a third of the time, and no picture is lost."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.app import App
from textual.widgets import Static

from tests.tui.grid import grid
from tests.tui.hand_clock import Clock
from tests.tui.waiting import until
from travello_desk.tui.paced import AT_ONCE_SECONDS, MOST_REST_SECONDS, REST, Pace, PacedScreen

FRAME_SECONDS = 1 / 120


def paint(pace: Pace, clock: Clock, seconds: float) -> None:
    with pace.painting():
        clock.now += seconds


def painted_within(seconds: float, each_seconds: Iterable[float]) -> float:
    """How long is painted in so many seconds when there is always something to paint."""
    clock, spent = Clock(), 0.0
    pace, end = Pace(clock, clock), clock.now + seconds
    pictures = iter(each_seconds)
    while clock.now < end:
        if pace.due:
            took = next(pictures)
            paint(pace, clock, took)
            spent += took
        clock.now += FRAME_SECONDS
    return spent


def test_the_first_picture_and_the_answer_after_it_wait_for_nothing() -> None:
    clock = Clock()
    pace = Pace(clock, clock)
    assert pace.due
    paint(pace, clock, 0.008)
    assert pace.due
    paint(pace, clock, 0.012)
    assert pace.due


@pytest.mark.parametrize("each", [0.004, 0.010, 0.020])
def test_where_it_never_ends_others_have_two_thirds_of_the_time(each: float) -> None:
    assert painted_within(10.0, iter(lambda: each, None)) <= 10.0 / (1 + REST) + AT_ONCE_SECONDS + each


def test_a_slow_picture_does_not_keep_the_next_one_long() -> None:
    clock = Clock()
    pace = Pace(clock, clock)
    paint(pace, clock, 3.0)
    assert not pace.due
    clock.now += MOST_REST_SECONDS * 1.001
    assert pace.due


def test_what_others_do_meanwhile_is_not_counted_as_painting() -> None:
    clock, spent = Clock(), Clock()
    pace = Pace(clock, spent)
    with pace.painting():
        clock.now += 0.2
        spent.now += 0.01
    assert pace.due


class PacedApp(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Words())


class Words(PacedScreen[None]):
    words = Static("before")

    def compose(self) -> Iterable[Static]:
        yield self.words


async def test_a_picture_that_comes_too_early_is_painted_when_it_is_due() -> None:
    app = PacedApp()
    async with app.run_test(size=(20, 3)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Words) and "before" in grid(app)[0])
        clock, painted, display = Clock(), list[str](), app.post_display_hook
        screen = app.screen
        assert isinstance(screen, Words)
        app.post_display_hook = lambda: painted.append(str(screen.words.content)) or display()  # type: ignore[method-assign, func-returns-value]
        screen.pace = Pace(clock, clock)
        paint(screen.pace, clock, 1.0)
        painted.clear()
        screen.words.update("after", layout=False)
        for _ in range(20):
            await pilot.pause(FRAME_SECONDS)
        assert painted == []
        clock.now += MOST_REST_SECONDS * 1.001
        await until(pilot, lambda: painted, "the picture that was put off")
        assert painted[-1] == "after"
