"""`travello-desk web`: the desk paints in a real browser and asks who it is; other sites cannot drive it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.browser.browser import Open
from tests.ports import free_port
from tests.tree import ROOT

# Text stands on the terminal's canvas: more colours than its ground alone has.
PAINTED = """() => {
    const canvas = document.querySelector('canvas.xterm-text-layer');
    if (!canvas) return false;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const colours = new Set();
    for (let at = 0; at < pixels.length; at += 4)
        if (pixels[at + 3]) colours.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`);
    return colours.size > 30;
}"""


def environ(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    paths = os.pathsep.join([str(folder), str(ROOT)])
    return {**kept, "PYTHONPATH": paths, "HOTEL_NAME": "Serena Lahore", "LISTEN_PORT": str(free_port()), **more}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "travello_desk", "web", "--port", str(port)]
    process = subprocess.Popen(command, cwd=tmp_path, env=environ(tmp_path), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith(f"the desk is at http://127.0.0.1:{port}"), said
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


async def test_the_desk_paints_in_a_browser_and_asks_who_it_is(guest: Open, address: str) -> None:
    window = await guest("desk", size="desktop")
    await window.page.goto(address)
    await window.page.wait_for_function("document.body.classList.contains('-first-byte')", timeout=60_000)
    await window.page.wait_for_function(PAINTED, timeout=60_000)
    await window.photograph("sign-in")
    assert [url for url in window.requests if not url.startswith((address, "data:", "blob:"))] == []


async def test_the_socket_sends_the_sign_in(address: str) -> None:
    socket_address = address.replace("http", "ws") + "/ws?width=100&height=30"
    seen = b""
    async with (
        aiohttp.ClientSession(headers={"Origin": address}) as session,
        session.ws_connect(socket_address, timeout=aiohttp.ClientWSTimeout(ws_receive=60)) as ws,
    ):
        while b"first start" not in seen:
            message = await ws.receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), seen[-500:]
            seen += message.data if isinstance(message.data, bytes) else message.data.encode()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {}, {"Host": "evil.example"}])
async def test_no_other_site_can_drive_it(address: str, headers: dict[str, str]) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(address.replace("http", "ws") + "/ws", headers=headers)
        assert refused.value.status == 403


def test_without_the_extra_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "textual_serve.py").write_text("raise ImportError")
    command = [sys.executable, "-m", "travello_desk", "web"]
    done = subprocess.run(command, cwd=tmp_path, env=environ(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["The desk in a browser needs an extra: pip install 'travello-desk[web]'"]
