"""Houses for dialogs: a real store, with and without a Stripe; the guard rests unless a module asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from tests.tui.dialogs.host import NOW, WINDOW, FakeTime, House
from tests.tui.sizes import SIZES, named
from travello_desk.operations.context import Context
from travello_desk.settings import load
from travello_desk.store.database import open_store
from travello_desk.tui.dialogs import guarded
from travello_desk.tui.dialogs.arming import Arming


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime(NOW)


@pytest.fixture
async def house(tmp_path: Path, clock: FakeTime) -> AsyncIterator[House]:
    """A desk without Stripe."""
    settings = load({"HOTEL_TIMEZONE": "Asia/Karachi", "HOTEL_NAME": "Serena Lahore"}, tmp_path)
    store = open_store(tmp_path / "desk.db", clock)
    yield House(Context(store, settings, None, clock), clock)
    store.close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk with the sandbox over real HTTP."""
    async with open_desk(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def _guard_at_rest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests are about what a dialog does, not about when it believes a key; others say `REAL_GUARD = True`."""
    if not getattr(request.module, "REAL_GUARD", False):
        monkeypatch.setattr(guarded, "Arming", lambda opened_at: Arming(opened_at, arming=0, repeat=0, settle=0))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every flow and every refusal at 80x24 and at 120x34: a test of a window that names no size is run in both."""
    names = metafunc.function.__code__.co_names
    if "shown" in names and "size" not in metafunc.fixturenames and not {"SMALL", "LARGE"} & set(names):
        metafunc.fixturenames.append("_window")
        metafunc.parametrize("_window", SIZES, indirect=True, ids=named)


@pytest.fixture
def _window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WINDOW, 0, request.param)  # type: ignore[call-overload]
