"""README's pictures: which scenes, how large, under which name. `python -m tests.golden` draws them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.looks.before import a_shift
from tests.looks.scenes import Scene, app_for, play, still
from tests.looks.svg import picture_of
from tests.tree import ROOT
from tests.tui.hotel import Model, copied

FOLDER: Final = ROOT / "docs" / "pictures"
WIDE, SMALL, LOW = (116, 27), (80, 24), (80, 18)
PICTURES: Final = (
    Scene("bookings", "", "Marco Rossi", on="TRV-10482", sizes=(WIDE,)),
    Scene("link", "l", "waiting for the guest", on="TRV-10482", sizes=(SMALL,)),
    Scene("mark_paid", "m", "Mark paid", on="TRV-10479", sizes=(LOW,)),
    Scene("refund", "r", "After this", on="TRV-10470", sizes=(LOW,)),
    Scene("day", "d", "drawer 1", sizes=(SMALL,)),
)


def path_of(scene: Scene) -> Path:
    return FOLDER / f"{scene.name}.svg"


async def drawn(scene: Scene, model: Model, folder: Path, patch: pytest.MonkeyPatch) -> str:
    """The scene as SVG text, played on a copy of the hotel; with a shift open."""
    still(patch)
    async with copied(model, folder) as desk:
        await a_shift(desk, model.ids)
        app = app_for(scene, desk)
        async with app.run_test(size=scene.sizes[0]) as pilot:
            await play(scene, app, pilot, model.ids)
            return picture_of(app, "travello-desk")
