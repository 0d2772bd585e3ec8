"""The edges of the listener: both slash forms, unknown paths, methods, headers, CORS, health, metrics."""

from __future__ import annotations

import pytest

from tests.house import CREATE, WEBHOOK, House

PATHS = {
    WEBHOOK: "POST",
    CREATE: "OPTIONS, POST",
    "/api/payments/booking/1/status/": "GET, HEAD, OPTIONS",
    "/healthz": "GET, HEAD",
    "/metrics": "GET, HEAD",
}


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/payments/", "//healthz", "/api/payments/booking/x/status/"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_unknown_paths_are_404_in_json(house: House, path: str, method: str):
    answer = await house.ask(method, path)
    assert (answer.status, answer.json) == (404, {"success": False, "error": "Not found"})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("slash", ["", "/"])
async def test_wrong_methods_are_405_and_name_the_right_ones(house: House, path: str, slash: str):
    answer = await house.ask("PATCH", path.rstrip("/") + slash)
    assert (answer.status, answer.json) == (405, {"success": False, "error": "Method not allowed"})
    assert answer.headers["Allow"] == PATHS[path]


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/nothing", WEBHOOK])
async def test_every_answer_carries_the_security_headers(house: House, path: str):
    headers = (await house.ask("GET", path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Server"] == "travello-desk"


async def test_head_is_get_without_its_body(house: House):
    whole, head = await house.ask("GET", "/healthz"), await house.ask("HEAD", "/healthz")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))


async def test_health_tells_what_a_watcher_needs(house: House):
    told = (await house.ask("GET", "/healthz")).json
    assert told["status"] == told["database"] == "ok"
    assert told["listener"] == house.base_url.removeprefix("http://")
    assert (told["stripe_mode"], told["backlog"], told["last_event_at"]) == ("SANDBOX", 0, None)
    await house.paid_booking()
    assert (await house.ask("GET", "/healthz")).json["last_event_at"] == "2026-09-21T14:13:20Z"


async def test_health_is_503_while_the_store_is_at_fault(house: House):
    house.ctx.health.store_fault = "the disk is full"
    answer = await house.ask("GET", "/healthz")
    assert (answer.status, answer.json["status"], answer.json["database"]) == (503, "unwell", "the disk is full")


async def test_metrics_are_what_prometheus_reads(house: House):
    await house.paid_booking()
    answer = await house.ask("GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    values = dict(line.split() for line in lines if not line.startswith("#"))
    assert values["travello_events_stored_total"] == "2"
    assert values["travello_last_event_timestamp_seconds"] == "1790000000"
    assert all(float(value) >= 0 for value in values.values())
    assert "# TYPE travello_events_stored_total counter" in lines


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
async def test_health_and_metrics_do_not_leave_through_a_proxy(house: House, name: str):
    for path in ("/healthz", "/metrics"):
        assert (await house.ask("GET", path, headers={name: "127.0.0.1"})).status == 403


async def test_metrics_public_opens_them(builder):
    house = await builder.build(METRICS_PUBLIC="1")
    assert (await house.ask("GET", "/metrics", headers={"Via": "1.1 proxy"})).status == 200


async def test_the_front_end_may_read_and_nobody_else(house: House):
    for origin, allowed in (("https://hotel.example", True), ("https://evil.example", False), ("null", False)):
        answer = await house.ask("POST", CREATE, headers={"Origin": origin})
        assert answer.status == 403
        assert ("Access-Control-Allow-Origin" in answer.headers) is allowed
        assert answer.headers["Vary"] == "Origin"


async def test_preflights_are_answered_for_the_front_end(house: House):
    asked = {"Origin": "https://hotel.example", "Access-Control-Request-Method": "POST"}
    answer = await house.ask("OPTIONS", CREATE, headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://hotel.example"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert (await house.ask("OPTIONS", WEBHOOK)).status == 405
