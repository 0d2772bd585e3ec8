"""Sending: a real SMTP server takes, refuses, hangs and hangs up; every mail leaves once or is told as failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.house import until
from tests.operations.post_office import PostOffice, open_post_office
from tests.operations.test_mail_queue import paid
from travello_desk.mailer import post as posting
from travello_desk.operations import bookings, mail, refund
from travello_desk.operations.mail import deliver as delivering
from travello_desk.operations.mail.deliver import BACK_OFF_SECONDS, CLAIM_SECONDS, Delivery, deliver
from travello_desk.operations.mail.derive import derive
from travello_desk.settings.model import SmtpServer
from travello_desk.store import attention, outbox
from travello_desk.store import bookings as rows
from travello_desk.store.outbox import Mail


@pytest.fixture
async def office(desk: Desk) -> AsyncIterator[PostOffice]:
    async with open_post_office() as opened:
        use(desk, opened.server)
        yield opened


def use(desk: Desk, server: SmtpServer) -> None:
    changes = {"smtp": server, "mail_from": "desk@hotel.example", "hotel_name": "Serena Lahore"}
    desk.ctx.settings = replace(desk.ctx.settings, **changes)  # type: ignore[arg-type]


def last(desk: Desk) -> Mail:
    found = desk.ctx.store.read_now(lambda tx: tx.value("SELECT MAX(id) FROM outbox"))
    row = desk.ctx.store.read_now(lambda tx: outbox.get(tx, found))
    assert row is not None
    return row


def problems(desk: Desk) -> list[str]:
    return [row.sentence for row in desk.ctx.store.read_now(attention.open_problems) if row.kind == "mail_failed"]


async def test_every_kind_arrives_and_is_recorded(desk: Desk, office: PostOffice) -> None:
    booking_id = await desk.book("TRV-2")
    await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    await mail.queue_reminder(desk.ctx, booking_id, "Ayesha")
    other = await paid(desk)
    done = await refund.refund(desk.ctx, refund.Request(other, "Ayesha", 200_000))
    await mail.derive(desk.ctx)
    assert await deliver(desk.ctx) == 4
    await desk.sandbox.fail_refund(done.stripe_refund_id)
    await desk.feed()
    await mail.derive(desk.ctx)
    assert await deliver(desk.ctx) == 1
    subjects = [each["Subject"] for each in office.taken]
    assert subjects == [
        "Serena Lahore: pay for your booking TRV-2",
        "Serena Lahore: your booking TRV-2 is not paid yet",
        "Serena Lahore: receipt for your booking TRV-1",
        "Serena Lahore: refund for booking TRV-1".replace("for booking", "for your booking"),
        "Serena Lahore: your refund for booking TRV-1 came back",
    ]
    assert set(office.recipients) == {"ayesha@example.com"}
    assert office.connections == 2
    assert [part.get_filename() for part in office.taken[2].iter_attachments()] == ["receipt-TRV-1.pdf"]
    assert last(desk).status == "sent"
    assert "taken as 4711" in last(desk).last_error
    assert "Payment link e-mailed" in desk.lines(booking_id)
    assert "Receipt e-mailed" in desk.lines(other)


async def test_the_desk_shows_the_mail_as_it_was_sent(desk: Desk, office: PostOffice) -> None:
    booking_id = await desk.book()
    queued = await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    before = await mail.letter_sent(desk.ctx, queued)
    await deliver(desk.ctx)
    await desk.ctx.store.write(lambda tx: rows.update_details(tx, booking_id, {"guest_name": "Somebody Else"}))
    subject, text = await mail.letter_sent(desk.ctx, last(desk))
    assert (subject, text) == before
    plain = office.taken[0].get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == text.split()


@pytest.mark.parametrize("words", ["451 4.3.0 try later", "421 4.7.0 too busy"])
async def test_4xx_is_tried_again_with_growing_waits(desk: Desk, office: PostOffice, words: str) -> None:
    await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    for tries, wait in enumerate(BACK_OFF_SECONDS[:3], 1):
        office.on_data.append(words)
        assert await deliver(desk.ctx) == 0
        row = last(desk)
        assert (row.status, row.tries, row.last_error) == ("queued", tries, words)
        desk.time.seconds += wait - 1
        assert await deliver(desk.ctx) == 0
        desk.time.seconds += 1
    assert await deliver(desk.ctx) == 1
    assert (last(desk).status, len(office.taken), problems(desk)) == ("sent", 1, [])


@pytest.mark.parametrize("where", ["on_rcpt", "on_data"])
async def test_5xx_is_final_in_the_servers_own_words(desk: Desk, office: PostOffice, where: str) -> None:
    booking_id = await desk.book()
    await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    getattr(office, where).append("550 5.1.1 no such user here")
    assert await deliver(desk.ctx) == 0
    assert (last(desk).status, last(desk).last_error) == ("failed", "550 5.1.1 no such user here")
    assert problems(desk) == [
        "E-mail to the guest could not be delivered: ayesha@example.com: 550 5.1.1 no such user here"
    ]
    assert desk.booking(booking_id).attention == 1
    assert desk.ctx.health.mail_fault == ""
    desk.time.seconds += 10 * 24 * 3600
    assert await deliver(desk.ctx) == 0
    assert office.taken == []


async def test_a_mail_that_arrives_ends_the_alert(desk: Desk, office: PostOffice) -> None:
    booking_id = await desk.book()
    office.on_rcpt.append("550 no such user")
    await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    await deliver(desk.ctx)
    await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    assert await deliver(desk.ctx) == 1
    assert (problems(desk), desk.booking(booking_id).attention) == ([], 0)


async def test_one_refused_address_does_not_hold_up_the_next(desk: Desk, office: PostOffice) -> None:
    for number in range(3):
        await mail.queue_link(desk.ctx, await desk.book(f"TRV-{number}"), "Ayesha")
    office.on_rcpt.append("550 no such user")
    assert await deliver(desk.ctx) == 2
    assert office.connections == 1


@pytest.mark.parametrize("plan", ["drop before", "drop after taking", "hang after taking"])
async def test_an_unknown_outcome_is_sent_again_under_the_same_id(
    desk: Desk, office: PostOffice, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SEND_SECONDS", 0.2)
    await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    office.on_data.append(plan)
    assert await deliver(desk.ctx) == 0
    assert last(desk).status == "queued"
    desk.time.seconds += BACK_OFF_SECONDS[0]
    assert await deliver(desk.ctx) == 1
    assert len({each["Message-ID"] for each in office.taken}) == 1
    assert len(office.taken) <= 2


async def test_a_server_that_is_not_there_costs_one_try_of_one_mail(desk: Desk, office: PostOffice) -> None:
    for number in range(3):
        await mail.queue_link(desk.ctx, await desk.book(f"TRV-{number}"), "Ayesha")
    use(desk, SmtpServer("127.0.0.1", 9))
    assert await deliver(desk.ctx) == 0
    tries = desk.ctx.store.read_now(lambda tx: tx.all("SELECT tries, status FROM outbox ORDER BY id"))
    assert tries == [(1, "queued"), (0, "queued"), (0, "queued")]
    assert "cannot be reached" in desk.ctx.health.mail_fault
    use(desk, office.server)
    assert await deliver(desk.ctx) == 2
    assert desk.ctx.health.mail_fault == ""


async def test_a_refused_password_is_the_settings_fault_and_no_mail_is_given_up(desk: Desk, office: PostOffice) -> None:
    await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    use(desk, replace(office.server, user="desk", password="wrong"))
    assert await deliver(desk.ctx) == 0
    assert desk.ctx.health.mail_fault
    assert last(desk).status == "queued"


async def test_starttls_that_is_not_offered_is_not_skipped(desk: Desk, office: PostOffice) -> None:
    await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    use(desk, replace(office.server, starttls=True))
    assert await deliver(desk.ctx) == 0
    assert (last(desk).status, office.taken) == ("queued", [])


async def test_after_the_last_try_a_person_is_told(desk: Desk, office: PostOffice) -> None:
    await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    for wait in BACK_OFF_SECONDS:
        office.on_data.append("451 try later")
        await deliver(desk.ctx)
        assert last(desk).status == "queued"
        desk.time.seconds += wait
    office.on_data.append("451 try later")
    await deliver(desk.ctx)
    assert (last(desk).status, len(problems(desk))) == ("failed", 1)


async def test_a_mail_overtaken_by_events_does_not_leave(desk: Desk, office: PostOffice) -> None:
    paid_meanwhile, cancelled, renewed, revoked = [await desk.book(f"TRV-{number}") for number in range(4)]
    for booking_id in (paid_meanwhile, cancelled, renewed, revoked):
        await mail.queue_reminder(desk.ctx, booking_id, "Ayesha")
    await bookings.switch_method(desk.ctx, paid_meanwhile, "ARRIVAL", "Ayesha")
    await bookings.cancel(desk.ctx, cancelled, "guest called", "Ayesha")
    code = await desk.ctx.store.write(lambda tx: rows.renew_code(tx, renewed))
    await desk.ctx.store.write(lambda tx: rows.revoke_code(tx, revoked))
    await deliver(desk.ctx)
    statuses = desk.ctx.store.read_now(lambda tx: tx.all("SELECT status FROM outbox ORDER BY id"))
    assert statuses == [("cancelled",), ("cancelled",), ("sent",), ("cancelled",)]
    body = office.taken[0].get_body(("plain",))
    assert body is not None
    assert code in body.get_content()


async def test_without_smtp_mails_are_files_and_a_repeat_is_the_same_file(desk: Desk) -> None:
    queued = await mail.queue_link(desk.ctx, await desk.book(guest_name="عائشہ خان", language="ur"), "Ayesha")
    assert await deliver(desk.ctx) == 1
    folder = desk.ctx.settings.outbox_dir
    files = list(folder.iterdir())
    assert [file.suffix for file in files] == [".eml"]
    assert files[0].stat().st_mode & 0o077 == 0
    parsed = message_from_bytes(files[0].read_bytes(), policy=default)
    assert parsed["Message-ID"] == queued.message_id
    assert str(files[0]) in last(desk).last_error
    await desk.ctx.store.write(lambda tx: tx.execute("UPDATE outbox SET status = 'sending', next_try_at = 0"))
    assert await deliver(desk.ctx) == 1
    assert list(folder.iterdir()) == files


async def test_a_folder_that_cannot_be_written_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    desk.ctx.settings = replace(desk.ctx.settings, data_dir=tmp_path / "file")
    await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    assert await deliver(desk.ctx) == 0
    assert "cannot write" in desk.ctx.health.mail_fault
    assert last(desk).status == "queued"


async def test_a_claim_runs_out_by_the_clock(desk: Desk, office: PostOffice) -> None:
    queued = await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    taken = await desk.ctx.store.write(lambda tx: outbox.claim(tx, CLAIM_SECONDS))
    assert taken is not None
    assert taken.id == queued.id
    assert await deliver(desk.ctx) == 0
    desk.time.seconds += CLAIM_SECONDS
    assert await deliver(desk.ctx) == 1
    await desk.ctx.store.write(lambda tx: outbox.again(tx, taken, 0, "a late word of the first holder"))
    assert last(desk).status == "sent"


async def test_two_desks_send_each_mail_once(desk: Desk, office: PostOffice) -> None:
    for number in range(6):
        await mail.queue_link(desk.ctx, await desk.book(f"TRV-{number}"), "Ayesha")
    sent = await asyncio.gather(deliver(desk.ctx), deliver(desk.ctx))
    assert sum(sent) == len(office.taken) == 6
    assert len({each["Message-ID"] for each in office.taken}) == 6


async def test_the_postman_never_holds_up_the_background(desk: Desk, office: PostOffice) -> None:
    await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")
    office.on_rcpt.append("hang")
    postman = Delivery(desk.ctx)
    async with asyncio.timeout(20):
        await postman.run()
        await until(lambda: not office.on_rcpt)
        await postman.run()
    assert postman._round is not None
    postman._round.cancel()
    await asyncio.wait([postman._round])
    await postman.close()
    assert last(desk).status == "sending"


async def test_the_postman_derives_and_sends(desk: Desk, office: PostOffice) -> None:
    await paid(desk)
    postman = Delivery(desk.ctx)
    await postman.run()
    await until(lambda: len(office.taken) == 1)
    await postman.close()
    assert last(desk).status == "sent"


async def write_lines(desk: Desk, booking_id: int, count: int = 2) -> None:
    """Entries in the timeline, as events would write them."""
    for number in range(count):
        await bookings.edit(desk.ctx, booking_id, "Ayesha", details={"notes": str(number)})


async def test_mails_wait_while_events_pour_in_but_not_for_ever(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "BUSY_LINES", 0.001)
    monkeypatch.setattr(delivering, "REST_SECONDS", 0.0)
    monkeypatch.setattr(delivering, "MOST_WAITS", 3)
    postman = Delivery(desk.ctx)
    await postman.run()
    first = postman._round
    assert first is not None
    await first  # with nothing to send: from here on it is seen what is written
    booking_id = await paid(desk)
    waited = 0
    while postman._round is first:
        await postman.run()
        await write_lines(desk, booking_id)
        waited += 1
    await postman.close()
    assert waited == 1 + delivering.MOST_WAITS


async def test_a_round_under_way_makes_room_for_events(
    desk: Desk, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "BUSY_LINES", 0.001)
    monkeypatch.setattr(delivering, "REST_SECONDS", 0.0)
    for number in range(6):
        await paid(desk, f"TRV-{number}")
    await derive(desk.ctx)
    assert await deliver(desk.ctx) == 2, "the second look finds the lines of the first mail already"
    monkeypatch.setattr(delivering, "BUSY_LINES", 1_000_000)
    assert await deliver(desk.ctx) == 4, "what was left leaves when it is calm again"
