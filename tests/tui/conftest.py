"""Desks for the screens: with the sandbox over real HTTP, or on a copy of a furnished hotel's store."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from tests.tui.hotel import Model, copied, make_model
from tests.tui.sizes import SIZES, Size, named


@pytest.fixture(params=SIZES, ids=named)
def size(request: pytest.FixtureRequest) -> Size:
    """The window: whoever asks for it is run in both."""
    found: Size = request.param
    return found


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Empty, with a Stripe that answers."""
    async with open_desk(tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The hotel of the plan's pictures."""
    return asyncio.run(make_model(tmp_path_factory.mktemp("hotel")))


@pytest.fixture
async def hotel(model: Model, tmp_path: Path) -> AsyncIterator[Desk]:
    """A copy of it."""
    async with copied(model, tmp_path) as found:
        yield found


class Faults(logging.Handler):
    """Keeps what workers of the desk have failed with."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@pytest.fixture(autouse=True)
def worker_faults(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """A worker's fault ends no desk (E14), but it fails the test: unless that asks for this list, and judges it."""
    faults, logger = Faults(), logging.getLogger("travello_desk.tui.work")
    logger.addHandler(faults)
    yield faults.told
    logger.removeHandler(faults)
    asked = "worker_faults" in inspect.signature(request.function).parameters
    assert asked or not faults.told
