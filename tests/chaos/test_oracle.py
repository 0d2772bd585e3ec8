"""The oracle must be able to complain: a quiet life, and then either of the two books is forged."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from copy import deepcopy
from pathlib import Path

import pytest

from tests.chaos.nemesis import Nemesis
from tests.chaos.oracle import complaints
from tests.chaos.processes import Nursery
from tests.chaos.simulation import heal, opened
from tests.chaos.stories import check_in
from tests.chaos.world import World

SEED = 3


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """One booking paid online and refunded in part; nothing went wrong, nothing runs any more."""
    async with Nursery() as nursery, opened(SEED, nursery, tmp_path) as made:
        await made.start_listener()
        await made.start_desk()
        stay = await check_in(made, 0)
        await made.press("switch", booking=stay.booking_id, method="ONLINE")
        await stay.link_by_desk()
        await made.sandbox.pay(stay.given[0])
        nemesis = Nemesis(made, made.dice("nobody"))
        assert await heal(made, nemesis) == []
        order = {"booking": stay.booking_id, "amount": 1234, "payment": None, "uid": "5" * 24}
        assert (await made.press("refund", **order)).acknowledged
        assert await heal(made, nemesis) == []
        assert await made.stop() == {"listener": 0, "desk": 0}
        assert await complaints(made) == []
        yield made


def write(world: World, sql: str) -> None:
    with closing(sqlite3.connect(world.store_path)) as connection, connection:
        connection.execute(sql)


def another_payment(world: World) -> None:
    books = world.sandbox.books.payment_intents
    books["pi_unheard_of"] = next(iter(books.values())) | {"id": "pi_unheard_of"}


def a_paisa_less(world: World) -> None:
    for intent in world.sandbox.books.payment_intents.values():
        intent["amount_received"] -= 1


def a_second_refund(world: World) -> None:
    (refund,) = world.sandbox.books.refunds.values()
    again = deepcopy(refund) | {"id": "re_again"}
    world.sandbox.books.refunds["re_again"] = again
    world.sandbox.books.refunds_of[refund["charge"]].append(again)


def a_refund_that_never_was(world: World) -> None:
    world.sandbox.books.refunds.clear()


def a_live_link(world: World) -> None:
    next(iter(world.sandbox.books.sessions.values()))["status"] = "open"
    write(world, "UPDATE bookings SET method = 'ARRIVAL'")


def an_event_nobody_heard(world: World) -> None:
    event = next(e for e in world.sandbox.books.events.values() if e["type"] == "refund.created")
    world.sandbox.books.events["evt_unheard"] = event | {"id": "evt_unheard"}


def an_open_intention(world: World) -> None:
    write(world, "UPDATE payments SET expire_asked_at = 1")


def a_wrong_status(world: World) -> None:
    write(world, "UPDATE bookings SET status = 'PENDING'")


def a_told_press_without_a_trace(world: World) -> None:
    pressed = next(press for press in world.journal if press.do == "refund")
    world.journal.append(type(pressed)("cancel", {"booking": 1, "token": "because nobody"}, {"done": ""}))


def an_undocumented_answer(world: World) -> None:
    world.answers.append(("POST /api/payments/create-session/", 502))


def a_secret_in_the_log(world: World) -> None:
    (world.folder / "other.log").write_text('{"text": "guest1@example.com paid"}\n')


FORGERIES: dict[Callable[[World], None], str] = {
    another_payment: "0 times in the store, at Stripe: True",
    a_paisa_less: "the store says",
    a_second_refund: "one press, 2 refunds",
    a_refund_that_never_was: "is in the store and not at Stripe",
    a_live_link: "its link",
    an_event_nobody_heard: "never arrived",
    an_open_intention: "is still",
    a_wrong_status: "ought to be",
    a_told_press_without_a_trace: "stands 0 times in the timeline",
    an_undocumented_answer: "was answered 502",
    a_secret_in_the_log: "tells too much",
}


async def test_every_forgery_is_noticed(world: World) -> None:
    """One life for all of them: each forges a copy of the books and of the store."""
    books, store, journal = deepcopy(world.sandbox.books), world.store_path.read_bytes(), list(world.journal)
    for forge, sentence in FORGERIES.items():
        forge(world)
        found = await complaints(world)
        assert any(sentence in complaint for complaint in found), (forge.__name__, found)
        world.sandbox.world.books, world.journal = deepcopy(books), list(journal)
        world.answers.clear()
        world.store_path.write_bytes(store)
        for leftover in ("travello.db-wal", "travello.db-shm", "other.log"):
            (world.folder / leftover).unlink(missing_ok=True)
    assert await complaints(world) == []
