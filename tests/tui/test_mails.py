"""The mails place: queued, sent and failed with the server's own words, the mail itself, and once more."""

from __future__ import annotations

from tests.desk import Desk
from tests.operations.post_office import open_post_office
from tests.operations.test_mail_delivery import last, use
from tests.tui.sizes import Size
from tests.tui.test_desk import app_of, cursor_on, fill, shown, until
from travello_desk.operations import mail
from travello_desk.operations.mail.deliver import deliver
from travello_desk.tui.screens.text_screen import TextScreen


async def test_a_failed_mail_is_seen_read_and_tried_again(desk: Desk, size: Size) -> None:
    online, _ = await fill(desk)
    async with open_post_office() as office:
        use(desk, office.server)
        office.on_rcpt = ["550 5.1.1 no such person"]
        await mail.queue_link(desk.ctx, online, "Ayesha")
        await deliver(desk.ctx)
        app = app_of(desk)
        async with app.run_test(size=size) as pilot:
            await cursor_on(pilot, app, 1)
            await pilot.press("M")
            await until(pilot, lambda: "▲ failed" in shown(app))
            assert "1 failed" in shown(app)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, TextScreen))
            await until(pilot, lambda: "no such person" in shown(app) and "Ayesha" in shown(app))
            assert "failed, 1 try" in shown(app)
            assert "1 tries" not in shown(app)
            await pilot.press("escape")
            await until(pilot, lambda: "LETTER" in shown(app))
            await pilot.press("r")
            await until(pilot, lambda: last(desk).status == "queued")
            await deliver(desk.ctx)
            await until(pilot, lambda: "sent" in shown(app))
            await pilot.press("r")
            await until(pilot, lambda: "Again: Only a mail that has failed or still waits is sent again" in shown(app))
    assert len(office.taken) == 1


async def test_a_day_without_mail_says_what_would_be_here(desk: Desk, size: Size) -> None:
    await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, 1)
        await pilot.press("M")
        await until(pilot, lambda: "Nothing was mailed on this day" in shown(app))
