"""What happens to one booking: guests pay, decline, settle late; staff make links, refund, cancel, mark, change.

Every step tolerates every answer: whether it was right is oracle.py's to say, from the books of both sides.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.chaos.peek import booking_row, guest_code
from tests.chaos.world import World
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.payments import NotPayableError

GOOD_CARDS = ("4242424242424242", "5555555555554444", "4000000000005126", "4000000000007726", "4000000000001976")
BAD_CARDS = ("4000000000000002", "4000000000009995", "4000000000000069")
MOST_STEPS = 16


Step = Callable[["Stay"], Awaitable[None]]


@dataclass
class Stay:
    """One booking and everybody around it. `given` are the session ids somebody outside has been shown."""

    world: World
    booking_id: int
    code: str
    dice: random.Random
    given: list[str] = field(default_factory=list)

    @property
    def books(self) -> Any:
        return self.world.sandbox.books

    def token(self) -> str:
        """A reason or note that occurs once, so that the timeline can be searched for it."""
        return f"because {self.dice.getrandbits(48):012x}"

    async def live(self) -> None:
        """A handful of steps, some of them at the same time."""
        await self.make_link()
        for _ in range(self.dice.randint(8, MOST_STEPS)):
            steps = [self.next_step() for _ in range(self.dice.choice((1, 1, 1, 2)))]
            await asyncio.gather(*(step(self) for step in steps))
            await asyncio.sleep(self.dice.uniform(0, 0.04))

    def next_step(self) -> Step:
        """Mostly what makes sense now; sometimes anything, because people press what they like."""
        sensible = ANYTHING if self.dice.random() < 0.15 else ANYTIME | BY_STATE[self.state()]
        (step,) = self.dice.choices(list(sensible), list(sensible.values()))
        return step

    def state(self) -> str:
        """How the booking stands, in the words of BY_STATE."""
        booking = booking_row(self.world.store_path, self.booking_id)
        if booking["cancelled"]:
            return "cancelled"
        if self.settling():
            return "settling"
        if self.paid_intents() and booking["status"] == "PAID":
            return "paid"
        if booking["status"] == "PAID":
            return "paid at the desk"
        if booking["method"] == "ARRIVAL":
            return "pays on arrival"
        return "link out" if self.open_sessions() else "no link"

    # The guest

    def open_sessions(self) -> list[str]:
        return [id_ for id_ in self.given if self.books.sessions[id_]["status"] == "open"]

    def intents(self, status: str) -> list[dict[str, Any]]:
        """This booking's payments in that state, at Stripe."""
        mine = str(self.booking_id)
        everybodys = self.books.payment_intents.values()
        return [i for i in everybodys if i["metadata"].get("booking_id") == mine and i["status"] == status]

    def paid_intents(self) -> list[dict[str, Any]]:
        return self.intents("succeeded")

    def settling(self) -> list[dict[str, Any]]:
        return self.intents("processing")

    async def at_the_till(self, act: Callable[[str], Awaitable[object]]) -> None:
        """The guest does something on Stripe's page, if one is open."""
        sessions = self.open_sessions()
        if sessions:
            session = self.dice.choice(sessions)
            with contextlib.suppress(NotPayableError):
                await act(session)
                self.world.note(f"booking {self.booking_id}: {act.__name__} on {session[-6:]}")

    async def pay(self) -> None:
        async def pay(session: str) -> None:
            await self.world.sandbox.pay(session, card=self.dice.choice(GOOD_CARDS))

        await self.at_the_till(pay)

    async def decline(self) -> None:
        async def decline(session: str) -> None:
            await self.world.sandbox.pay(session, card=self.dice.choice(BAD_CARDS))

        await self.at_the_till(decline)

    async def pay_delayed(self) -> None:
        async def pay_delayed(session: str) -> None:
            await self.world.sandbox.pay_delayed(session, settles=None)

        await self.at_the_till(pay_delayed)

    async def settle(self) -> None:
        """The bank's money arrives, or does not."""
        for intent in self.settling()[:1]:
            await self.world.sandbox.settle_delayed(intent["id"], ok=self.dice.random() < 0.6)

    async def run_out(self) -> None:
        """A session's time is over."""
        sessions = self.open_sessions()
        if sessions:
            await self.world.sandbox.expire(self.dice.choice(sessions))

    async def come_back(self) -> None:
        """The guest returns to the success page, which may ask Stripe once."""
        if self.given:
            await self.world.ask("GET", f"/payment-success?session_id={self.dice.choice(self.given)}")

    # Links, by every road

    def give(self, session_id: str | None) -> None:
        if session_id and session_id not in self.given:
            self.given.append(session_id)

    async def make_link(self) -> None:
        road = self.dice.choice((self.link_by_desk, self.link_by_api, self.link_by_guest))
        await road()

    async def press_twice(self) -> None:
        """The guest and the desk at the same instant (D3)."""
        await asyncio.gather(self.link_by_desk(), self.link_by_api(), self.link_by_guest())

    async def link_by_desk(self) -> None:
        pressed = await self.world.press("link", booking=self.booking_id)
        if pressed.acknowledged:
            self.give(pressed.done["session"])

    async def link_by_api(self) -> None:
        answer = await self.world.ask(
            "POST",
            "/api/payments/create-session/",
            json={"booking_id": self.booking_id},
            headers=self.world.bearer(),
        )
        if answer is not None and answer[0] == 200:
            self.give(json.loads(answer[2])["session_id"])

    async def link_by_guest(self) -> None:
        answer = await self.world.ask("POST", f"/p/{self.code}")
        if answer is not None and answer[0] == 303:
            path = urlsplit(answer[1]["Location"]).path
            self.give(next((id_ for id_ in self.books.sessions if id_ in path), None))

    # Money back

    async def refund(self) -> None:
        """Press Enter on Refund, perhaps twice, and again when it is not known what came of it (C2, C3, C4)."""
        intents = self.paid_intents()
        amount = None
        if intents and self.dice.random() < 0.7:
            amount = self.dice.randint(1, self.dice.choice(intents)["amount"])
        order = {
            "booking": self.booking_id,
            "amount": amount,
            "payment": None,
            "uid": f"{self.dice.getrandbits(96):024x}",
        }
        presses = self.dice.choice((1, 1, 2))
        told = await asyncio.gather(*(self.world.press("refund", **order) for _ in range(presses)))
        if any(press.told is None or "failed" in press.told for press in told) and self.dice.random() < 0.5:
            await asyncio.sleep(self.dice.uniform(0, 0.1))
            await self.world.press("refund", **order)

    async def refund_in_dashboard(self) -> None:
        intents = self.paid_intents()
        if intents:
            intent = self.dice.choice(intents)
            with contextlib.suppress(ApiError):
                await self.world.sandbox.refund_from_dashboard(intent["id"], self.dice.randint(1, intent["amount"]))

    async def refund_fails(self) -> None:
        """A refund comes back weeks later (C13)."""
        mine = {intent["id"] for intent in self.paid_intents()}
        back = [r["id"] for r in self.books.refunds.values() if r["payment_intent"] in mine and r["status"] != "failed"]
        if back:
            await self.world.sandbox.fail_refund(self.dice.choice(back))

    async def dispute(self) -> None:
        """The bank complains, looks, decides."""
        charges = {intent["latest_charge"] for intent in self.paid_intents()}
        mine = [d for d in self.books.disputes.values() if d["charge"] in charges]
        with contextlib.suppress(ValueError):
            if not mine and charges:
                await self.world.sandbox.open_dispute(min(charges), inquiry=self.dice.random() < 0.3)
            elif mine and self.dice.random() < 0.4:
                await self.world.sandbox.answer_dispute(mine[-1]["id"])
            elif mine:
                await self.world.sandbox.close_dispute(mine[-1]["id"], won=self.dice.random() < 0.5)

    # The desk

    async def cancel(self) -> None:
        await self.world.press("cancel", booking=self.booking_id, token=self.token())

    async def reopen(self) -> None:
        await self.world.press("reopen", booking=self.booking_id, token=self.token())

    async def switch(self) -> None:
        await self.world.press("switch", booking=self.booking_id, method=self.dice.choice(("ONLINE", "ARRIVAL")))

    async def price(self) -> None:
        await self.world.press("price", booking=self.booking_id, amount=any_price(self.dice))

    async def mark_paid(self) -> None:
        """Two clerks may take the same money at once (D34)."""
        clerks = self.dice.choice((1, 1, 2))
        await asyncio.gather(
            *(self.world.press("mark_paid", booking=self.booking_id, token=self.token()) for _ in range(clerks))
        )

    async def undo_paid(self) -> None:
        await self.world.press("undo_paid", booking=self.booking_id, token=self.token())

    async def pay_out(self) -> None:
        amount = self.dice.randint(1, 1_000_000)
        await self.world.press("pay_out", booking=self.booking_id, amount=amount, token=self.token())

    async def accept(self) -> None:
        await self.world.press("accept", booking=self.booking_id, payment=self.dice.randint(1, 12), token=self.token())

    async def at_the_command_line(self) -> None:
        """The same by `travello-desk ...`, which somebody may interrupt."""
        command = self.dice.choice(
            (
                ("link", str(self.booking_id)),
                ("refund", str(self.booking_id)),
                ("cancel", str(self.booking_id), "--reason", self.token()),
                ("switch", str(self.booking_id), self.dice.choice(("ONLINE", "ARRIVAL"))),
                ("mark-paid", str(self.booking_id), "--tender", "card"),
            )
        )
        process = await self.world.command(*command)
        if self.dice.random() < 0.4:
            await asyncio.sleep(self.dice.uniform(0, 0.15))
            process.kill()
        code = await process.wait()
        self.world.note(f"{' '.join(command)} -> {code}")
        assert code in (0, 1, None), process.said()


