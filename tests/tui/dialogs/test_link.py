"""The payment window: opens at once, shows what a phone can use, follows the guest, and turns green by itself."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from tests.tui.dialogs.host import AYESHA, Host, House, press, settle, shown, until
from tests.tui.sizes import LARGE, SMALL, Size
from travello_desk.operations.bookings import cancel
from travello_desk.operations.checkout import checkout
from travello_desk.sandbox.faults import held_before
from travello_desk.settings.model import FxRate
from travello_desk.store import bookings
from travello_desk.tui.dialogs.link import LinkDialog
from travello_desk.tui.dialogs.problem import ErrorDialog

ADDRESS = "https://pay.serena.example"


def public(desk: Desk, address: str = ADDRESS) -> None:
    desk.ctx.settings = replace(desk.ctx.settings, public_base_url=address)


def url_of(desk: Desk, booking_id: int) -> str:
    return f"{desk.ctx.settings.public_base_url}/p/{desk.booking(booking_id).guest_code}"


async def ready(host: Host) -> None:
    await until(lambda: "Session" in host.text())


def has_symbol(host: Host) -> bool:
    return bool(host.screen.query_one("#qr").display)


def button(host: Host, name: str) -> tuple[bool, bool]:
    """Whether a key's button is there, and on."""
    found = next(item for item in host.screen.query("GuardedButton") if item.name == name)
    return bool(found.display), not found.disabled


async def test_it_opens_at_once_and_makes_the_link_behind(desk: Desk, size: Size) -> None:
    public(desk)
    booking_id = await desk.book("TRV-10482", amount_minor=2_400_000)
    answers = asyncio.Event()
    desk.sandbox.faults.next("POST /v1/checkout/sessions", held_before(answers))
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), size) as (host, _):
        assert "Payment link · TRV-10482 · Ayesha Khan" in host.text()
        assert "… making the link" in host.text()
        assert not has_symbol(host)
        answers.set()
        await ready(host)
        text = host.flat()
        assert "Rs. 24,000" in text
        assert url_of(desk, booking_id).removeprefix("https://") in text
        assert "✓ copied, if your terminal allows" in text
        assert "◔ waiting for the guest" in text
        assert "E-mailed not yet" in text
        assert "Opened not yet" in text
        assert re.search(r"Session ends 25 Nov \d\d:\d\d", text)
        assert has_symbol(host)
        assert host.clipboard == url_of(desk, booking_id)
        assert "cs_test" not in text


async def test_the_open_session_is_used_again(desk: Desk) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, _):
        await ready(host)
    assert len(desk.posts("/v1/checkout/sessions")) == 1


async def test_the_symbol_decodes_from_a_picture_of_the_screen(desk: Desk, tmp_path: Path, size: Size) -> None:
    if not (shutil.which("zbarimg") and shutil.which("rsvg-convert")):
        pytest.skip("zbarimg and rsvg-convert are needed (apt-get install zbar-tools librsvg2-bin)")
    public(desk)
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), size) as (host, _):
        await ready(host)
        (tmp_path / "screen.svg").write_text(host.export_screenshot())
    assert await asyncio.to_thread(decoded, tmp_path) == url_of(desk, booking_id)


def decoded(folder: Path) -> str:
    """What zbar reads in a picture of the screen."""
    picture = str(folder / "screen.png")
    subprocess.run(["rsvg-convert", str(folder / "screen.svg"), "-o", picture], check=True)
    done = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=False)
    return done.stdout.strip()


async def test_it_follows_the_guest_and_turns_green_without_a_key(desk: Desk, size: Size) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1", amount_minor=2_400_000)
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        await ready(host)
        [session_id] = desk.sandbox.books.sessions
        await desk.ctx.store.write(lambda tx: bookings.count_opening(tx, booking_id))
        await desk.ctx.store.write(lambda tx: bookings.count_opening(tx, booking_id))
        await until(lambda: "Opened twice, last" in host.flat())
        await desk.sandbox.decline(session_id)
        await desk.feed()
        await until(lambda: "✕ card declined" in host.text())
        await until(lambda: "the guest can try again on the same page" in host.flat())
        assert has_symbol(host)
        await desk.sandbox.pay(session_id)
        await desk.feed()
        await until(lambda: "● PAID Rs. 24,000 · Visa 4242 · " in host.text())
        assert re.search(r"● PAID Rs. 24,000 · Visa 4242 · \d\d:\d\d:\d\d", host.text())
        assert not has_symbol(host)
        assert host.screen.query_one("#box").has_class("paid")
        assert button(host, "copy")[0] is False
        assert button(host, "paper") == (True, True)
        await press(pilot, "p")
        assert host.opened_urls == [f"{url_of(desk, booking_id)}/receipt"]
        await press(pilot, "c", "n", "e", "o", "escape")
        assert len(host.opened_urls) == 1
    assert len(desk.posts("/v1/checkout/sessions")) == 1


