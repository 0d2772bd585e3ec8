"""The desk while its store cannot be written: a red banner, money keys that say why, and all of it over by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from tests.situations.trouble import TROUBLES
from tests.tui.sizes import Size
from tests.tui.test_desk import app_of, cursor_on, fill, shown
from tests.tui.waiting import until
from travello_desk.operations import background
from travello_desk.operations.background import Background
from travello_desk.store import faults
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog
from travello_desk.tui.screens.bookings import BookingsScreen


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as found:
        await fill(found)
        yield found


def pane_text(app: DeskApp) -> str:
    """What the detail says, seen or not: a narrow window has no room for it."""
    assert isinstance(app.screen, BookingsScreen)
    return " ".join(app.screen.pane.content.plain.split())


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_E2_money_keys_are_off_under_a_red_banner_until_the_store_is_back(
    desk: Desk, trouble: str, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(background, "RENEW_SECONDS", 0.05)
    monkeypatch.setattr(faults, "HEALED_SECONDS", 0.05)
    app = app_of(desk)
    tending = Background(desk.ctx)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, 2)
        async with TROUBLES[trouble](desk.ctx.store):
            desk.ctx.health.store_told("the store could not write: it is noticed by the first who tries")
            tending.start()
            await until(pilot, lambda: "money actions are off" in shown(app).splitlines()[1])
            assert app.screen.bars["banner"].has_class("shown")
            await until(pilot, lambda: " off, the store could not" in pane_text(app))
            assert "Next" not in pane_text(app)
            for key in ("m", "r", "l", "n"):
                await pilot.press(key)
                await until(pilot, lambda: "off, the store could not write" in shown(app))
                assert isinstance(app.screen, BookingsScreen)
            await pilot.press("slash", *"rossi")
            await until(pilot, lambda: "1 found" in shown(app))
            await pilot.press("escape", "escape")
        await until(pilot, lambda: "money actions are off" not in shown(app))
        await until(pilot, lambda: "off, " not in pane_text(app))
        await cursor_on(pilot, app, 2)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, MarkPaidDialog))
    await tending.close()
