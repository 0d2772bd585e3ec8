"""The receipt: only money that has moved, on the page and in the file, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.guest.site import Site
from travello_desk.operations import arrival, receipt_pdf, sheet
from travello_desk.operations.look_up import look_up_session
from travello_desk.operations.receipt import receipt_of
from travello_desk.operations.refund import Request, refund
from travello_desk.payments.rules import Refused
from travello_desk.texts import language


async def paid(site: Site, **changes: str) -> tuple[int, str]:
    booking_id, path = await site.booked(**changes)
    await site.house.sandbox.pay(await site.session(path))
    await site.told()
    return booking_id, path


async def test_nothing_paid(site: Site) -> None:
    _, path = await site.booked()
    page = await site.get(f"{path}/receipt")
    assert (page.status, page.title) == (200, "Receipt for booking TD-0001")
    assert "Nothing has been paid yet." in page.text
    assert (await site.get(f"{path}/receipt.pdf")).status == 404


async def test_a_card_payment(site: Site) -> None:
    booking_id, path = await paid(site)
    page = await site.get(f"{path}/receipt/")
    assert "Card payment online" in page.text
    assert "Paid Rs. 10,000" in page.text
    assert "Ayesha Khan" in page.text
    assert "ayesha@" not in page.source
    assert "Made in test mode: not a proof of payment." in page.text
    paper = await receipt_of(site.house.ctx, booking_id)
    assert (paper.paid_minor, paper.refunded_minor, paper.balance_minor) == (1_000_000, 0, 0)
    await look_up_session(site.house.ctx, next(iter(site.house.sandbox.books.sessions)))
    page = await site.get(f"{path}/receipt")
    assert "Card payment online, Visa" in page.text
    assert "4242" in page.text


async def test_refunds_stand_on_it_until_they_come_back(site: Site) -> None:
    booking_id, path = await paid(site)
    done = await refund(site.house.ctx, Request(booking_id, "Ali", 200_000))
    assert "−Rs. 2,000" in (await site.get(f"{path}/receipt")).text
    assert "Received in total Rs. 8,000" in (await site.get(f"{path}/receipt")).text
    await site.house.sandbox.fail_refund(done.stripe_refund_id)
    await site.told()
    page = await site.get(f"{path}/receipt")
    assert "−Rs. 2,000" not in page.text
    assert (await receipt_of(site.house.ctx, booking_id)).net_minor == 1_000_000


async def test_a_refund_made_in_the_dashboard_and_one_on_its_way(site: Site) -> None:
    booking_id, path = await paid(site)
    intent = site.house.sandbox.books.sessions[next(iter(site.house.sandbox.books.sessions))]["payment_intent"]
    await site.house.sandbox.refund_from_dashboard(intent, 300_000)
    await site.told()
    paper = await receipt_of(site.house.ctx, booking_id)
    assert (paper.refunded_minor, paper.net_minor) == (300_000, 700_000)
    assert "−Rs. 3,000" in (await site.get(f"{path}/receipt")).text


async def test_money_taken_and_given_back_at_the_desk(site: Site) -> None:
    booking_id, path = await site.booked(method="ARRIVAL")
    marked = await arrival.mark_paid(site.house.ctx, arrival.Mark(booking_id, "Ali", "cash"))
    page = await site.get(f"{path}/receipt")
    assert f"Cash at the reception, no. {marked.receipt_no}" in page.text
    await arrival.undo_paid(site.house.ctx, booking_id, "wrong booking", "Ali")
    paper = await receipt_of(site.house.ctx, booking_id)
    assert (paper.paid_minor, paper.refunded_minor, paper.balance_minor) == (1_000_000, 1_000_000, 1_000_000)
    assert "Still due Rs. 10,000" in (await site.get(f"{path}/receipt")).text


@pytest.mark.parametrize("code", ["en", "ur"])
async def test_the_file_opens_and_is_served_as_one(site: Site, code: str) -> None:
    _, path = await paid(site, guest_name="عائشہ Müller-Łoś")
    page = await site.get(f"{path}/receipt?lang={code}")
    link = next(link for link in page.links if "receipt.pdf" in link)
    answer = (await site.get(link)).answer
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="receipt-TD-0001.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.body.startswith(b"%PDF-")
    assert answer.body.rstrip().endswith(b"%%EOF")


async def test_staff_save_it_in_a_folder_or_under_a_name(site: Site, tmp_path: Path) -> None:
    booking_id, _ = await paid(site, reference="TD/../7 €")
    saved = await receipt_pdf.save_pdf(site.house.ctx, booking_id, tmp_path)
    assert saved == tmp_path / "receipt-TD-7.pdf"
    named = await receipt_pdf.save_pdf(site.house.ctx, booking_id, tmp_path / "mine.pdf", "ur")
    assert named.read_bytes().startswith(b"%PDF-")


async def test_many_lines_take_another_page(site: Site) -> None:
    booking_id, _ = await paid(site)
    paper = await receipt_of(site.house.ctx, booking_id)
    long = replace(paper, entries=paper.entries * 60)
    zone = site.house.ctx.settings.hotel_timezone
    sheets = [receipt_pdf.sheet_of(each, language("en"), zone) for each in (paper, long)]
    pages = [sheet.draw(each.packed()).count(b"/Type /Page\n") for each in sheets]
    assert pages[0] < pages[1]


async def test_an_unknown_booking_has_none(site: Site) -> None:
    with pytest.raises(Refused, match="Booking not found"):
        await receipt_of(site.house.ctx, 99)
    assert (await site.get("/p/000000000000/receipt")).status == 404


async def test_without_the_extra_the_page_has_no_such_link(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id, path = await paid(site)
    monkeypatch.setattr(receipt_pdf, "available", lambda: False)
    assert not [link for link in (await site.get(f"{path}/receipt")).links if "pdf" in link]
    assert (await site.get(f"{path}/receipt.pdf")).status == 404
    with pytest.raises(Refused, match="fpdf2"):
        await receipt_pdf.save_pdf(site.house.ctx, booking_id, Path())
