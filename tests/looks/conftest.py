"""The hotels, made once; every scene, looked at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.looks.hotel import HOTELS
from tests.looks.scenes import SCENES, Scene, still
from tests.looks.taken import Taken, take
from tests.tui.hotel import Model


@pytest.fixture(scope="session")
def hotels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    return {name: asyncio.run(make(tmp_path_factory.mktemp(name))) for name, make in HOTELS.items()}


@pytest.fixture
def looks_hotel(hotels: dict[str, Model]) -> Model:
    return hotels["usual"]


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
    hotels: dict[str, Model],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Taken:
    if scene.name not in gallery:
        still(monkeypatch)
        gallery[scene.name] = await take(scene, hotels[scene.hotel], tmp_path)
    return gallery[scene.name]
