"""The hotel, made once; every scene, looked at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.looks.hotel import make_hotel
from tests.looks.scenes import SCENES, Scene, still
from tests.looks.taken import Taken, take
from tests.tui.hotel import Model


@pytest.fixture(scope="session")
def looks_hotel(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return asyncio.run(make_hotel(tmp_path_factory.mktemp("looks")))


@pytest.fixture(scope="session")
def gallery() -> dict[str, Taken]:
    """Scenes that were looked at already."""
    return {}


@pytest.fixture(params=SCENES, ids=lambda scene: scene.name)
def scene(request: pytest.FixtureRequest) -> Scene:
    found: Scene = request.param
    return found


@pytest.fixture
async def taken(
    scene: Scene,
    gallery: dict[str, Taken],
    looks_hotel: Model,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Taken:
    if scene.name not in gallery:
        still(monkeypatch)
        gallery[scene.name] = await take(scene, looks_hotel, tmp_path)
    return gallery[scene.name]
