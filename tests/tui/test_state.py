"""The header's lights: good, stale, off, and "other desk"; never by colour alone."""

from __future__ import annotations

from dataclasses import replace

from tests.desk import Desk
from tests.tui.grid import grid
from tests.tui.hotel import desk_app
from tests.tui.waiting import settled
from travello_desk.tui.bars import Light
from travello_desk.tui.state import listener_light, silent_since, stripe_light


def lights(desk: Desk) -> tuple[Light, Light]:
    return listener_light(desk.ctx, desk.time()), stripe_light(desk.ctx, desk.time())


async def test_a_minute_of_silence_turns_both_lights_with_their_age(hotel: Desk) -> None:
    desk_app(hotel)
    assert lights(hotel) == (Light("listener", "4 s"), Light("Stripe"))
    hotel.time.seconds += 57
    assert lights(hotel) == (Light("listener", "1 min", good=False), Light("Stripe", "1 min", good=False))
    assert silent_since(hotel.ctx) == hotel.ctx.health.stripe_seen_at


async def test_with_slow_polling_two_rounds_may_pass(hotel: Desk) -> None:
    desk_app(hotel)
    hotel.ctx.settings = replace(hotel.ctx.settings, stripe_poll_seconds=300)
    hotel.time.seconds += 500
    assert listener_light(hotel.ctx, hotel.time()).good


async def test_without_polling_a_silent_night_is_no_fault(hotel: Desk) -> None:
    desk_app(hotel)
    hotel.ctx.settings = replace(hotel.ctx.settings, stripe_poll_seconds=0)
    hotel.time.seconds += 4 * 3600
    assert listener_light(hotel.ctx, hotel.time()) == Light("listener", "4 h")
    assert silent_since(hotel.ctx) == 0


async def test_E6_the_second_desk_says_who_listens(hotel: Desk) -> None:
    app = desk_app(hotel)
    hotel.ctx.health.listener = "other desk"
    async with app.run_test(size=(120, 34)) as pilot:
        await settled(pilot)
        assert "● listener: other desk" in grid(app)[0]
        assert grid(app)[1].startswith(" 1 Arriving"), "no banner: it is no fault"


async def test_E7_a_taken_port_is_a_banner_and_the_desk_goes_on(hotel: Desk) -> None:
    app = desk_app(hotel)
    fault = "port 8000 is used by another program: no webhooks, polling goes on"
    hotel.ctx.health.listener, hotel.ctx.health.listener_fault = "", fault
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "▲ listener off" in grid(app)[0]
        assert grid(app)[1].strip() == f"▲ {fault}"
        await pilot.press("6")
        await settled(pilot)
        assert app.screen.table.total == 10  # type: ignore[attr-defined]