async def test_a_bank_payment_on_its_way_is_said(desk: Desk) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, _):
        await ready(host)
        await desk.sandbox.pay_delayed(next(iter(desk.sandbox.books.sessions)))
        await desk.feed()
        await until(lambda: "bank payment on its way" in host.text())
        assert not has_symbol(host)


async def test_an_expired_session_gives_way_to_a_new_one(desk: Desk) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await ready(host)
        await desk.sandbox.expire(next(iter(desk.sandbox.books.sessions)))
        await desk.feed()
        await until(lambda: "◌ session expired" in host.text())
        assert not has_symbol(host)
        await press(pilot, "n")
        await until(lambda: "waiting for the guest" in host.text())
    assert len(desk.sandbox.books.sessions) == 2


async def test_D31_a_new_session_warns_first_what_the_guest_will_see(desk: Desk, size: Size) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        await ready(host)
        await press(pilot, "n")
        assert "a guest at the card form gets an error and opens the address anew" in host.flat()
        await press(pilot, "escape")
        assert "waiting for the guest" in host.text()
        assert not host.answered
        await press(pilot, "n", "n")
        await until(lambda: len(desk.sandbox.books.sessions) == 2)
        await until(lambda: "waiting for the guest" in host.text())
    first, second = desk.sandbox.books.sessions.values()
    assert (first["status"], second["status"]) == ("expired", "open")


async def test_paid_while_the_new_session_was_asked_for(desk: Desk) -> None:
    """The old session turns out to be complete: green, and no second one."""
    public(desk)
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await ready(host)
        await desk.sandbox.pay(next(iter(desk.sandbox.books.sessions)))
        await press(pilot, "n", "n")
        await until(lambda: "● PAID" in host.text())
    assert len(desk.sandbox.books.sessions) == 1


async def test_stripe_does_not_answer_and_r_is_the_same_request(desk: Desk, size: Size) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1")
    desk.sandbox.faults.always("POST /v1/checkout/sessions", "reset_after")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        await until(lambda: isinstance(host.screen, ErrorDialog))
        await settle(pilot)
        assert "Did money move no" in host.flat()
        await press(pilot, "escape")
        await until(lambda: isinstance(host.screen, LinkDialog))
        assert "r tries again" in host.flat()
        assert button(host, "copy") == (True, False)
        desk.sandbox.faults.clear()
        await press(pilot, "r")
        await ready(host)
    assert len(desk.sandbox.books.sessions) == 1
    assert len({item.idempotency_key for item in desk.posts("/v1/checkout/sessions")}) == 1


async def test_no_public_address_means_no_symbol_and_says_why(tmp_path: Path, desk: Desk, size: Size) -> None:
    public(desk, "http://127.0.0.1:8000")
    key = desk.ctx.settings.stripe_secret_key
    desk.ctx.settings = replace(desk.ctx.settings, stripe_api_base=None)
    assert key is not None
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        await ready(host)
        assert desk.ctx.settings.mode == "TEST"
        assert not has_symbol(host)
        assert "No QR code: PUBLIC_BASE_URL is not set" in host.flat()
        assert "o opens the page here" in host.flat()
        await press(pilot, "o")
        assert host.opened_urls == [url_of(desk, booking_id)]


async def test_in_the_sandbox_this_machine_is_the_guests(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    assert desk.ctx.settings.mode == "SANDBOX"
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, _):
        await ready(host)
        assert has_symbol(host)


