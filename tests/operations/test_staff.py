"""Who may sit at the desk: accounts, PINs with their back-off, limits, and signing for somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import extract_parameters

from tests.backend import open_store
from travello_desk.operations import staff
from travello_desk.operations.context import Context
from travello_desk.operations.pins import DUMMY_HASH, hash_pin, pin_matches, pin_refusal
from travello_desk.operations.staff import FREE_TRIES, wait_after
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.settings import load
from travello_desk.store import staff as rows
from travello_desk.store import timeline

NOW = 1_790_000_000


class Clock:
    """Seconds that move only when told."""

    def __init__(self) -> None:
        self.seconds = float(NOW)

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ctx(tmp_path: Path, clock: Clock) -> AsyncIterator[Context]:
    settings = load({}, tmp_path)
    store = open_store(tmp_path / "desk.db", clock)
    yield Context(store, settings, None, clock)
    store.close()


@pytest.fixture
async def hotel(ctx: Context) -> Context:
    """A house with an owner, a manager and a clerk."""
    await staff.make_first_owner(ctx, "Olga", "9071")
    await staff.add(ctx, "Chaudhry", "manager", "3456", "Olga")
    await staff.add(ctx, "Ayesha", "clerk", "1234", "Olga")
    return ctx


async def refusal_of(coroutine: object) -> Refusal:
    with pytest.raises(Refused) as caught:
        await coroutine  # type: ignore[misc]
    return caught.value.refusal


async def lines(ctx: Context, kind: str) -> list[timeline.Entry]:
    return [entry for entry in await ctx.store.read(timeline.recent) if entry.kind == kind]


@pytest.mark.parametrize("pin", ["", "123", "12a4", "1" * 13, " 1234", "١٢٣٤", "1234\n"])
def test_a_pin_has_four_to_twelve_plain_digits(pin: str) -> None:
    assert pin_refusal(pin) == "A PIN has 4 to 12 digits"


def test_one_digit_over_and_over_is_no_pin() -> None:
    assert pin_refusal("7777") == "A PIN of one digit over and over is no secret"
    assert pin_refusal("7778") is None


def test_a_hash_that_is_none_matches_nothing() -> None:
    assert not pin_matches("", "1234")
    assert not pin_matches("1234", "1234")


def test_the_hash_for_strangers_is_a_real_one_so_that_it_costs_the_same() -> None:
    assert extract_parameters(DUMMY_HASH) == extract_parameters(hash_pin("1234"))


async def test_the_pin_is_never_stored(hotel: Context) -> None:
    people = await hotel.store.read(rows.everybody)
    assert all(person.pin_hash.startswith("$argon2id$") for person in people)


async def test_the_first_owner_needs_nobody_and_comes_only_once(ctx: Context) -> None:
    owner = await staff.make_first_owner(ctx, "  Olga   Petrova ", "9071")
    assert (owner.name, owner.role, owner.refund_limit_minor) == ("Olga Petrova", "owner", None)
    assert (await refusal_of(staff.make_first_owner(ctx, "Eve", "1234"))).code == "not_first"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "bell\x07"])
async def test_a_name_is_one_short_printable_line(ctx: Context, name: str) -> None:
    assert (await refusal_of(staff.add(ctx, name, "clerk", "1234", "Olga"))).code == "bad_name"


async def test_names_are_taken_whatever_their_capitals(hotel: Context) -> None:
    assert (await refusal_of(staff.add(hotel, "AYESHA", "clerk", "1234", "Olga"))).code == "name_taken"
    assert (await refusal_of(staff.add(hotel, "Bilal", "king", "1234", "Olga"))).code == "bad_role"
    assert (await refusal_of(staff.add(hotel, "Bilal", "clerk", "12", "Olga"))).code == "bad_pin"


async def test_the_right_pin_signs_in_and_is_told_in_the_timeline(hotel: Context) -> None:
    person = await staff.authenticate(hotel, "ayesha", "1234")
    assert (person.name, person.role, person.refund_limit_minor) == ("Ayesha", "clerk", 1_000_000)
    [entry] = await lines(hotel, "signed_in")
    assert (entry.actor, entry.text, entry.detail) == ("Ayesha", "Signed in", "clerk")


async def test_wrong_pins_count_down_to_a_wait_that_holds_for_the_right_one_too(hotel: Context, clock: Clock) -> None:
    texts = [(await refusal_of(staff.authenticate(hotel, "Ayesha", "0000"))).text for _ in range(FREE_TRIES)]
    assert texts == [
        "Wrong PIN: 2 tries left before a 60 s wait",
        "Wrong PIN: 1 try left before a 60 s wait",
        "Wrong PIN: wait 60 s before the next try",
    ]
    waiting = await refusal_of(staff.authenticate(hotel, "Ayesha", "1234"))
    assert (waiting.code, waiting.at) == ("wait", NOW + 60)
    clock.seconds += 60
    assert (await staff.authenticate(hotel, "Ayesha", "1234")).name == "Ayesha"


async def test_the_wait_survives_a_restart(tmp_path: Path, hotel: Context, clock: Clock) -> None:
    for _ in range(FREE_TRIES):
        await refusal_of(staff.authenticate(hotel, "Ayesha", "0000"))
    again = open_store(tmp_path / "desk.db", clock)
    other = Context(again, hotel.settings, None, clock)
    assert (await refusal_of(staff.authenticate(other, "Ayesha", "1234"))).code == "wait"
    again.close()


async def test_a_wrong_name_waits_like_a_wrong_pin(hotel: Context) -> None:
    async def answers(name: str) -> list[tuple[str, str, int]]:
        refusals = [await refusal_of(staff.authenticate(hotel, name, "0000")) for _ in range(FREE_TRIES + 1)]
        return [(refusal.code, refusal.text, refusal.at) for refusal in refusals]

    assert await answers("Nobody") == await answers("Ayesha")


async def test_a_closed_account_waits_like_a_wrong_pin(hotel: Context) -> None:
    await staff.disable(hotel, "Ayesha", "Olga")
    refused = await refusal_of(staff.authenticate(hotel, "Ayesha", "1234"))
    assert (refused.code, refused.text) == ("wrong_pin", "Wrong PIN: 2 tries left before a 60 s wait")
    await staff.enable(hotel, "Ayesha", "Olga")
    assert (await staff.authenticate(hotel, "Ayesha", "1234")).name == "Ayesha"


async def test_many_tries_at_once_are_no_more_tries(hotel: Context) -> None:
    tries = [refusal_of(staff.authenticate(hotel, "Ayesha", f"000{n}")) for n in range(8)]
    codes = [refusal.code for refusal in await asyncio.gather(*tries)]
    assert codes.count("wrong_pin") == FREE_TRIES - 1
    person = await hotel.store.read(lambda tx: rows.by_name(tx, "Ayesha"))
    assert person is not None
    assert person.failed_tries == FREE_TRIES


async def test_a_right_pin_forgets_the_wrong_ones(hotel: Context) -> None:
    await refusal_of(staff.authenticate(hotel, "Ayesha", "0000"))
    await staff.authenticate(hotel, "Ayesha", "1234")
    refused = await refusal_of(staff.authenticate(hotel, "Ayesha", "0000"))
    assert "2 tries left" in refused.text


async def test_guessing_is_told_in_the_timeline_once_it_waits(hotel: Context) -> None:
    for _ in range(FREE_TRIES):
        await refusal_of(staff.authenticate(hotel, "Ayesha", "0000"))
    [entry] = await lines(hotel, "staff_waits")
    assert (entry.actor, entry.text, entry.detail) == ("Ayesha", "3 wrong PINs in a row", "waits 60 s")


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_after(failed) for failed in range(1, 10)] == [0, 0, 60, 120, 240, 480, 900, 900, 900]
    assert wait_after(10_000) == 900


async def test_strangers_do_not_fill_the_store(ctx: Context) -> None:
    def many(tx: object) -> None:
        for number in range(rows.STRANGERS_KEPT + 5):
            rows.keep_tries(tx, None, f"name {number}", rows.Tries(1, 0))  # type: ignore[arg-type]

    await ctx.store.write(many)
    kept = await ctx.store.read(lambda tx: tx.value("SELECT COUNT(*) FROM settings WHERE name LIKE 'stranger:%'"))
    assert 0 < kept <= rows.STRANGERS_KEPT


async def test_a_manager_signs_and_both_are_told(hotel: Context) -> None:
    signer = await staff.authorise(
        hotel, "Chaudhry", "3456", amount_minor=1_230_000, currency="PKR", asker="Ayesha", booking_id=None
    )
    assert signer.name == "Chaudhry"
    [entry] = await lines(hotel, "signed")
    assert (entry.actor, entry.text) == ("Chaudhry", "Signed Rs. 12,300 for Ayesha")


async def test_who_may_not_sign(hotel: Context) -> None:
    async def sign(name: str, pin: str, asker: str = "Ayesha") -> str:
        signing = staff.authorise(hotel, name, pin, amount_minor=100, currency="PKR", asker=asker)
        return (await refusal_of(signing)).code

    await staff.add(hotel, "Bilal", "clerk", "2345", "Olga")
    assert await sign("Chaudhry", "0000") == "wrong_pin"
    assert await sign("Bilal", "2345") == "no_manager"
    assert await sign("Chaudhry", "3456", asker="Chaudhry") == "own_signature"
    await staff.set_limit(hotel, "Chaudhry", 99, "Olga")
    assert await sign("Chaudhry", "3456") == "over_limit"
    assert await lines(hotel, "signed") == []


async def test_limits_are_the_persons_own_or_the_roles(hotel: Context) -> None:
    async def limit() -> int | None:
        return (await staff.authenticate(hotel, "Ayesha", "1234")).refund_limit_minor

    assert await limit() == 1_000_000
    await staff.set_role_limit(hotel, "clerk", 500_000, "Olga")
    assert await limit() == 500_000
    await staff.set_limit(hotel, "Ayesha", 0, "Olga")
    assert await limit() == 0
    await staff.set_limit(hotel, "Ayesha", None, "Olga")
    await staff.set_role_limit(hotel, "clerk", None, "Olga")
    assert await limit() is None
    assert (await refusal_of(staff.set_limit(hotel, "Ayesha", -1, "Olga"))).code == "bad_limit"
    assert (await refusal_of(staff.set_role_limit(hotel, "king", 1, "Olga"))).code == "bad_role"


def test_over_the_limit_counts_only_in_the_hotels_currency(tmp_path: Path) -> None:
    ctx = Context(open_store(tmp_path / "travello.db", Clock()), load({}, tmp_path), None, Clock())
    assert not staff.over_limit(ctx, None, 10**12, "USD")
    assert not staff.over_limit(ctx, 1000, 1000, "PKR")
    assert staff.over_limit(ctx, 1000, 1001, "PKR")
    assert staff.over_limit(ctx, 1000, 1, "USD")


async def test_the_last_owner_stays(hotel: Context) -> None:
    assert (await refusal_of(staff.disable(hotel, "Olga", "Olga"))).code == "last_owner"
    await staff.add(hotel, "Petra", "owner", "8642", "Olga")
    await staff.disable(hotel, "Olga", "Petra")
    assert (await refusal_of(staff.disable(hotel, "Olga", "Petra"))).code == "already_disabled"
    assert (await refusal_of(staff.disable(hotel, "Zoe", "Petra"))).code == "unknown_person"


async def test_a_new_pin_ends_the_wait(hotel: Context) -> None:
    for _ in range(FREE_TRIES):
        await refusal_of(staff.authenticate(hotel, "Ayesha", "0000"))
    await staff.set_pin(hotel, "Ayesha", "4321", "Olga")
    assert (await staff.authenticate(hotel, "Ayesha", "4321")).name == "Ayesha"


async def test_signers_are_the_other_managers_and_owners(hotel: Context) -> None:
    assert await staff.signers(hotel, "Ayesha") == ["Olga", "Chaudhry"]
    await staff.disable(hotel, "Chaudhry", "Olga")
    assert await staff.signers(hotel, "Ayesha") == ["Olga"]
    assert await staff.signers(hotel, "Olga") == []


async def test_every_change_of_an_account_is_told(hotel: Context) -> None:
    await staff.set_pin(hotel, "Ayesha", "4321", "Olga")
    await staff.set_limit(hotel, "Ayesha", 250_000, "Olga")
    await staff.disable(hotel, "Ayesha", "Olga")
    await staff.enable(hotel, "Ayesha", "Olga")
    await staff.sign_out(hotel, "Olga", "idle for 10 min")
    entries = await hotel.store.read(timeline.recent)
    assert [(entry.actor, entry.text) for entry in reversed(entries)] == [
        ("first start", "Account made for Olga"),
        ("Olga", "Account made for Chaudhry"),
        ("Olga", "Account made for Ayesha"),
        ("Olga", "New PIN for Ayesha"),
        ("Olga", "Refund limit of Ayesha: Rs. 2,500"),
        ("Olga", "Account of Ayesha closed"),
        ("Olga", "Account of Ayesha opened again"),
        ("Olga", "Desk locked"),
    ]


async def test_the_desk_locks_itself_after_minutes_kept_in_the_store(ctx: Context) -> None:
    assert await staff.lock_minutes(ctx) == 10
    await staff.set_lock_minutes(ctx, 0, "Olga")
    assert await staff.lock_minutes(ctx) == 0
    assert (await refusal_of(staff.set_lock_minutes(ctx, 1441, "Olga"))).code == "bad_minutes"


async def test_the_demo_signs_its_clerk_in_and_shows_only_its_own_pins(ctx: Context) -> None:
    assert await staff.demo_pins(ctx) == {}
    assert (await staff.demo_people(ctx)).name == "Ayesha"
    assert (await staff.demo_people(ctx)).role == "clerk"
    assert [listed.name for listed in await staff.people(ctx)] == ["Ayesha", "Bilal", "Chaudhry"]
    assert set(await staff.demo_pins(ctx)) == {"Ayesha", "Bilal", "Chaudhry"}


async def test_the_list_tells_whose_shift_is_open(hotel: Context) -> None:
    await hotel.store.write(
        lambda tx: tx.insert("INSERT INTO shifts (name, opened_at) VALUES (?, ?)", ("Ayesha", NOW - 60))
    )
    assert {listed.name: listed.shift_since for listed in await staff.people(hotel)} == {
        "Olga": 0,
        "Chaudhry": 0,
        "Ayesha": NOW - 60,
    }
