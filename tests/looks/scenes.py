"""Every screen and dialog of the desk, and the keys that lead to it. One line each: snapshots, contrast, plain signs,
NO_COLOR and README's pictures are all taken from this table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.desk import Desk
from tests.looks import before, hotel
from tests.looks.hotel import MANAGER
from tests.tui.grid import screen_text
from tests.tui.hotel import CLERK, desk_app
from tests.tui.sizes import LARGE, SIZES, SMALL, Size
from tests.tui.waiting import until
from travello_desk.actions import User
from travello_desk.doctor import FAULT, NOTE, OK, WARN, Finding
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs.arming import Arming
from travello_desk.tui.screens import doctor
from travello_desk.tui.screens.bookings import FOLLOW_SECONDS
from travello_desk.tui.screens.day import DayScreen
from travello_desk.tui.screens.deeds import dialog_for


@dataclass(frozen=True)
class Scene:
    """`keys` on the booking `on` lead to a screen that says `says`. Without a user nobody is signed in."""

    name: str
    keys: str
    says: str
    on: str = ""
    user: User | None = CLERK
    sizes: tuple[Size, ...] = SIZES
    window: str = ""
    """The action whose window is opened on the booking without its key: also where the key would refuse."""
    kind: str = "BookingsScreen"
    """The class of the screen that is reached (tests/looks/test_snapshots.py asks that each has a scene)."""
    before: Callable[[Desk, dict[str, int]], Awaitable[None]] | None = None
    """What happens in the hotel before the desk is opened."""
    made: Callable[[DeskApp], Screen[Any]] | None = None
    """The window itself, where no key leads to it in a hotel that is well."""
    opens_at: Size = LARGE
    hotel: str = "usual"
    mode: str = "SANDBOX"
    """What the header must say of the money."""


SCENES: Final = (
    Scene("sign_in", "", "PIN", user=None, kind="SignInScreen"),
    Scene("sign_in_first", "", "owner's account", user=None, kind="SignInScreen", before=before.nobody_known),
    Scene("sign_in_wrong", "2 9 9 9 9 enter", "tries left", user=None, kind="SignInScreen"),
    Scene("bookings", "", "Marco Rossi"),
    Scene("live", "", "Marco Rossi", before=before.live_key, mode="LIVE"),
    Scene("live_refund", "r", "After this", on="TRV-10470", kind="RefundDialog", before=before.live_key,
          mode="LIVE"),
    Scene("test", "", "Marco Rossi", before=before.test_key, mode="TEST"),
    Scene("no_stripe", "l", "payments are off", on="TRV-10460", kind="LinkDialog", before=before.no_key,
          mode="NO STRIPE"),
    Scene("view_unpaid", "2", "unpaid"),
    Scene("search", "slash k h a n", "1 found"),
    Scene("search_nothing", "slash z z z", "Nothing matches"),
    Scene("detail", "enter", "Timeline", on="TRV-10448"),
    Scene("detail_in_full", "enter", "Timeline", on="TRV-10448", kind="DetailScreen", opens_at=SMALL),
    Scene("marked", "space space", "2 marked"),
    Scene("refused", "r", "Refund: nothing was paid yet", on="TRV-10482"),
    Scene("store_full", "m", "disk is full", on="TRV-10479", before=before.the_disk_fills),
    Scene("keys", "question_mark", "Move through the list", kind="KeysScreen"),
    Scene("keys_of_window", "t f1", "Next field or button", on="TRV-10470", kind="KeysScreen"),
    Scene("palette", "ctrl+p", "Search", kind="DeskPalette"),
    Scene("activity", "a", "Booking cancelled", kind="ActivityScreen"),
    Scene("events", "w", "checkout.session", kind="EventsScreen"),
    Scene("problems", "exclamation_mark", "cancelled booking", kind="ProblemsScreen"),
    Scene("problem_in_full", "exclamation_mark enter", "Since", kind="TextScreen"),
    Scene("dismiss", "exclamation_mark c", "Close this", user=MANAGER, kind="ReasonScreen"),
    Scene("doctor", "D", "ran 11:00", kind="DoctorScreen"),
    Scene("link", "l", "waiting for the guest", on="TRV-10482", kind="LinkDialog"),
    Scene("link_paid", "", "p Receipt", on="TRV-10470", window="link", kind="LinkDialog"),
    Scene("address", "l a", "mark it with the mouse", on="TRV-10482", kind="AddressDialog"),
    Scene("email", "", "E-mail the", on="TRV-10482", window="email", kind="EmailDialog"),
    Scene("guest_link", "L", "Guest", on="TRV-10482", kind="GuestLinkDialog"),
    Scene("bulk", "space space b", "Marked bookings · 2", kind="BulkDialog"),
    Scene("bulk_links", "space space b", "Make 1 link", on="TRV-10460", kind="BulkDialog"),
    Scene("mails", "M", "Mails", kind="MailsScreen"),
    Scene("mark_paid", "m", "Mark paid", on="TRV-10479", kind="MarkPaidDialog"),
    Scene("receipt", "t", "Given back", on="TRV-10448", kind="ReceiptDialog"),
    Scene("refund", "r", "After this", on="TRV-10470", kind="RefundDialog"),
    Scene("refund_part", "r right tab 1 5 0 0 0", "= Rs. 15,000", on="TRV-10470", kind="RefundDialog"),
    Scene("refund_over_limit", "r", "After this", on="TRV-10448", kind="RefundDialog"),
    Scene("refund_cash", "r", "After this", on="TRV-10466", kind="RefundDialog"),
    Scene("pay_back", "", "Type it again", on="TRV-10440", user=MANAGER, window="fix_pay_back", kind="PayBackDialog",
          hotel="returned"),
    Scene("new", "n", "Guest", kind="BookingFormDialog"),
    Scene("edit", "E", "Guest", on="TRV-10460", kind="BookingFormDialog"),
    Scene("switch", "x", "Switch", on="TRV-10460", kind="SwitchDialog"),
    Scene("cancel", "X", "Cancel", on="TRV-10460", kind="CancelDialog"),
    Scene("cancel_paid", "X", "Cancel", on="TRV-10470", kind="CancelDialog"),
    Scene("undo", "z", "Undo", on="TRV-10466", kind="UndoDialog"),
    Scene("reopen", "z", "Undo", on="TRV-10437", kind="UndoDialog"),
    Scene("close_link", "K", "Close", on="TRV-10482", kind="CloseLinkDialog"),
    Scene("accept", "A", "Accept", on=hotel.OTHER_SUM, user=MANAGER, kind="AcceptDialog"),
    Scene("explain", "p", "What happened", on="TRV-10448", kind="ExplainDialog"),
    Scene("failed", "", "This did not work", kind="ErrorDialog", made=before.a_failure),
    Scene("day", "d", "drawer 1", kind="DayScreen", before=before.a_shift),
    Scene("day_mail", "d e", "E-mail it", kind="DayMailDialog", before=before.a_shift),
    Scene("stripe_and_we", "", "Stripe", kind="TextScreen", made=before.a_difference),
    Scene("shift_open", "s", "Open a shift", kind="OpenShiftDialog"),
    Scene("shift_menu", "s", "Drop cash from", kind="ShiftMenu", before=before.a_shift),
    Scene("drop", "s 2 6 5 0 0", "Drop Rs. 6,500", kind="DropDialog", before=before.a_shift),
    Scene("count", "s 1 1 enter 4 enter 1", "Rs. 9,500", kind="CountDialog", before=before.a_shift),
    Scene("close", "s", "Expected", kind="CloseShiftDialog", before=before.a_count),
    Scene("note", "1 1 2 3 4 enter", "From Bilal", user=None, kind="ConfirmScreen", before=before.a_note),
    Scene("leave", "ctrl+q", "your shift is still open", kind="ConfirmScreen", before=before.a_shift),
    Scene("locked", "ctrl+l", "PIN", kind="SignInScreen"),
)  # fmt: skip
BY_NAME: Final = {scene.name: scene for scene in SCENES}

REPORT: Final = (
    Finding(OK, "python", "Python 3.11, terminal 120x34, UTF-8"),
    Finding(WARN, "address", "No public address: guests' phones cannot open the link", "Set PUBLIC_BASE_URL"),
    Finding(FAULT, "webhook", "STRIPE_WEBHOOK_SECRET does not verify our probe", "Copy the endpoint's signing secret"),
    Finding(NOTE, "mail", "No SMTP_URL: mails are files in data/outbox"),
)


async def fixed_report(ctx: Any) -> AsyncIterator[Finding]:
    """What doctor finds depends on the machine; how it looks does not."""
    for finding in REPORT:
        yield finding


def still(patch: pytest.MonkeyPatch) -> None:
    """Nothing on screen depends on the machine or on the moment."""
    patch.setattr(doctor, "examine", fixed_report)
    patch.setattr(DayScreen, "ask_stripe", lambda self: None)  # it is gone, and a copy of the hotel asks nobody
    patch.setattr("travello_desk.tui.dialogs.guarded.Arming", lambda at: Arming(at, arming=0, repeat=0, settle=0))


def app_for(scene: Scene, desk: Desk, **more: Any) -> DeskApp:
    app = desk_app(desk, **more)
    app.user = scene.user
    return app


async def play(scene: Scene, app: DeskApp, pilot: Pilot[Any], ids: dict[str, int]) -> None:
    """Press the keys and wait until the screen says what it is about."""
    if scene.user is not None:
        await until(pilot, lambda: getattr(app.screen, "detail", None) is not None, "the desk is open")
    if scene.on:
        await on_booking(app, pilot, ids[scene.on])
    if scene.window:
        app.push_screen(dialog_for(scene.window, app.ctx, scene.user or CLERK, ids[scene.on]))
        await rested(pilot)
    if scene.made is not None:
        app.push_screen(scene.made(app))
        await rested(pilot)
    for key in scene.keys.split():
        await pilot.press(key)
        await rested(pilot)
        if key == "exclamation_mark":  # the next key means a row
            await seen(app, pilot, lambda text: "cancelled booking" in text, "the problems")
    await seen(app, pilot, lambda text: scene.says in text, scene.says)


# Workers that wait for a person, or run as long as the desk does.
LASTING: Final = frozenset({"feed", "deed", "deeds", "sign-in", "quit", "dismiss", "replay", "mail", "shift", "notes"})


async def rested(pilot: Pilot[Any]) -> None:
    """No read is under way, no timer of the pane is about to start one, and nothing is left to paint."""
    for _ in range(2):
        await until(pilot, lambda: not any(w.is_running and w.group not in LASTING for w in pilot.app.workers), "rest")
        await pilot.pause(FOLLOW_SECONDS + 0.01)


async def on_booking(app: Any, pilot: Pilot[Any], booking_id: int) -> None:
    app.screen.table.go_to_id(booking_id)
    await until(pilot, lambda: app.screen.detail and app.screen.detail.booking.id == booking_id, "the row is reached")


async def seen(app: DeskApp, pilot: Pilot[Any], true_of: Callable[[str], bool], what: str) -> None:
    await until(pilot, lambda: true_of(screen_text(app)), what)
    await rested(pilot)


async def resized(app: DeskApp, pilot: Pilot[Any], size: Size) -> str:
    """The same screen in another window."""
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: app.size == size and app.screen.size == size, "the new size")
    await rested(pilot)
    return screen_text(app)
