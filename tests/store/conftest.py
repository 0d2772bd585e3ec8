"""A store on a disk, closed after the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backend import open_store
from tests.desk import NOW
from travello_desk.store.contract import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "hotel" / "travello.db", lambda: float(NOW))
    yield opened
    opened.close()
