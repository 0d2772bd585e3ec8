"""The shared tests' stores are on PostgreSQL here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import backend
from tests.desk import NOW
from tests.house import builder, house
from tests.operations.conftest import desk
from tests.postgres.server import Server, running
from travello_desk.store.contract import Store

__all__ = ["builder", "desk", "house"]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def on_postgres(server: Server) -> Iterator[None]:
    """Every store that a test of this folder opens is a database of its own."""
    before = backend.opener
    backend.opener = server.open
    yield
    backend.opener = before


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest, server: Server) -> Iterator[None]:
    """What a test has stored is gone after it; what its module shares stays."""
    kept = dict(server.made)
    yield
    server.forget(kept)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = backend.open_store(tmp_path / "store", lambda: float(NOW))
    yield opened
    opened.close()
