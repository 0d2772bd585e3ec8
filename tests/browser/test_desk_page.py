"""The page for the counter is one side of A4, whatever letters the hotel's computer has."""

from __future__ import annotations

import re

import pytest

from tests.browser.browser import PATIENCE_MS, Guest, Open
from tests.looks.paper import PAPER


@pytest.mark.parametrize("letters", ["", '"DejaVu Sans"'], ids=["usual", "widest"])
async def test_it_prints_on_one_side(guest: Open, letters: str) -> None:
    visitor: Guest = await guest("desk-page", size="desktop")
    page = PAPER.read_text(encoding="utf-8")
    if letters:
        page = page.replace("system-ui,", f"{letters},")
    await visitor.page.set_content(page, wait_until="load", timeout=PATIENCE_MS)
    await visitor.page.emulate_media(media="print")
    printed = await visitor.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert visitor.requests == visitor.troubles == []
