"""Chromium as a guest's phone or computer: opens, presses, waits, is photographed, and is checked by axe."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.tree import ROOT

PICTURES = ROOT / "test-output" / "browser"
# Nothing of Chromium's own may reach for the network: only this machine is spoken to.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SIZES = {"phone": (390, 844), "desktop": (1280, 860)}
PATIENCE_MS = 45_000


@cache
def axe_script() -> str:
    return next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text("utf-8")


@dataclass(slots=True)
class Guest:
    """One guest with one window. `requests` are all addresses the browser asked for."""

    page: Page
    name: str
    script: bool
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    async def photograph(self, step: str) -> None:
        """Keep a picture of the whole page."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{self.name}-{step}.png", full_page=True)

    async def check(self) -> None:
        """No serious finding of axe, and nothing wider than the window."""
        if not self.script:
            return
        await self.page.evaluate(axe_script())
        result = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [
            (found["id"], [node["html"] for node in found["nodes"]])
            for found in result["violations"]
            if found["impact"] in ("serious", "critical")
        ]
        assert serious == [], serious
        wide = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{wide} pixels wider than the window"

    async def press(self, selector: str) -> None:
        """Press what leads to another page and be there when it has loaded."""
        async with self.page.expect_navigation(wait_until="load"):
            await self.page.locator(selector).first.click()

    async def back(self) -> None:
        """The browser's back button, pressed on a page that has loaded."""
        async with self.page.expect_navigation(wait_until="load"):
            await self.page.evaluate("() => void setTimeout(() => history.back(), 0)")

    async def seen(self, step: str) -> None:
        await self.photograph(step)
        await self.check()

    async def heading(self) -> str:
        return (await self.page.locator("h1").first.inner_text()).strip()

    async def wait_for_heading(self, text: str) -> None:
        await self.page.locator("h1", has_text=text).wait_for(timeout=PATIENCE_MS)


Open = Callable[..., Coroutine[Any, Any, Guest]]


@pytest.fixture
async def guest() -> AsyncIterator[Open]:
    """Opens windows: `await guest(name, size="phone", script=True, language="en", dark=False)`."""
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        chromium = shutil.which("chromium")
        assert chromium is not None, "Chromium is needed (.ci/run installs it)"
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        stack.push_async_callback(browser.close)

        async def open_window(name: str, **options: Any) -> Guest:
            return await new_guest(browser, name, **options)

        yield open_window


async def new_guest(
    browser: Browser, name: str, *, size: str = "phone", script: bool = True, language: str = "en", dark: bool = False
) -> Guest:
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1,
        java_script_enabled=script,
        locale=language,
        color_scheme="dark" if dark else "light",
        has_touch=size == "phone",
        is_mobile=size == "phone",
    )
    context.set_default_timeout(PATIENCE_MS)
    made = Guest(await context.new_page(), name, script)
    made.page.on("request", lambda request: made.requests.append(request.url))
    made.page.on("pageerror", lambda error: made.troubles.append(str(error)))
    made.page.on("console", lambda said: made.troubles.append(said.text) if is_trouble(said.type, said.text) else None)
    return made


def is_trouble(kind: str, text: str) -> bool:
    """What a developer would want to see; the answer 404 or 503 of a page that is meant to be one is no trouble."""
    return kind in ("error", "warning") and "Failed to load resource" not in text
