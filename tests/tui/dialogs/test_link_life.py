"""The life of a link as its window tells it, and the whole address where no clipboard works."""

from __future__ import annotations

import re
from dataclasses import replace

from textual.widgets import TextArea

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, Host, press, shown, until
from tests.tui.sizes import Size
from travello_desk.store import outbox
from travello_desk.store.outbox import Mail
from travello_desk.store.tx import Tx
from travello_desk.tui.dialogs.address import AddressDialog
from travello_desk.tui.dialogs.link import LinkDialog
from travello_desk.tui.dialogs.link_state import mailed_words

ADDRESS = "https://payments.a-hotel-with-quite-a-long-name.example.com/desk"


async def opened(desk: Desk, address: str = "https://pay.serena.example") -> tuple[int, LinkDialog]:
    desk.ctx.settings = replace(desk.ctx.settings, public_base_url=address)
    booking_id = await desk.book("TRV-10482", amount_minor=2_400_000)
    return booking_id, LinkDialog(desk.ctx, AYESHA, booking_id)


async def ready(host: Host) -> None:
    await until(lambda: "Session" in host.text())


async def test_it_tells_who_made_it_and_what_became_of_its_mail(desk: Desk, size: Size) -> None:
    booking_id, dialog = await opened(desk)
    async with shown(desk.ctx, dialog, size) as (host, pilot):
        await ready(host)
        assert re.search(r"Made \d\d:\d\d Ayesha", host.flat())
        assert "E-mailed not yet" in host.flat()
        await press(pilot, "e")
        await until(lambda: "E-mailed queued" in host.flat())
        assert host.words("#said") == "✓ queued for ayesha@example.com"
        await desk.ctx.store.write(lambda tx: sent(tx, booking_id))
        await until(lambda: re.search(r"E-mailed \d\d:\d\d ayesha@example.com", host.flat()))


def sent(tx: Tx, booking_id: int) -> None:
    [mail] = outbox.of_booking(tx, booking_id)
    assert outbox.sent(tx, mail, "250 taken", {})


def test_a_mail_that_failed_says_so_in_the_server_s_own_words(desk: Desk) -> None:
    zone = desk.ctx.settings.hotel_timezone
    mail = Mail(1, "link", 1, "k", "a@b.example", "en", "{}", "m", "failed", 3, 0, "550 no such user", "Ali", 0, 0)
    assert mailed_words(mail, zone, 0) == "failed: 550 no such user"
    assert mailed_words(replace(mail, status="queued"), zone, 0) == "queued, tried: 550 no such user"
    assert mailed_words(replace(mail, status="cancelled", last_error=""), zone, 0) == "cancelled"


async def test_the_whole_address_can_be_marked_by_hand(desk: Desk, size: Size) -> None:
    booking_id, dialog = await opened(desk, ADDRESS)
    url = f"{ADDRESS}/p/{desk.booking(booking_id).guest_code}"
    async with shown(desk.ctx, dialog, size) as (host, pilot):
        await ready(host)
        assert url not in host.text()
        await press(pilot, "a")
        await until(lambda: isinstance(host.screen, AddressDialog) and "It is selected" in host.text())
        field = host.screen.query_one("#address", TextArea)
        shown_lines = [part for line in field.wrapped_document.lines for part in line]
        assert "".join(shown_lines) == url
        assert all(any(part in line for line in host.text().splitlines()) for part in shown_lines)
        assert field.selected_text == url
        await press(pilot, "x", "backspace", "delete")
        assert field.text == url
        host.copy_to_clipboard("")
        await press(pilot, "ctrl+c")
        assert host.clipboard == url
        await press(pilot, "escape")
        assert host.screen is dialog
        assert not host.answered


async def test_while_stripe_is_silent_it_says_how_old_its_words_are(desk: Desk) -> None:
    _, dialog = await opened(desk)
    async with shown(desk.ctx, dialog) as (host, _):
        await ready(host)
        assert "Last known" not in host.flat()
        desk.ctx.health.stripe_seen_at = int(desk.time())
        desk.time.seconds += 300
        dialog.look_again()
        await until(lambda: re.search(r"Last known \d\d:\d\d, Stripe is silent", host.flat()))
