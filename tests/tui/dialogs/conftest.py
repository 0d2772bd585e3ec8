"""A house for dialogs: a real store in its own folder, a small host app; the guard rests unless asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.tui.dialogs.host import NOW, Desk, FakeTime
from travello_desk.operations.context import Context
from travello_desk.settings import load
from travello_desk.store.database import open_store
from travello_desk.tui.dialogs import guarded
from travello_desk.tui.dialogs.arming import Arming


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime(NOW)


@pytest.fixture
async def desk(tmp_path: Path, clock: FakeTime) -> AsyncIterator[Desk]:
    """A desk without Stripe."""
    settings = load({"HOTEL_TIMEZONE": "Asia/Karachi"}, tmp_path)
    store = open_store(tmp_path / "desk.db", clock)
    yield Desk(Context(store, settings, None, clock), clock)
    store.close()


@pytest.fixture(autouse=True)
def _guard_at_rest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests are about what a dialog does, not about when it believes a key: `real_guard` tests are."""
    if request.node.get_closest_marker("real_guard") is None:
        monkeypatch.setattr(guarded, "Arming", lambda opened_at: Arming(opened_at, arming=0, repeat=0))
