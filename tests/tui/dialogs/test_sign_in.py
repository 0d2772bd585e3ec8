"""Signing in: nothing of any guest before it, PINs with a back-off, locking over open dialogs, the first start."""

from __future__ import annotations

import re

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import FakeTime, Host, House, press, settle, shown, until
from tests.tui.sizes import Size
from travello_desk.actions import User
from travello_desk.doors import wants_sandbox
from travello_desk.operations import staff
from travello_desk.payments.projection import Alert
from travello_desk.store import attention, timeline
from travello_desk.tui.screens.idle import Idle
from travello_desk.tui.screens.sign_in import SignInScreen


@pytest.fixture
async def crew(house: House) -> House:
    """An owner, a manager with a long name, a clerk with an open shift, and somebody who has left."""
    await staff.make_first_owner(house.ctx, "Olga", "9071")
    await staff.add(house.ctx, "Chaudhry", "manager", "3456", "Olga")
    await staff.add(house.ctx, "Ayesha", "clerk", "1234", "Olga")
    await staff.add(house.ctx, "Gone", "clerk", "1234", "Olga")
    await staff.disable(house.ctx, "Gone", "Olga")
    insert = "INSERT INTO shifts (name, opened_at) VALUES (?, ?)"
    await house.ctx.store.write(lambda tx: tx.insert(insert, ("Ayesha", int(house.clock()) - 27_000)))
    return house


def pin_of(host: Host) -> str:
    value: str = host.screen.query_one("#pin").value  # type: ignore[attr-defined]
    return value


async def test_name_and_pin(crew: House, size: Size) -> None:
    await crew.book()
    async with shown(crew.ctx, SignInScreen(crew.ctx), size) as (host, pilot):
        text = host.flat()
        assert "Serena Lahore · Front desk 24 Nov Tue 14:32" in text
        assert "1 Olga owner 2 Chaudhry manager 3 Ayesha clerk shift open since 07:02" in text
        assert "Gone" not in text
        assert "Marco" not in text
        await press(pilot, "3", *"1234")
        assert "••••" in host.text()
        assert "1234" not in host.text()
        await press(pilot, "enter")
        await until(lambda: host.answered)
    assert host.answer == User("Ayesha", "clerk", 1_000_000)
    entries = await crew.ctx.store.read(timeline.recent)
    assert (entries[0].actor, entries[0].text) == ("Ayesha", "Signed in")


async def test_arrows_and_enter_choose_too(crew: House) -> None:
    async with shown(crew.ctx, SignInScreen(crew.ctx)) as (host, pilot):
        await press(pilot, "down", "enter", *"3456", "enter")
        await until(lambda: host.answered)
    assert host.answer == User("Chaudhry", "manager", None)


async def test_wrong_pins_count_down_and_then_wait(crew: House, size: Size) -> None:
    async with shown(crew.ctx, SignInScreen(crew.ctx), size) as (host, pilot):
        await press(pilot, "3", *"0000", "enter")
        await until(lambda: "2 tries left before a 60 s wait" in host.words("#said"))
        assert pin_of(host) == ""
        await press(pilot, *"0000", "enter")
        await until(lambda: "1 try left" in host.words("#said"))
        await press(pilot, *"0000", "enter")
        await until(lambda: "wait 60 s" in host.words("#said"))
        assert host.screen.query_one("#pin").disabled
        crew.clock.seconds += 20
        await until(lambda: "wait 40 s" in host.words("#said"))
        crew.clock.seconds += 41
        await until(lambda: not host.screen.query_one("#pin").disabled)
        assert host.words("#said") == ""
        await press(pilot, *"1234", "enter")
        await until(lambda: host.answered)
    assert host.answer.name == "Ayesha"


