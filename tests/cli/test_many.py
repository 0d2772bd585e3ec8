"""`link`, `close-link` and `mail` on many bookings: named by their ids, or chosen and told before it is done."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell
from tests.desk import Desk


@pytest.fixture
async def four(desk: Desk) -> list[int]:
    """Two that owe, one that pays on arrival, one that arrives on another day."""
    return [
        await desk.book("TRV-1"),
        await desk.book("TRV-2", guest_name="Linh Nguyen", guest_email=""),
        await desk.book("TRV-3", "ARRIVAL", guest_name="Marco Rossi"),
        await desk.book("TRV-4", guest_name="Chidi Okafor", check_in="2026-12-01", check_out="2026-12-02"),
    ]


def states(told: dict[str, object]) -> dict[str, str]:
    return {one["reference"]: one["state"] for one in told["bookings"]}  # type: ignore[attr-defined]


async def test_ids_are_acted_on_and_one_that_is_refused_is_exit_1(four: list[int], desk: Desk, shell: Shell) -> None:
    told = await shell.told("link", "1", "TRV-2", "3", code=1)
    assert states(told) == {"TRV-1": "done", "TRV-2": "done", "TRV-3": "cannot"}
    assert (told["success"], told["done"], told["failed"]) == (False, 2, 1)
    assert told["bookings"][-1]["words"] == "not for ARRIVAL bookings, switch moves it to ONLINE first"
    assert [desk.booking(one).badge for one in four] == ["LINK OUT", "LINK OUT", "ON ARRIVAL", "DUE"]
    again = await shell.told("link", "1", "2")
    assert set(states(again).values()) == {"already"}
    assert len(desk.posts("/v1/checkout/sessions")) == 2


async def test_a_choice_is_told_first_and_done_with_yes(four: list[int], desk: Desk, shell: Shell) -> None:
    rehearsed = await shell.run("link", "--view", "unpaid", "--arriving", "2026-11-24")
    assert rehearsed.returncode == 0
    assert rehearsed.stdout.splitlines()[-2:] == ["3 bookings: 2 will be done, 1 left alone", "To do it: --yes"]
    assert desk.posts("/v1/checkout/sessions") == []
    told = await shell.told("link", "--view", "unpaid", "--arriving", "2026-11-24", "--yes")
    assert states(told) == {"TRV-1": "done", "TRV-2": "done", "TRV-3": "cannot"}
    closed = await shell.told("close-link", "--search", "status:link", "--yes")
    assert states(closed) == {"TRV-1": "done", "TRV-2": "done"}
    assert [desk.booking(one).badge for one in four[:2]] == ["EXPIRED", "EXPIRED"]


async def test_one_that_stripe_refuses_is_named_and_the_others_are_done(
    four: list[int], desk: Desk, shell: Shell
) -> None:
    desk.sandbox.faults.next("POST /v1/checkout/sessions", "401")
    told = await shell.told("link", "1", "2", "4", code=1)
    assert sorted(states(told).values()) == ["done", "done", "failed"]
    assert told["bookings"][0]["state"] == "failed", "what failed is read first"
    assert told["bookings"][0]["words"].startswith("Stripe: ")


async def test_mails_go_out_once_a_day(four: list[int], shell: Shell) -> None:
    told = await shell.told("mail", "--view", "unpaid", "--yes")
    assert states(told) == {"TRV-1": "done", "TRV-2": "cannot", "TRV-3": "cannot", "TRV-4": "done"}
    assert states(await shell.told("mail", "1", "4")) == {"TRV-1": "already", "TRV-4": "already"}


async def test_one_link_is_closed(four: list[int], desk: Desk, shell: Shell) -> None:
    await shell.told("link", "1")
    closed = await shell.told("close-link", "1", "--as", "Ayesha")
    assert closed == {"success": True, "booking_id": 1, "reference": "TRV-1", "badge": "EXPIRED"}
    refused = await shell.run("close-link", "1")
    assert (refused.returncode, refused.stderr) == (1, "no link is out\n")


WRONG = (
    (("link",), 2, "Name bookings by ID"),
    (("close-link", "1", "--view", "all"), 2, "Name bookings by ID"),
    (("link", "1", "2", "--yes"), 2, "ids are acted on at once"),
    (("link", "1", "2", "--email"), 2, "--email and --charge are for one booking"),
    (("mail", "1", "2", "--letter", "receipt"), 2, "the link only"),
    (("link", "1", "99"), 1, "99: Booking not found. Nothing was done"),
    (("link", "--search", "due:soon", "--yes"), 2, "Not understood: due:soon"),
    (("link", "--view", "nowhere"), 2, "nowhere"),
)


async def test_what_cannot_be_does_nothing(four: list[int], desk: Desk, shell: Shell) -> None:
    for words, code, says in WRONG:
        told = await shell.told(*words, code=code)
        assert says in told["error"], words
    assert desk.posts("/v1/checkout/sessions") == []
