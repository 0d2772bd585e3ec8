"""The header's lights: how news come in, since when none could, and "other desk"; never by colour alone."""

from __future__ import annotations

from dataclasses import replace

from tests.desk import Desk
from tests.tui.grid import grid
from tests.tui.hotel import desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.operations.poll import Polled, note_poll
from travello_desk.tui.bars import Light
from travello_desk.tui.state import listener_light, silent_since, stripe_light


def lights(desk: Desk) -> tuple[Light, Light]:
    return listener_light(desk.ctx, desk.time()), stripe_light(desk.ctx, desk.time())


async def test_after_a_minute_of_silence_the_desk_is_blind_and_says_since_when(hotel: Desk) -> None:
    desk_app(hotel)
    assert lights(hotel) == (Light("webhook", "4 s"), Light("Stripe"))
    hotel.time.seconds += 56
    assert lights(hotel) == (Light("webhook", "1 min"), Light("Stripe"))
    hotel.time.seconds += 1
    assert lights(hotel) == (Light("blind since 10:59", good=False), Light("Stripe", "1 min", good=False))
    assert silent_since(hotel.ctx) == hotel.ctx.health.stripe_seen_at
    hotel.time.seconds += 24 * 3600
    assert lights(hotel)[0] == Light("blind since 24 Nov", good=False)


async def test_the_header_turns_when_nothing_is_heard_and_back_when_a_poll_comes_through(
    hotel: Desk, size: Size
) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "● webhook 4 s" in grid(app)[0]
        hotel.time.seconds += 61
        await until(pilot, lambda: "▲ blind since 10:59  ▲ Stripe 1 min" in grid(app)[0])
        note_poll(hotel.ctx, Polled(seen=1, new=1))
        await until(pilot, lambda: "▲" not in grid(app)[0])
        if size[0] > 80:
            assert "● polling 0 s  ● Stripe" in grid(app)[0]


async def test_a_quiet_night_is_not_blindness_while_polls_come_through(hotel: Desk) -> None:
    desk_app(hotel)
    health = hotel.ctx.health
    hotel.time.seconds += 6 * 3600
    health.last_poll_at = health.stripe_seen_at = int(hotel.time()) - 20
    assert lights(hotel) == (Light("webhook", "20 s"), Light("Stripe"))


async def test_with_slow_polling_two_rounds_may_pass(hotel: Desk) -> None:
    desk_app(hotel)
    hotel.ctx.settings = replace(hotel.ctx.settings, stripe_poll_seconds=300)
    hotel.time.seconds += 590
    assert all(light.good for light in lights(hotel))
    hotel.time.seconds += 20
    assert not any(light.good for light in lights(hotel))


async def test_without_polling_a_silent_night_is_no_fault(hotel: Desk) -> None:
    desk_app(hotel)
    hotel.ctx.settings = replace(hotel.ctx.settings, stripe_poll_seconds=0)
    hotel.time.seconds += 4 * 3600
    hotel.ctx.health.stripe_seen_at = int(hotel.time()) - 290
    assert lights(hotel) == (Light("webhook", "4 h"), Light("Stripe"))
    assert silent_since(hotel.ctx) == 0


async def test_a_long_look_at_the_past_is_told_beside_stripe(hotel: Desk) -> None:
    desk_app(hotel)
    hotel.ctx.health.catching_up = "45 %"
    assert lights(hotel)[1] == Light("Stripe", "catching up 45 %")


async def test_E6_the_second_desk_says_who_listens(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    hotel.ctx.health.listener = "other desk"
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "● listener: other desk" in grid(app)[0]
        assert grid(app)[1].startswith(" 1 Arriving"), "no banner: it is no fault"


async def test_E7_a_taken_port_is_a_banner_and_the_desk_goes_on(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    fault = "port 8000 is used by another program: no webhooks, polling goes on"
    hotel.ctx.health.listener, hotel.ctx.health.listener_fault = "", fault
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "▲ polling 4 s" in grid(app)[0]
        assert grid(app)[1].strip() == f"▲ {fault}"
        await pilot.press("6")
        await settled(pilot)
        assert app.screen.table.total == 10  # type: ignore[attr-defined]
