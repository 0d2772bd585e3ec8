"""Desks for the screens: with the sandbox over real HTTP, or on a copy of a furnished hotel's store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from tests.tui.hotel import Model, copied, make_model


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
