"""One deed on many bookings: named by their ids, or chosen by view, day and words. What happens to each is listed.

Ids that were typed are acted on at once. A choice is only told, with why some are left alone, until `--yes` is said.
Exit code 1 when one failed, or when a booking that was named by its id is refused.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import click

from travello_desk.actions import ACTIONS, User
from travello_desk.bulk import BULKS, Bulk, Item, Marked, by_trouble, count_of, plan, result, summary
from travello_desk.cli.bookings import found_by
from travello_desk.cli.root import plain, print_json, run
from travello_desk.operations import bulk as deeds
from travello_desk.operations import present
from travello_desk.operations.errors import NoStripe, StripeFailed
from travello_desk.operations.rates import FallbackOffered
from travello_desk.operations.report import business_date
from travello_desk.operations.shifts import role_of
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import bookings, ledger
from travello_desk.store.browse import VIEWS, view_source, within
from travello_desk.store.errors import Conflict, StoreError
from travello_desk.store.tx import Tx

MANY: Final = "ID..."
MOST: Final = 500
"""As many as the desk marks at once."""
COMMANDS: Final = {key: action.cli for action in ACTIONS if action.scope == "list" for key in action.keys if action.cli}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which bookings: `ids` as typed, else what view, day of arrival and words choose. `yes` acts on a choice."""

    ids: tuple[str, ...]
    view: str | None
    arriving: str
    search: str
    yes: bool

    @property
    def chosen(self) -> bool:
        return bool(self.view or self.arriving or self.search)


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose many, given to the command as one `wish`."""

    def with_wish(
        *args: Any, wanted: tuple[str, ...], view: str | None, arriving: str, search: str, yes: bool, **more: Any
    ) -> Any:
        return command(*args, wish=Wish(wanted, view, arriving.strip(), search.strip(), yes), **more)

    with_wish.__doc__ = command.__doc__
    with_wish.__name__ = command.__name__
    with_wish.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--yes", is_flag=True, help="Act on the choice. Without: only say what would happen to each."),
        click.option("--search", default="", metavar="WORDS", help="Choose by words, as the desk does: due:>20000."),
        click.option("--arriving", default="", metavar="DAY", help="Choose by arrival: today, tomorrow, fri, 24nov."),
        click.option("--view", type=click.Choice(tuple(VIEWS)), help="Choose a view of the desk."),
    ):
        with_wish = option(with_wish)
    return with_wish


def one_of(wish: Wish) -> str | None:
    """The one booking that is meant, or None for many; a usage error when it is neither or both."""
    if bool(wish.ids) == wish.chosen:
        raise click.UsageError("Name bookings by ID, or choose them by --view, --arriving or --search")
    if wish.ids and wish.yes:
        raise click.UsageError("--yes belongs to --view, --arriving and --search; ids are acted on at once")
    return wish.ids[0] if len(wish.ids) == 1 else None


@dataclass(frozen=True, slots=True)
class Standing:
    """One booking as it stands."""

    booking: bookings.Booking
    loaded: ledger.Loaded


async def ids_of(context: Any, wish: Wish, day_on: date) -> list[int]:
    if wish.ids:
        return list(dict.fromkeys([await id_of(context, wanted) for wanted in wish.ids]))
    found: list[int] = await context.store.read(lambda tx: chosen(tx, wish, day_on))
    return found


async def id_of(context: Any, wanted: str) -> int:
    try:
        return (await present.find_booking(context, wanted)).id
    except Refused as error:
        raise Refused(Refusal("not_found", f"{wanted}: {error}. Nothing was done", 404)) from error


def chosen(tx: Tx, wish: Wish, day_on: date) -> list[int]:
    """Ids of the view that fit day and words, at most MOST. Raises Refused above that."""
    text = f"{wish.search} in:{wish.arriving}" if wish.arriving else wish.search
    ids = found_by(tx, text, day_on) if text else None
    if wish.view:
        source = view_source(wish.view, day_on)
        ids = source.ids(tx, 0, MOST + 1) if ids is None else within(tx, source, ids)
    if len(ids or ()) > MOST:
        raise Refused(Refusal("too_many", f"More than {MOST} bookings: choose fewer with --arriving or --search"))
    return ids or []


def standing(tx: Tx, booking_ids: Sequence[int], day_on: date) -> tuple[list[Marked], frozenset[int]]:
    found: list[Marked] = []
    for booking_id in booking_ids:
        booking, loaded = bookings.get(tx, booking_id), ledger.load(tx, booking_id)
        if booking and loaded:
            found.append(Standing(booking, loaded))
    return found, deeds.mailed_today(tx, booking_ids, day_on)


def do_many(ctx: click.Context, bulk_id: str, wish: Wish, actor: str, as_json: bool) -> None:
    """Plan, act, tell; ends the process with the exit code."""
    act = next(bulk for bulk in BULKS if bulk.id == bulk_id)
    if act.id == "email":
        act = replace(act, one="mail sent or queued", many="mails sent or queued")

    async def work(context: Any) -> list[Item]:
        day_on = business_date(context)
        ids = await ids_of(context, wish, day_on)
        marked, mailed = await context.store.read(lambda tx: standing(tx, ids, day_on))
        items = plan(act, marked, User(actor, await role_of(context, actor)), mailed)
        return await acted(context, act, items, actor, day_on) if wish.ids or wish.yes else items

    items = by_trouble(run(ctx, work, as_json=as_json))
    rehearsed = not (wish.ids or wish.yes)
    failed = count_of(items, "failed") + (sum(refused(item) for item in items) if wish.ids else 0)
    if as_json:
        print_json(document(items, rehearsed, failed))
    else:
        tell(act, items, rehearsed)
    sys.exit(1 if failed else 0)


def refused(item: Item) -> bool:
    return item.state == "cannot" and not item.already


async def acted(context: Any, act: Bulk, items: Sequence[Item], actor: str, day_on: date) -> list[Item]:
    """One after the other; after a few failures of Stripe in a row the rest is not tried."""
    done: list[Item] = []
    in_row = 0
    for item in items:
        if item.state != "will":
            done.append(item)
        elif in_row >= deeds.ENOUGH:
            done.append(item.now("failed", "not tried any more"))
        else:
            after, stripe_failed = await one(context, act, item, actor, day_on)
            in_row = in_row + 1 if stripe_failed else 0
            done.append(after)
    return done


async def one(context: Any, act: Bulk, item: Item, actor: str, day_on: date) -> tuple[Item, bool]:
    """The item as it ended, and whether Stripe failed."""
    try:
        words = await deeds.do_one(context, act.id, item.booking_id, actor, day_on, at_once=True)
    except FallbackOffered:
        return item.now("failed", "asks for a yes to the other currency: link ID --charge AMOUNT"), False
    except (StripeFailed, NoStripe) as failed:
        return item.now("failed", f"Stripe: {failed.sentence}"), True
    except Conflict:
        return item.now("failed", "somebody else changed it at the same moment"), False
    except (Refused, StoreError) as error:
        return item.now("failed", str(error)), False
    return item.now("done", words), False


def in_commands(words: str) -> str:
    """A reason that names a key of the desk, with the command of the same action instead."""
    return re.sub(r"(?<=, )(\w)(?= )", lambda found: COMMANDS.get(found[1], found[1]), words)


def document(items: Sequence[Item], rehearsed: bool, failed: int) -> dict[str, Any]:
    counts = {"done": count_of(items, "done"), "failed": failed}
    return {
        "success": not failed,
        "rehearsed": rehearsed,
        **counts,
        "bookings": [
            {
                "booking_id": item.booking_id,
                "reference": item.reference,
                "state": "already" if item.already else item.state,
                "words": in_commands(item.words),
            }
            for item in items
        ],
    }


def tell(act: Bulk, items: Sequence[Item], rehearsed: bool) -> None:
    for item in items:
        state = "already" if item.already else item.state
        click.echo(plain(f"{state:<8} {item.booking_id:>7}  {item.reference:<12}  {in_commands(item.words)}"))
    click.echo(summary(items) if rehearsed else result(act, items))
    if rehearsed and count_of(items, "will"):
        click.echo("To do it: --yes")