async def test_the_wait_is_one_persons(crew: House) -> None:
    for _ in range(3):
        with pytest.raises(staff.Refused):
            await staff.authenticate(crew.ctx, "Ayesha", "0000")
    async with shown(crew.ctx, SignInScreen(crew.ctx)) as (host, pilot):
        await press(pilot, "3", *"1234", "enter")
        await until(lambda: "wait" in host.words("#said"))
        await press(pilot, "escape", "1")
        assert host.words("#said") == ""
        assert not host.screen.query_one("#pin").disabled
        await press(pilot, *"9071", "enter")
        await until(lambda: host.answered)
    assert host.answer.name == "Olga"


async def test_another_name_takes_the_typed_pin_away(crew: House) -> None:
    async with shown(crew.ctx, SignInScreen(crew.ctx)) as (host, pilot):
        await press(pilot, "3", *"12", "escape")
        assert pin_of(host) == ""
        assert host.focused is not None
        assert host.focused.id == "names"
        await press(pilot, "escape", "escape")
        assert not host.answered


async def test_a_locked_desk_shows_nothing_of_what_is_underneath(crew: House, size: Size) -> None:
    from tests.tui.dialogs.host import AYESHA
    from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog

    booking_id = await crew.book()
    async with shown(crew.ctx, MarkPaidDialog(crew.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert "Marco Rossi" in host.text()
        locked = SignInScreen(crew.ctx, locked_by="Ayesha")
        host.push_screen(locked)
        await until(lambda: host.screen is locked and bool(locked.query("#pin")))
        await settle(pilot)
        picture = re.sub("&#160;", " ", host.export_screenshot())
        assert "Locked" in picture
        assert "Marco" not in picture
        assert "11,500" not in picture
        await press(pilot, "enter", "y", *"0000")
        assert pin_of(host) == "y0000"
        assert crew.booking(booking_id).status == "PENDING"


async def test_a_deed_that_ends_under_the_lock_does_not_open_it(crew: House) -> None:
    from tests.tui.dialogs.host import AYESHA
    from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog

    booking_id = await crew.book()
    dialog = MarkPaidDialog(crew.ctx, AYESHA, booking_id)
    async with shown(crew.ctx, dialog) as (host, pilot):
        locked = SignInScreen(crew.ctx, locked_by="Ayesha")
        dialog.do_it()
        host.push_screen(locked)
        await until(lambda: crew.booking(booking_id).status == "PAID")
        await settle(pilot)
        assert host.screen is locked
        assert not host.answered
        await press(pilot, *"1234", "enter")
        await until(lambda: host.answered)
    assert host.answer.text.startswith("Rs. 11,500 taken in cash")


async def test_the_last_one_here_is_chosen_when_locked(crew: House) -> None:
    async with shown(crew.ctx, SignInScreen(crew.ctx, locked_by="Ayesha")) as (host, pilot):
        assert "Locked" in host.text()
        assert "Ayesha's PIN · ↑ ↓ or Esc: another person · Ctrl+Q leaves" in host.text()
        await press(pilot, *"1234", "enter")
        await until(lambda: host.answered)
    assert host.answer.name == "Ayesha"


@pytest.mark.parametrize("keys", ["up", "down down", "escape 2", "1 up up"])
async def test_from_the_last_one_s_pin_another_person_is_one_key_away(crew: House, keys: str) -> None:
    async with shown(crew.ctx, SignInScreen(crew.ctx, locked_by="Ayesha")) as (host, pilot):
        await press(pilot, *"12")
        if keys.startswith("1"):
            assert pin_of(host) == "12"
            await press(pilot, "escape")
            assert "your number, then the PIN · Ctrl+Q leaves" in host.text()
        await press(pilot, *keys.split())
        assert pin_of(host) == "", "what was typed for Ayesha is no part of Chaudhry's"
        assert "Chaudhry's PIN" in host.text()
        await press(pilot, *"3456", "enter")
        await until(lambda: host.answered)
    assert host.answer.name == "Chaudhry"


@pytest.mark.parametrize("locked_by", ["", "Gone"])
async def test_where_nobody_was_last_digits_say_who_it_is(crew: House, locked_by: str) -> None:
    async with shown(crew.ctx, SignInScreen(crew.ctx, locked_by)) as (host, pilot):
        assert "your number, then the PIN · Ctrl+Q leaves" in host.text()
        await press(pilot, "3")
        assert pin_of(host) == ""
        assert "Ayesha's PIN" in host.text()
        await press(pilot, *"1234", "enter")
        await until(lambda: host.answered)
    assert host.answer.name == "Ayesha"


async def test_the_first_start_makes_the_owner(house: House, size: Size) -> None:
    async with shown(house.ctx, SignInScreen(house.ctx), size) as (host, pilot):
        assert "The first start: make the owner's account" in host.flat()
        await press(pilot, *"Olga", "enter", *"12", "enter", *"12", "enter")
        await until(lambda: host.words("#said") == "A PIN has 4 to 12 digits")
        host.screen.query_one("#pin").focus()
        await press(pilot, *"9071", "enter", *"3", "enter")
        await until(lambda: "The two PINs differ" in host.words("#said"))
        await press(pilot, *"9071", "enter")
        await until(lambda: host.answered)
    assert host.answer == User("Olga", "owner", None)
    assert [(person.name, person.role) for person in await staff.people(house.ctx)] == [("Olga", "owner")]


async def test_without_a_stripe_key_the_sandbox_is_offered(house: House, size: Size) -> None:
    async with shown(house.ctx, SignInScreen(house.ctx), size) as (host, pilot):
        assert "No STRIPE_SECRET_KEY is set: the desk works, online payments do not." in host.flat()
        assert "Ctrl+T shows everything in a sandbox" in host.flat()
        await press(pilot, "ctrl+t")
    assert wants_sandbox(host.return_code or 0)
    assert not wants_sandbox(0)


async def test_where_stripe_is_set_or_the_desk_is_locked_nothing_is_offered(house: House, desk: Desk) -> None:
    for ctx, locked_by in ((desk.ctx, ""), (house.ctx, "Olga")):
        await staff.make_first_owner(ctx, "Olga", "9071")
        async with shown(ctx, SignInScreen(ctx, locked_by)) as (host, pilot):
            assert "sandbox" not in host.flat().replace("Stripe SANDBOX", "")
            await press(pilot, "ctrl+t")
            assert host.return_code is None


async def test_the_demo_shows_its_pins(house: House, size: Size) -> None:
    await staff.demo_people(house.ctx)
    async with shown(house.ctx, SignInScreen(house.ctx), size) as (host, _):
        assert "1 Ayesha clerk PIN 1234" in host.flat()


async def test_health_and_problems_are_on_it(crew: House) -> None:
    health = crew.ctx.health
    health.listener, health.last_event_at = "127.0.0.1:8000", int(crew.clock()) - 4
    health.store_fault = "disk full"
    await crew.ctx.store.write(lambda tx: attention.raise_alert(tx, None, Alert("orphan", "pi_1", 100, "PKR", "x")))
    async with shown(crew.ctx, SignInScreen(crew.ctx)) as (host, _):
        text = host.flat()
        assert "▲ store: disk full" in text
        assert "● listener 4 s" in text
        assert "▲ Stripe: no key" in text
        assert "1 problem waiting" in text


async def test_names_are_shown_as_written(house: House) -> None:
    await staff.make_first_owner(house.ctx, "[red]Olga", "9071")
    async with shown(house.ctx, SignInScreen(house.ctx)) as (host, pilot):
        assert "[red]Olga" in host.text()
        await press(pilot, "1", *"9071", "enter")
        await until(lambda: host.answered)
    assert host.answer.name == "[red]Olga"


@pytest.mark.parametrize(("minutes", "seconds", "due"), [(10, 599, False), (10, 600, True), (0, 10**6, False)])
def test_the_desk_locks_itself_after_idle_minutes(minutes: int, seconds: int, due: bool) -> None:
    clock = FakeTime(1000)
    idle = Idle(clock, minutes)
    clock.seconds += seconds
    assert idle.due is due
    idle.touch()
    assert idle.due is False
