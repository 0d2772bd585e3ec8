"""What goes to the guest: receipt and permanent link. Each flow and each refusal, at both sizes."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.operations.test_mail_queue import paid
from tests.tui.dialogs.host import AYESHA, House, press, shown, until
from tests.tui.sizes import Size
from travello_desk.operations import guest_link, mail
from travello_desk.store import outbox
from travello_desk.tui.dialogs.guest_link import GuestLinkDialog
from travello_desk.tui.dialogs.link import LinkDialog
from travello_desk.tui.dialogs.receipt import ReceiptDialog


def mails(desk: Desk | House, booking_id: int) -> list[tuple[str, str]]:
    found = desk.ctx.store.read_now(lambda tx: outbox.of_booking(tx, booking_id))
    return [(row.kind, row.actor) for row in found]


# --- receipt -------------------------------------------------------------------------------------------------------


async def test_a_receipt_is_read_saved_and_mailed(desk: Desk, size: Size) -> None:
    booking_id = await paid(desk)
    async with shown(desk.ctx, ReceiptDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert "Receipt for booking TRV-1" in host.text()
        await press(pilot, "s")
        await until(lambda: host.words("#said").startswith("Saved "))
        await press(pilot, "e")
        await until(lambda: "is on its way" in host.words("#said"))
        await press(pilot, "g")
        await until(lambda: "رسید" in host.words("#paper"))
        await press(pilot, "escape")
        await until(lambda: host.answered)
    assert (desk.ctx.settings.data_dir / "receipts" / "receipt-TRV-1.pdf").exists()
    assert mails(desk, booking_id) == [("receipt", "Ayesha")]


async def test_a_full_disk_is_told_where_it_happened(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.ctx.settings.data_dir.mkdir()
    (desk.ctx.settings.data_dir / "receipts").write_text("a file where a folder should be")
    async with shown(desk.ctx, ReceiptDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, "s")
        await until(lambda: host.words("#said").startswith("Not saved: "))


async def test_no_printer_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    booking_id = await paid(desk)
    async with shown(desk.ctx, ReceiptDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, "p")
        await until(lambda: "No printer is set up" in host.words("#said"))


# --- the permanent link --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("keys", "revoked"), [((), 0), (("right",), 1)])
async def test_a_link_that_went_astray(house: House, size: Size, keys: tuple[str, ...], revoked: int) -> None:
    booking_id = await house.book(method="ONLINE")
    before = house.booking(booking_id).guest_code
    async with shown(house.ctx, GuestLinkDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert host.deed() == ("Make a new address", False)
        await press(pilot, *keys, "tab", *"wrong address")
        assert host.deed()[1]
        await press(pilot, "y")
        assert not host.answered
        await pilot.click("#deed")
        await until(lambda: host.answered)
    booking = house.booking(booking_id)
    assert booking.code_revoked == revoked
    assert (booking.guest_code == before) == bool(revoked)


async def test_somebody_else_renewed_it_meanwhile(house: House) -> None:
    booking_id = await house.book(method="ONLINE")
    async with shown(house.ctx, GuestLinkDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        await guest_link.renew_guest_link(house.ctx, booking_id, "lost", "Ali")
        await until(lambda: "renewed by somebody else" in host.words("#said"))


async def test_the_payment_window_of_a_dead_link_says_how_to_make_one(desk: Desk) -> None:
    booking_id = await desk.book()
    await guest_link.revoke_guest_link(desk.ctx, booking_id, "astray", "Ali")
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, _):
        await until(lambda: "switched off, L makes a new one" in host.flat())
    assert desk.posts("/v1/checkout/sessions") == []


async def test_the_payment_window_knows_when_the_link_was_mailed(desk: Desk) -> None:
    booking_id = await desk.book()
    await mail.send_now(desk.ctx, await mail.queue_link(desk.ctx, booking_id, "Ayesha"))
    async with shown(desk.ctx, LinkDialog(desk.ctx, AYESHA, booking_id)) as (host, _):
        await until(lambda: "ayesha@example.com" in host.flat() and "E-mailed" in host.flat())
