"""The listener itself: taken ports, taking over, graceful ends, slow and broken clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from typing import Any

import pytest
from aiohttp import web

from tests.house import WEBHOOK, Builder, House, until
from webhook.server import Listener


async def raw(house: House, sent: bytes, *, hang_up: bool = False) -> bytes:
    """What comes back on a connection of its own, until the listener closes it."""
    reader, writer = await asyncio.open_connection(house.listener.host, house.listener.port)
    writer.write(sent)
    if hang_up:
        writer.write_eof()
    try:
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_E6_the_second_desk_goes_without_a_listener_and_takes_over(builder: Builder):
    first = await builder.build()
    second = await builder.build(port=first.listener.port)
    assert second.ctx.health.listener == "other desk"
    assert second.ctx.health.banner == ""
    await first.listener.stop()
    await until(lambda: second.ctx.health.listener == f"127.0.0.1:{first.listener.port}")
    assert (await second.ask("GET", "/healthz")).status == 200


async def test_E6_a_desk_on_another_store_is_no_desk_of_ours(builder: Builder):
    first = await builder.build()
    second = await builder.build(port=first.listener.port)
    second.ctx.store.install = "another"
    await until(lambda: "another store" in second.ctx.health.banner)
    assert second.ctx.health.listener == ""


async def test_E7_another_program_has_the_port(builder: Builder):
    async def something(request: web.Request) -> web.Response:
        return web.json_response(["not a desk"])

    app = web.Application()
    app.router.add_get("/healthz", something)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    house = await builder.build(port=port)
    assert house.ctx.health.banner == f"port {port} is used by another program: no webhooks, polling goes on"
    await runner.cleanup()
    await until(lambda: house.ctx.health.listener == f"127.0.0.1:{port}")
    assert house.ctx.health.banner == ""


async def test_E7_a_program_that_speaks_no_http(builder: Builder):
    async def mumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.hotel.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(mumble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    house = await builder.build(port=port)
    assert "another program" in house.ctx.health.banner
    server.close()


async def test_E7_an_address_this_machine_does_not_have(house: House):
    listener = Listener(house.ctx, web.Application())
    assert not await listener.start("203.0.113.1", 0)
    assert house.ctx.health.listener_fault.startswith("the listener cannot use 203.0.113.1")
    await listener.stop()


async def test_stopping_twice_and_before_starting_does_nothing(builder: Builder):
    house = await builder.build()
    await house.listener.stop()
    await house.listener.stop()
    assert house.ctx.health.listener == ""
    await Listener(house.ctx, web.Application()).stop()


async def test_E15_requests_under_way_are_answered(builder: Builder, monkeypatch: pytest.MonkeyPatch):
    house = await builder.build()
    _, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    entered, go_on = asyncio.Event(), asyncio.Event()
    write = house.ctx.store.write

    async def slow(work: Any) -> Any:
        entered.set()
        await go_on.wait()
        return await write(work)

    monkeypatch.setattr(house.ctx.store, "write", slow)
    under_way = asyncio.create_task(house.post_event(house.events("checkout.session.completed")[0]))
    await entered.wait()
    stopping = asyncio.create_task(house.listener.stop())
    await until(lambda: not can_connect(house))
    assert not under_way.done()
    go_on.set()
    assert (await under_way).status == 200
    await stopping
    assert (await house.view(1)).status == "PAID"


def can_connect(house: House) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((house.listener.host, house.listener.port)) == 0


async def test_a_client_that_hangs_up_in_its_body(house: House, caplog: pytest.LogCaptureFixture):
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nStripe-Signature: t=1,v1=0\r\n\r\nhalf"
    await raw(house, head.encode(), hang_up=True)
    assert (await house.ask("GET", "/healthz")).status == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_header_beyond_all_measure_is_400_and_no_error_of_ours(house: House, caplog: pytest.LogCaptureFixture):
    sent = f"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {'x' * 9000}\r\n\r\n".encode()
    assert (await raw(house, sent)).split(b" ")[1] == b"400"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_bytes_that_are_no_http_are_400_and_others_are_served(house: House):
    for sent in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\0" * 100, b"GET / HTTP/9.9\r\n\r\n"):
        answer = await raw(house, sent)
        assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert (await house.ask("GET", "/healthz")).status == 200


async def test_a_signature_with_bytes_beyond_ascii_is_400(house: House):
    body = b"{}"
    head = b"POST " + WEBHOOK.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
    answer = await raw(house, head + b"Stripe-Signature: t=1790000000,v1=\xff\xfe\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 400")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"success": False, "error": "Invalid Stripe Signature"}
