"""What goes wrong: processes die or freeze, the line breaks, Stripe stumbles, time jumps, deliveries go astray.

Each misfortune is short, and the keepers bring a dead process back as a person or systemd would.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.chaos.clock import NAP_SECONDS
from tests.chaos.processes import Process
from tests.chaos.world import World
from travello_desk.sandbox.chaos import Chaos
from travello_desk.sandbox.delivery import Target
from travello_desk.sandbox.faults import NAMED, Fault

FAULTS = (
    "reset_before reset_after truncate html_200 html_200_after html_500 html_502 html_502_after 401 403 409 429"
    " lock_timeout 500 500_stored 500_after 500_lost"
).split()
CALLS = ("POST /v1/checkout/sessions", "POST /v1/checkout/sessions/*/expire", "POST /v1/refunds", "GET /v1/*")
GATEWAY_SECONDS = 12.0
"""A little more than one call to Stripe may take."""


@dataclass
class Nemesis:
    """One seed's misfortunes. `ambush` kills a process in the middle of a request it made."""

    world: World
    dice: random.Random
    ambush: tuple[str, Fault] | None = None
    kill_at_event: bool = False
    clumsiness: float = 0.0
    keeping: bool = True
    keepers: list[asyncio.Task[None]] = field(default_factory=list)

    def lie_in_wait(self) -> None:
        """Step between the sandbox and its callers."""
        sandbox = self.world.sandbox
        take, policy = sandbox.faults.take, sandbox.delivery.policy

        def taking(method: str, path: str) -> Fault | None:
            if self.ambush is not None and fnmatchcase(f"{method} {path}", self.ambush[0]):
                fault, self.ambush = self.ambush[1], None
                self.world.note(f"killed in {method} {path} ({'after' if fault.carried_out else 'before'})")
                self.kill_somebody()
                return fault
            return take(method, path)

        def delivering(event: dict[str, Any], target: Target) -> Sequence[float]:
            delays = policy(event, target)
            if self.kill_at_event and delays:
                self.kill_at_event = False
                moment = min(delays) + self.dice.uniform(0, 0.006)
                asyncio.get_running_loop().call_later(moment, self.kill, self.world.listener)
            return delays

        self.clumsiness = self.dice.choice((0.0, 0.1, 0.25))
        self.stumble()
        sandbox.faults.take = taking  # type: ignore[method-assign]
        sandbox.delivery.policy = delivering

    async def rage(self) -> None:
        """One misfortune after another, until cancelled."""
        misfortunes, weights = zip(*MISFORTUNES.items(), strict=True)
        while True:
            await asyncio.sleep(self.dice.uniform(0.03, 0.2))
            (misfortune,) = self.dice.choices(misfortunes, weights)
            self.world.note(misfortune.__name__)
            await misfortune(self)

    def keep(self) -> None:
        """From now on the dead come back, and time runs ten times as fast, so that polls and resuming come often."""
        starts = (self.world.start_listener, self.world.start_desk)
        self.keepers = [asyncio.create_task(self.bring_back(start)) for start in starts]
        self.keepers.append(asyncio.create_task(self.hurry()))

    async def hurry(self) -> None:
        while self.keeping:
            self.world.jump(0.5)
            await asyncio.sleep(0.05)

    async def bring_back(self, start: Callable[[], Awaitable[None]]) -> None:
        while self.keeping:
            await start()
            await asyncio.sleep(self.dice.uniform(0.01, 0.08))

    async def let_go(self) -> None:
        """The keepers go home, but not in the middle of a start."""
        self.keeping = False
        await asyncio.gather(*self.keepers)

    # Misfortunes

    def kill(self, process: Process | None) -> None:
        if process is not None and process.alive:
            self.world.note(f"kill -9 {process.name}")
            process.kill()

    def kill_somebody(self) -> None:
        listener, desk = self.world.listener, self.world.desk
        for victim in self.dice.choice(((listener,), (desk,), (listener, desk))):
            self.kill(victim)

    async def kill_at_random(self) -> None:
        self.kill_somebody()

    async def kill_in_a_call(self) -> None:
        """The next call of this kind is the last thing its caller did."""
        self.ambush = self.dice.choice(CALLS), NAMED[self.dice.choice(("reset_before", "reset_after"))]

    async def kill_at_a_delivery(self) -> None:
        """While an event is being received (E3, E4)."""
        self.kill_at_event = True

    async def burst_of_faults(self) -> None:
        faults = self.world.sandbox.faults
        kinds = self.dice.sample(FAULTS, self.dice.randint(1, 4))
        faults.at_random(self.dice.getrandbits(32), self.dice.choice((0.3, 0.6, 1.0)), kinds)
        await asyncio.sleep(self.dice.uniform(0.05, 0.25))
        faults.clear()
        self.stumble()

    def stumble(self) -> None:
        """The ordinary unreliability of this seed's Stripe."""
        self.world.sandbox.faults.at_random(self.dice.getrandbits(32), self.clumsiness, FAULTS)

    async def stall(self) -> None:
        """An answer that takes longer than the desk waits."""
        kind = NAMED[self.dice.choice(("stall_before", "stall_after", "stall_body"))]
        self.world.sandbox.faults.next(self.dice.choice(CALLS), kind)
        await asyncio.sleep(self.dice.uniform(0.02, 0.1))
        await self.pass_time(GATEWAY_SECONDS)

    async def stripe_away(self) -> None:
        await self.world.sandbox.stop_listening()
        await asyncio.sleep(self.dice.uniform(0.02, 0.15))
        await self.world.sandbox.listen()

    async def post_strike(self) -> None:
        """Deliveries pile up, and come all at once in any order."""
        delivery = self.world.sandbox.delivery
        delivery.hold()
        await asyncio.sleep(self.dice.uniform(0.05, 0.25))
        delivery.release(self.dice.choice((None, list.reverse, self.dice.shuffle)))

    async def wait_a_minute(self) -> None:
        await self.pass_time(self.dice.uniform(5, 120))

    async def freeze(self) -> None:
        """A process that stops in the middle of everything, loses its lease, and goes on (a laptop's lid)."""
        victim = self.dice.choice((self.world.listener, self.world.desk))
        if victim is None or not victim.alive:
            return
        victim.signal(signal.SIGSTOP)
        try:
            await self.pass_time(60)
            await asyncio.sleep(self.dice.uniform(0, 0.1))
        finally:
            victim.signal(signal.SIGCONT)

    async def night(self) -> None:
        """Everything is off for hours."""
        self.kill(self.world.listener)
        self.kill(self.world.desk)
        self.world.jump(self.dice.uniform(1, 30) * 3600)

    async def pass_time(self, seconds: float) -> None:
        """Time jumps, and everybody has a moment to notice."""
        self.world.jump(seconds)
        await asyncio.sleep(NAP_SECONDS * 2)


Misfortune = Callable[[Nemesis], Awaitable[None]]
MISFORTUNES: dict[Misfortune, int] = {
    Nemesis.kill_at_random: 2,
    Nemesis.kill_in_a_call: 6,
    Nemesis.kill_at_a_delivery: 3,
    Nemesis.burst_of_faults: 5,
    Nemesis.stall: 2,
    Nemesis.stripe_away: 2,
    Nemesis.post_strike: 3,
    Nemesis.wait_a_minute: 3,
    Nemesis.freeze: 1,
    Nemesis.night: 1,
}


def bad_post(dice: random.Random) -> Chaos:
    """How this seed's deliveries go astray; in some none arrives, in some all do."""
    drop = dice.choice((0.0, 0.0, 0.15, 0.5, 1.0))
    return Chaos(dice.getrandbits(32), drop, dice.choice((0.0, 0.3)), dice.choice((0.0, 0.02, 0.1)))
