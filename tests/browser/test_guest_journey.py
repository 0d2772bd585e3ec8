"""From the mail to the receipt in a real browser: declined, then paid; with and without script, in both languages."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import urlsplit

import pytest

from tests.browser.browser import Guest, Open
from tests.guest.site import Site
from travello_desk.operations import mail
from travello_desk.operations.bookings import cancel
from travello_desk.operations.mail.deliver import deliver
from travello_desk.operations.refund import Request, refund
from travello_desk.texts import language

GOOD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"
WINDOWS = [
    pytest.param("phone", True, "en", id="phone-script-en"),
    pytest.param("phone", False, "ur", id="phone-plain-ur"),
    pytest.param("desktop", True, "ur", id="desktop-script-ur"),
    pytest.param("desktop", False, "en", id="desktop-plain-en"),
]


async def mailed(site: Site, booking_id: int) -> EmailMessage:
    """The guest's mail as it lies in the outbox folder."""
    await mail.queue_link(site.house.ctx, booking_id, "Ali")
    assert await deliver(site.house.ctx) == 1
    newest = max(site.house.ctx.settings.outbox_dir.glob("*.eml"))
    parsed = message_from_bytes(newest.read_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


async def read_mail(visitor: Guest, letter: EmailMessage) -> None:
    """Show the HTML part as a mail program does, without script."""
    part = letter.get_body(("html",))
    assert part is not None
    await visitor.page.set_content(part.get_content())


async def fill_card(visitor: Guest, number: str) -> None:
    await visitor.page.fill("#card", number)
    await visitor.page.fill("#expiry", "12 / 34")
    await visitor.page.fill("#cvc", "123")
    await visitor.press("button[name=method][value=card]")


@pytest.mark.parametrize(("size", "script", "code"), WINDOWS)
async def test_mail_to_receipt(site: Site, guest: Open, size: str, script: bool, code: str) -> None:
    speech = language(code)
    booking_id, path = await site.booked(language=code, guest_name="عائشہ خان" if code == "ur" else "Khan, Ayesha")
    visitor: Guest = await guest(f"{size}-{'script' if script else 'plain'}-{code}", size=size, script=script)
    await read_mail(visitor, await mailed(site, booking_id))
    await visitor.seen("1-mail")
    await visitor.press("a")

    assert urlsplit(visitor.page.url).path == path
    assert await visitor.heading() == speech.texts["state.payable.title"]
    assert await visitor.page.locator("html").get_attribute("dir") == speech.direction
    await visitor.seen("2-pay")
    await visitor.press("button")
    assert "/c/pay/" in visitor.page.url
    await visitor.photograph("3-stripe")

    await fill_card(visitor, DECLINED)
    assert "declined" in await visitor.page.content()
    await visitor.photograph("4-declined")
    await fill_card(visitor, GOOD)
    assert urlsplit(visitor.page.url).path == "/payment-success"
    await visitor.photograph("5-returned")
    await visitor.wait_for_heading(speech.texts["success.paid.title"])
    await visitor.seen("6-paid")
    assert (await site.house.booking(booking_id)).status == "PAID"

    await visitor.press("a.button")
    assert urlsplit(visitor.page.url).path == f"{path}/receipt"
    assert "10,000" in await visitor.page.locator("table").inner_text()
    await visitor.seen("7-receipt")
    assert visitor.troubles == []
    hosts = {urlsplit(address).netloc for address in visitor.requests}
    assert hosts == {urlsplit(site.house.base_url).netloc, urlsplit(site.house.sandbox.base_url).netloc}


async def test_the_week_old_mail_still_pays_and_back_and_forth_is_one_payment(site: Site, guest: Open) -> None:
    booking_id, path = await site.booked()
    letter = await mailed(site, booking_id)
    await site.session(path)
    site.house.clock.advance(7 * 24 * 3600)
    site.house.sandbox.tick()
    await site.told()
    visitor: Guest = await guest("week-old")
    await read_mail(visitor, letter)
    await visitor.press("a")
    await visitor.press("button")
    first = visitor.page.url
    await visitor.back()
    await visitor.press("button")
    assert visitor.page.url == first
    await visitor.press("a.back")
    assert urlsplit(visitor.page.url).path == "/payment-cancel"
    await visitor.seen("1-left")
    await visitor.press("button")
    assert visitor.page.url == first
    await fill_card(visitor, GOOD)
    await visitor.wait_for_heading("Your payment is confirmed")
    await visitor.page.goto(site.house.base_url + path)
    assert await visitor.heading() == "Paid. Thank you."
    assert len([s for s in site.house.sandbox.books.sessions.values() if s["payment_status"] == "paid"]) == 1


async def test_checking_turns_to_paid_by_itself_when_the_webhook_comes(site: Site, guest: Open) -> None:
    booking_id, path = await site.booked()
    session_id = await site.session(path)
    visitor: Guest = await guest("checking", dark=True)
    code = path.rsplit("/", 1)[-1]
    await visitor.page.goto(f"{site.house.base_url}/payment-success?session_id={session_id}&guest={code}")
    assert await visitor.heading() == "Checking your payment"
    await visitor.seen("1-checking")
    await site.house.sandbox.pay(session_id)
    await site.told()
    await visitor.wait_for_heading("Your payment is confirmed")
    await visitor.seen("2-paid")
    assert (await site.house.booking(booking_id)).status == "PAID"
    assert visitor.troubles == []


@pytest.mark.parametrize("code", ["en", "ur"])
async def test_every_other_page_is_sound(site: Site, guest: Open, code: str) -> None:
    visitor: Guest = await guest(f"states-{code}", dark=code == "ur")

    async def look(step: str, path: str) -> None:
        await visitor.page.goto(f"{site.house.base_url}{path}{'&' if '?' in path else '?'}lang={code}")
        await visitor.seen(step)

    booking_id, path = await site.booked()
    await look("unknown", "/p/000000000000")
    await look("neutral", "/payment-success?session_id=cs_test_none")
    await look("cancelled-neutral", "/payment-cancel")
    await site.house.sandbox.pay(await site.session(path))
    await site.told()
    await look("paid", path)
    await refund(site.house.ctx, Request(booking_id, "Ali", 200_000))
    await look("part-refunded", path)
    await look("receipt-refund", f"{path}/receipt")
    await refund(site.house.ctx, Request(booking_id, "Ali"))
    await look("refunded", path)
    await cancel(site.house.ctx, booking_id, "guest called", "Ali")
    await look("cancelled", path)
    settling_id, settling = await site.booked()
    assert settling_id
    await site.house.sandbox.pay_delayed(await site.session(settling))
    await site.told()
    await look("settling", settling)
    _, arrival = await site.booked(method="ARRIVAL", guest_name="")
    await look("arrival", arrival)
    assert visitor.troubles == []


LINES_OF_THE_REFERENCE = """() => {
    const range = document.createRange();
    const heading = document.querySelector("h1");
    const walk = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const at = walk.currentNode.data.indexOf("TRV-2026-10448");
        if (at >= 0) { range.setStart(walk.currentNode, at); range.setEnd(walk.currentNode, at + 14); }
    }
    return new Set([...range.getClientRects()].map(box => box.top)).size;
}"""


@pytest.mark.parametrize("code", ["en", "ur"])
async def test_no_line_ends_within_a_reference(site: Site, guest: Open, code: str) -> None:
    _, path = await site.booked(reference="TRV-2026-10448")
    visitor: Guest = await guest(f"narrow-{code}")
    await visitor.page.goto(f"{site.house.base_url}{path}/receipt?lang={code}")
    for width in range(280, 440, 8):
        await visitor.page.set_viewport_size({"width": width, "height": 800})
        assert await visitor.page.evaluate(LINES_OF_THE_REFERENCE) == 1, width
        await visitor.check()
