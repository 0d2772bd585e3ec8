"""A desk over the sandbox, and a shell beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.desk import Desk, open_desk
from travello_desk.operations.verify import verify


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose store is proved true after every test that uses it."""
    async with open_desk(tmp_path) as found:
        yield found
        result = await verify(found.ctx)
        assert result.differences == []


@pytest.fixture
def shell(desk: Desk) -> Shell:
    return Shell(desk)
