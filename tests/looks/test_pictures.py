"""README's pictures are made by the app: a stale one fails, and so does one that is missing, left over or too large."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.golden import same
from tests.looks.pictures import FOLDER, PICTURES, drawn, path_of
from tests.looks.scenes import Scene
from tests.tree import ROOT
from tests.tui.hotel import Model


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_the_picture_is_what_the_app_paints(
    picture: Scene, looks_hotel: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same(path_of(picture), await drawn(picture, looks_hotel, tmp_path, monkeypatch))


def test_readme_shows_each_of_them_and_no_other() -> None:
    shown = re.findall(r'src="docs/pictures/([\w.]+)"', (ROOT / "README.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{p.name}.svg" for p in PICTURES)


def test_they_are_small_and_ask_nobody_for_anything() -> None:
    for path in FOLDER.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 80_000, path
        assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}
        assert not re.search(r"@import|@font-face|url\(|<image|<script|href", text)
