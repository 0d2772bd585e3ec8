"""One seed from beginning to end: open the world, let it rage, heal it, hold both books against each other."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.chaos import hurry
from tests.chaos.clock import SharedClock
from tests.chaos.nemesis import Nemesis, bad_post
from tests.chaos.oracle import complaints
from tests.chaos.peek import missing_events, rows, unfinished
from tests.chaos.processes import Nursery
from tests.chaos.stories import check_in
from tests.chaos.world import SECRET, World, environment
from tests.ports import free_port
from travello_desk.sandbox import Sandbox

LIVE_SECONDS = 120.0
HEAL_SECONDS = 120.0
MOST_ROUNDS = 40
NIGHT_ROUND = 15
NIGHT_SECONDS = 24.5 * 3600


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; no complaints is what everybody hopes for."""

    seed: int
    complaints: list[str]
    diary: list[str]
    seconds: float
    counts: Counter[str]

    @property
    def command(self) -> str:
        return f"python -m tests.chaos --seed {self.seed}"


@asynccontextmanager
async def opened(seed: int, nursery: Nursery, folder: Path) -> AsyncIterator[World]:
    """The world of a seed, quiet still."""
    clock = SharedClock(folder / "clock")
    sandbox = Sandbox(seed=seed, webhook_secret=SECRET, supported_currencies=currencies(seed))
    await sandbox.start()
    port = free_port()
    http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    world = World(seed, folder, nursery, sandbox, clock, {}, port, http, desk_background=False)
    dice = world.dice("world")
    world.desk_background = dice.random() < 0.6
    sandbox.behaviour.failed_refund_lowers_charge = dice.random() < 0.5
    sandbox.delivery.policy = bad_post(dice)
    polls = dice.random() < 0.85
    # Without polling Stripe's own patience must do: no event is dropped, and it tries for days.
    sandbox.delivery.retry_delays_seconds = (0.05, 0.1, 0.2, 0.4) if polls else (0.1,) * 300
    if not polls:
        sandbox.delivery.policy.drop = 0.0
    sandbox.delivery.timeout_seconds = 2.0
    world.env = environment(
        folder,
        sandbox,
        port,
        STRIPE_POLL_SECONDS=str(int(polls)),
        FX_RATE="PKR/USD=280.50@2999-01-01",
        **hurry.of(world.seed),
    )
    sandbox.deliver_to(f"{world.base_url}/api/payments/webhook/", SECRET)
    try:
        yield world
    finally:
        await world.close()


def currencies(seed: int) -> list[str] | None:
    """Every fifth hotel's account does not take rupees."""
    return ["usd", "eur", "gbp"] if seed % 5 == 0 else None


async def simulate(seed: int, nursery: Nursery, *, keep: bool = False) -> Verdict:
    """Live one seed. Never raises for what the product does."""
    started = asyncio.get_running_loop().time()
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
    try:
        async with opened(seed, nursery, folder) as world:
            try:
                found = await one_life(world)
            except (AssertionError, TimeoutError) as error:
                found = [f"{type(error).__name__}: {error}", *world_says(world)]
            return Verdict(seed, found, world.diary, asyncio.get_running_loop().time() - started, counted(world))
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


async def one_life(world: World) -> list[str]:
    await asyncio.gather(world.start_listener(), world.start_desk())
    stays = [await check_in(world, number) for number in range(world.dice("hotel").randint(3, 5))]
    nemesis = Nemesis(world, world.dice("nemesis"))
    nemesis.lie_in_wait()
    nemesis.keep()
    raging = asyncio.create_task(nemesis.rage())
    async with asyncio.timeout(LIVE_SECONDS):
        await asyncio.gather(*(stay.live() for stay in stays))
    raging.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await raging
    await nemesis.let_go()
    unhealed = await heal(world, nemesis)
    codes = await world.stop()
    bad = [f"{name} ended with {code}" for name, code in codes.items() if code != 0]
    return [*unhealed, *bad, *(await complaints(world)), *(world_says(world) if unhealed else [])]


async def heal(world: World, nemesis: Nemesis) -> list[str]:
    """Everything that was broken works again, and time passes; the house must come right by itself."""
    world.note("healing")
    sandbox = world.sandbox
    sandbox.faults.clear()
    nemesis.ambush, nemesis.kill_at_event = None, False
    if sandbox.delivery.held is not None:
        sandbox.delivery.release()
    with contextlib.suppress(OSError):
        await sandbox.listen()
    await sandbox.stop_ticking()  # no event may come about between the last look and the end
    unhealed = await come_right(world, nemesis, NIGHT_ROUND)
    if await pay_the_unknown(world):
        unhealed = await come_right(world, nemesis, MOST_ROUNDS)
    return unhealed


async def pay_the_unknown(world: World) -> int:
    """Pay every link that the store never learned of, as if somebody had guessed its address; how many.

    A request that was given up may have reached Stripe after all. Nobody was told where; and were it paid all the
    same, the money must be known by our mark on it.
    """
    known = {row["session_id"] for row in rows(world.store_path, "SELECT session_id FROM payments")}
    unknown = [i for i, s in world.sandbox.books.sessions.items() if s["status"] == "open" and i not in known]
    for session_id in unknown:
        world.note(f"somebody pays {session_id}, which the store does not know")
        await world.sandbox.pay(session_id)
    return len(unknown)


async def come_right(world: World, nemesis: Nemesis, night_round: int) -> list[str]:
    """Let time pass until nothing is left over; what is, at the end of all patience."""
    sandbox = world.sandbox
    deadline = asyncio.get_running_loop().time() + HEAL_SECONDS
    for round_ in range(MOST_ROUNDS):
        await asyncio.gather(world.start_listener(), world.start_desk())
        await nemesis.pass_time(NIGHT_SECONDS if round_ == night_round else 35)
        sandbox.tick()
        await quiet(world)
        if not left_over(world) or asyncio.get_running_loop().time() > deadline:
            break
    return [f"not healed: {what}" for what in left_over(world)]


def counted(world: World) -> Counter[str]:
    """How much happened: a simulation in which nothing happens proves nothing."""
    books = world.sandbox.books
    killed = sum(1 for line in world.diary if "kill -9" in line)
    refused = Counter(f"{p.do} {p.told['refused']}" for p in world.journal if p.told and "refused" in p.told)
    return refused + Counter(
        payments=sum(1 for intent in books.payment_intents.values() if intent["amount_received"]),
        refunds=len(books.refunds),
        disputes=len(books.disputes),
        events=len(books.events),
        deliveries=len(world.sandbox.delivery.tried),
        faults=len(world.sandbox.faults.met),
        kills=killed,
        presses=len(world.journal),
        done=sum(1 for press in world.journal if press.acknowledged),
        unanswered=sum(1 for press in world.journal if press.told is None),
    )


async def quiet(world: World) -> None:
    """Wait until nobody has asked Stripe anything for a moment: time may pass again without cutting a call off."""
    seen = -1
    for _ in range(20):
        await asyncio.sleep(0.08)
        if seen == len(world.sandbox.requests):
            return
        seen = len(world.sandbox.requests)


def left_over(world: World) -> list[object]:
    return [*unfinished(world.store_path), *missing_events(world.store_path, world.sandbox.books.events)]


def world_says(world: World) -> list[str]:
    """The processes' own words, for a seed that did not come to its end."""
    said = [f"{process.name} {process.pid}: {process.said()}" for process in world.processes if process.said()]
    logs = [file.read_text(encoding="utf-8")[-6000:] for file in world.folder.glob("*.log")]
    return [*said, *logs]