ANYTIME: dict[Step, int] = {
    Stay.press_twice: 1,
    Stay.come_back: 1,
    Stay.cancel: 1,
    Stay.price: 1,
    Stay.at_the_command_line: 1,
}
BY_STATE: dict[str, dict[Step, int]] = {
    "no link": {Stay.make_link: 20, Stay.press_twice: 6, Stay.switch: 1},
    "link out": {
        Stay.pay: 20,
        Stay.decline: 5,
        Stay.pay_delayed: 5,
        Stay.run_out: 1,
        Stay.come_back: 2,
        Stay.price: 2,
        Stay.switch: 2,
        Stay.make_link: 2,
    },
    "settling": {Stay.settle: 20, Stay.make_link: 3},
    "paid": {
        Stay.refund: 20,
        Stay.refund_in_dashboard: 5,
        Stay.refund_fails: 4,
        Stay.dispute: 2,
        Stay.pay: 2,
        Stay.accept: 1,
    },
    "pays on arrival": {Stay.switch: 10, Stay.mark_paid: 8, Stay.pay: 4},
    "paid at the desk": {Stay.undo_paid: 8, Stay.pay_out: 3, Stay.mark_paid: 1, Stay.pay: 4},
    "cancelled": {Stay.reopen: 15, Stay.refund: 5, Stay.pay: 4},
}
ANYTHING: dict[Step, int] = {step: 1 for steps in (ANYTIME, *BY_STATE.values()) for step in steps}


def any_price(dice: random.Random) -> int:
    """In paisa, seldom round, above Stripe's minimum."""
    return dice.choice((1_000_000, dice.randint(20_000, 9_000_000)))


async def check_in(world: World, number: int) -> Stay:
    """A new booking."""
    dice = world.dice(f"stay {number}")
    new = {
        "reference": f"TD-{world.seed}-{number}",
        "guest_name": f"Guest {secrets.token_hex(2)}",
        "guest_email": f"guest{number}@example.com",
        "check_in": "2026-12-01",
        "check_out": "2026-12-04",
        "amount_minor": any_price(dice),
        "currency": "PKR",
        "method": dice.choice(("ONLINE", "ONLINE", "ONLINE", "ARRIVAL")),
        "user_id": 7,
    }
    booked = await world.press("book", new=new)
    assert booked.acknowledged, booked
    return Stay(world, booked.done, guest_code(world.store_path, booked.done), dice)