async def test_too_small_for_the_symbol_says_how_large_and_grows_with_the_window(desk: Desk) -> None:
    public(desk, "https://payments.a-hotel-with-quite-a-long-name.example.com/desk")
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), SMALL) as (host, pilot):
        await ready(host)
        assert not has_symbol(host)
        assert re.search(r"No QR code: make the window \d+x\d+, or press p", host.flat())
        assert "…" in host.words("#url")
        assert host.clipboard == url_of(desk, booking_id)
        await pilot.resize_terminal(*LARGE)
        await settle(pilot)
        await until(lambda: has_symbol(host))


async def test_p_saves_the_symbol_as_pictures(desk: Desk) -> None:
    public(desk)
    booking_id = await desk.book("TRV/1 ü")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await ready(host)
        await press(pilot, "p")
        assert host.words("#said") == "saved qr/payment-TRV_1_.png and .svg"
        folder = desk.ctx.settings.data_dir / "qr"
        png, svg = folder / "payment-TRV_1_.png", folder / "payment-TRV_1_.svg"
        assert png.read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in svg.read_bytes()


async def test_the_other_currency_is_offered_with_both_amounts(tmp_path: Path, size: Size) -> None:
    async with open_desk(tmp_path, supported_currencies=["usd"]) as desk:
        rate = FxRate("PKR", "USD", Decimal(280), date(2026, 11, 24))
        desk.ctx.settings = replace(desk.ctx.settings, fx_rate=rate, public_base_url=ADDRESS)
        booking_id = await desk.book("TRV-1", amount_minor=2_400_000)
        async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
            await until(lambda: "y makes that link" in host.text())
            assert "Stripe does not take PKR here: charge $85.71 for Rs. 24,000" in host.flat()
            assert not has_symbol(host)
            await press(pilot, "escape")
            assert "the other currency was not wanted" in host.flat()
            assert not host.answered
            await press(pilot, "r")
            await until(lambda: "y makes that link" in host.text())
            await press(pilot, "y")
            await ready(host)
            assert "Charged as $85.71" in host.flat()


@pytest.mark.parametrize(
    ("method", "done", "said"),
    [
        ("ARRIVAL", "", "Payment method must be ONLINE"),
        ("ONLINE", "cancel", "– Booking is cancelled"),
        ("ONLINE", "small", "Amount is below the online minimum of Rs. 200"),
    ],
)
async def test_where_no_link_can_be_made_it_says_why_and_asks_nobody(
    desk: Desk, method: str, done: str, said: str
) -> None:
    booking_id = await desk.book("TRV-1", method, amount_minor=100 if done == "small" else 1_000_000)
    if done == "cancel":
        await cancel(desk.ctx, booking_id, "ill", "Ali")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await until(lambda: said in host.flat())
        await press(pilot, "c", "o", "p", "e")
        assert not has_symbol(host)
        assert host.opened_urls == []
        await press(pilot, "escape")
        await until(lambda: host.answered)
    assert desk.posts("/v1/") == []


async def test_without_a_key_it_says_so_and_offers_the_demo(house: House) -> None:
    booking_id = await house.book(method="ONLINE")
    async with shown(house.ctx, LinkDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        await until(lambda: "No STRIPE_SECRET_KEY is set" in host.flat())
        assert not has_symbol(host)


async def test_mail_without_an_address_says_so(desk: Desk) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1", guest_email="")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await ready(host)
        await press(pilot, "e")
        assert host.words("#said") == "No e-mail address is known"


async def test_keys_are_buttons_too(desk: Desk) -> None:
    public(desk)
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id), SMALL) as (host, pilot):
        await ready(host)
        opens = next(item for item in host.screen.query("GuardedButton") if item.name == "open")
        await pilot.click(opens)
        await settle(pilot)
        assert host.opened_urls == [url_of(desk, booking_id)]
        await pilot.click("#back")
        await until(lambda: host.answered)
    assert host.answer is None


async def test_closing_while_it_is_made_does_not_stop_it(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    answers = asyncio.Event()
    desk.sandbox.faults.next("POST /v1/checkout/sessions", held_before(answers))
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, "escape")
        await until(lambda: host.answered)
        answers.set()
        await until(lambda: desk.booking(booking_id).badge == "LINK OUT")
