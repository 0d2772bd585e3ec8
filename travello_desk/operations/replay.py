"""Apply an event of the past again: rehearsed first, on the same road, in a transaction that is taken back.

Facts only grow, so that a replay changes nothing that is right; it mends what a fault of ours had left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NoReturn

from travello_desk import quick_json
from travello_desk.operations.context import Context
from travello_desk.operations.ingest import apply_event
from travello_desk.payments.events import EventShapeError, StripeEvent, read_event
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import activity, inbox, timeline
from travello_desk.store.tx import Tx

OUTCOMES: Final = {
    "applied": "applied",
    "ignored": "nothing to do",
    "loose": "waits for its payment",
    "orphan": "no booking found",
    "adopted": "applied, payment adopted",
    "quarantined": "other mode, not applied",
}
"""What became of an event, in a clerk's words."""
NO_BODY = Refusal("no_body", "Nothing to apply: the delivery was refused, its body not kept", 404)


@dataclass(frozen=True, slots=True)
class Replay:
    """What applying the event does, or would do: the outcome, the booking's badge before and after, new lines."""

    event_id: str
    outcome: str
    booking_id: int | None
    before: str
    after: str
    lines: tuple[str, ...]

    @property
    def changes(self) -> bool:
        return bool(self.lines) or self.before != self.after

    @property
    def sentence(self) -> str:
        """What applying the event would do."""
        moved = f"The booking goes from {self.before} to {self.after}." if self.before != self.after else ""
        lines = [f"Applying {self.event_id} again would write:", *(f"  {line}" for line in self.lines), moved]
        return "\n".join(line for line in lines if line)


class TakenBack(Exception):
    """Ends the rehearsal's transaction and carries what was seen."""

    def __init__(self, seen: Replay) -> None:
        super().__init__()
        self.seen = seen


async def rehearse(ctx: Context, event_id: str) -> Replay:
    """What a replay would change; nothing is stored. Raises Refused when there is no event to apply."""
    livemode, install = ctx.livemode, ctx.store.install

    def work(tx: Tx) -> None:
        raise TakenBack(applied(tx, event_id, livemode, install))

    try:
        await ctx.store.write(work)
    except TakenBack as rehearsed:
        seen = rehearsed.seen
    before = await ctx.store.read(lambda tx: badge_of(tx, seen.booking_id))
    return replace(seen, before=before)


async def replay(ctx: Context, event_id: str, actor: str) -> Replay:
    """Apply the event again and say who did it. Raises Refused when there is no event to apply."""
    livemode, install = ctx.livemode, ctx.store.install
    seen = await rehearse(ctx, event_id)

    def work(tx: Tx) -> Replay:
        done = applied(tx, event_id, livemode, install)
        timeline.add(tx, done.booking_id, actor, "replayed", "Event applied again", f"{event_id} · {done.outcome}")
        return done

    return replace(await ctx.store.write(work), before=seen.before)


def applied(tx: Tx, event_id: str, livemode: bool, install: str) -> Replay:
    """Apply the kept body as if it had just come, but for the check against duplicates."""
    body = activity.body_of(tx, event_id)
    event = parsed(body)
    tip = timeline.last_id(tx)
    outcome, booking_id = apply_event(tx, event, "replay", livemode, install)
    if inbox.known_event(tx, event_id):
        tx.execute("UPDATE inbox SET tries = tries + 1 WHERE event_id = ?", (event_id,))
        tx.execute(
            "UPDATE inbox SET outcome = ?, booking_id = ? WHERE event_id = ? AND booking_id IS NULL",
            (outcome, booking_id, event_id),
        )
    else:
        inbox.keep_event(tx, event, body, "replay", outcome, booking_id)
        inbox.settle_dead_letters(tx)
    lines = tuple(f"{entry.text} {entry.detail}".strip() for entry in timeline.since(tx, tip))
    return Replay(event_id, outcome, booking_id, "", badge_of(tx, booking_id), lines)


def parsed(body: str) -> StripeEvent:
    """The kept body as an event."""
    try:
        return read_event(quick_json.loads(body)) if body else refuse()
    except (ValueError, EventShapeError) as error:
        raise Refused(NO_BODY) from error


def refuse() -> NoReturn:
    raise Refused(NO_BODY)


def badge_of(tx: Tx, booking_id: int | None) -> str:
    return str(tx.value("SELECT badge FROM bookings WHERE id = ?", (booking_id,)) or "")
