"""PAYMENTS 3A over HTTP: who signed, when, and whether it is an event at all. Refused means that nothing changes."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from typing import Any

import pytest

from tests.house import NOW, OLD_SECRET, SECRET, WEBHOOK, Answer, Builder, House, event, sign, until
from travello_desk.operations.webhook_secrets import last_used_at

BAD = {"success": False, "error": "Invalid Stripe Signature"}


@pytest.fixture
async def paid_event(house: House) -> dict[str, Any]:
    """What Stripe would send for the first booking: applying it would mark it PAID."""
    _, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    return house.events("checkout.session.completed")[0]


async def refused(house: House, body: bytes, signature: str | None) -> Answer:
    """Post it; it must be answered with 400 and change nothing."""
    before = await house.snapshot()
    answer = await house.post(body, signature)
    assert answer.status == 400
    after = await house.snapshot()
    after["attention"] = [row for row in after["attention"] if row[2] != "secret_mismatch"]
    assert after == before
    assert not [row for row in await house.rows("rejections") if body.decode("latin-1") in row]
    return answer


async def taken(house: House, answer: Answer) -> None:
    """It was answered with 200, and the booking is PAID."""
    assert (answer.status, answer.json) == (200, {"received": True})
    assert (await house.booking(1)).status == "PAID"
    assert (await house.view(1)).payments[0].status == "SUCCEEDED"
    assert (await house.lines(1)).count("Booking marked as PAID by webhook") == 1


async def test_A1_no_signature(house: House, paid_event: dict[str, Any]):
    answer = await refused(house, json.dumps(paid_event).encode(), None)
    assert answer.json == BAD
    assert (house.ctx.health.refused_today, house.ctx.health.refused_in_row) == (1, 0)
    assert [row[2] for row in await house.rows("rejections")] == ["no signature"]


async def test_A1_refusals_do_not_fill_the_disk(house: House):
    for _ in range(5):
        await house.post(b"{}", None)
    assert len(await house.rows("rejections")) == 1
    house.clock.advance(1)
    await house.post(b"{}", None)
    assert len(await house.rows("rejections")) == 2
    assert house.ctx.health.refused_today == 6
    later = "UPDATE sqlite_sequence SET seq = 10001 WHERE name = 'rejections'"
    await house.ctx.store.write(lambda tx: tx.execute(later))
    house.clock.advance(1)
    await house.post(b"{}", None)
    assert [row[0] for row in await house.rows("rejections")] == [10_002]


async def test_A1_a_new_day_counts_anew(house: House):
    await house.post(b"{}", None)
    house.clock.advance(86_400)
    await house.post(b"{}", None)
    assert house.ctx.health.refused_today == 1


HEADERS = {
    "A2_empty": "",
    "A3_no_v1": "t={t}",
    "A3_no_t": "v1={v1}",
    "A4_only_v0": "t={t},v0={v1}",
    "A13_space_after_comma": "t={t}, v1={v1}",
    "A14_upper_case": "t={t},v1={V1}",
    "non_ascii": "t={t},v1={v1}\u00e9",
}


@pytest.mark.parametrize("name", HEADERS)
async def test_A2_A3_A4_A13_A14_headers_that_do_not_count(house: House, paid_event: dict[str, Any], name: str):
    body = json.dumps(paid_event).encode()
    v1 = house.signature(body).partition("v1=")[2]
    header = HEADERS[name].format(t=NOW, v1=v1, V1=v1.upper())
    assert (await refused(house, body, header)).json == BAD


async def test_A5_one_byte_changed(house: House, paid_event: dict[str, Any]):
    body = json.dumps(paid_event).encode()
    signature = house.signature(body)
    await refused(house, body.replace(b"1000000", b"1000001"), signature)
    await refused(house, body.replace(b", ", b","), signature)
    await refused(house, body + b"\n", signature)


async def test_A6_another_secret_raises_the_banner_until_a_good_one(house: House, paid_event: dict[str, Any]):
    for count in (1, 2, 3):
        assert "does not match" not in house.ctx.health.banner
        assert (await house.post_event(paid_event, secret="whsec_another")).json == BAD
        assert house.ctx.health.refused_in_row == count
    assert house.ctx.health.banner == "events arrive but the secret does not match"
    assert [problem.kind for problem in await house.problems()] == ["secret_mismatch"]
    await taken(house, await house.post_event(paid_event))
    await becomes(house, [])
    assert house.ctx.health.refused_in_row == 0
    assert house.ctx.health.banner == ""


async def becomes(house: House, kinds: list[str]) -> None:
    """The problems that wait for a person, as soon as what runs beside the answers has ended."""
    async with asyncio.timeout(30):
        while [problem.kind for problem in await house.problems()] != kinds:  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(0.01)


async def test_A6_strangers_without_a_secret_raise_no_banner(house: House):
    for _ in range(5):
        await house.post(b"{}", None)
    assert house.ctx.health.banner == ""


async def test_A7_301_seconds_old(house: House, paid_event: dict[str, Any]):
    assert (await house.post_event(paid_event, signed_at=NOW - 301)).json == BAD
    assert (await house.booking(1)).status == "PENDING"


async def test_A8_299_seconds_old(house: House, paid_event: dict[str, Any]):
    await taken(house, await house.post_event(paid_event, signed_at=NOW - 299))


async def test_A9_ten_minutes_in_the_future(house: House, paid_event: dict[str, Any]):
    assert (await house.post_event(paid_event, signed_at=NOW + 600)).json == BAD
    assert (await house.booking(1)).status == "PENDING"


async def test_A9_E9_a_known_offset_corrects_the_clock(house: House, paid_event: dict[str, Any]):
    house.ctx.clock_offset_seconds = 600.0
    await taken(house, await house.post_event(paid_event, signed_at=NOW + 600))


async def test_A10_the_second_of_two_signatures_is_right(house: House, paid_event: dict[str, Any]):
    body = json.dumps(paid_event).encode()
    right = house.signature(body).partition("v1=")[2]
    await taken(house, await house.post(body, f"t={NOW},v1={'0' * 64},v1={right}"))


async def test_A11_both_secrets_of_a_rotation_are_good_and_their_use_is_remembered(builder: Builder):
    house = await builder.build(STRIPE_WEBHOOK_SECRET=f"{SECRET},{OLD_SECRET}")
    _, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    await taken(house, await house.post_event(house.events("checkout.session.completed")[0], secret=OLD_SECRET))
    await until(lambda: house.ctx.store.read_now(lambda tx: last_used_at(tx, OLD_SECRET)) == NOW)
    assert await house.ctx.store.read(lambda tx: last_used_at(tx, SECRET)) == 0
    assert OLD_SECRET not in str(await house.rows("settings"))


async def test_A16_no_secret_configured(builder: Builder):
    house = await builder.build(STRIPE_WEBHOOK_SECRET="")
    before = await house.snapshot()
    answer = await house.post_event(event("checkout.session.completed", {"id": "cs_1"}))
    assert (answer.status, answer.json["success"]) == (503, False)
    assert await house.snapshot() == before
    assert "webhook secret missing" in house.ctx.health.banner


async def test_A17_white_space_around_the_secret_is_stripped(builder: Builder):
    house = await builder.build(STRIPE_WEBHOOK_SECRET=f" {SECRET}\n")
    _, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    await taken(house, await house.post_event(house.events("checkout.session.completed")[0]))
    assert "STRIPE_WEBHOOK_SECRET" in house.ctx.settings.stripped


SHAPES = {
    "A18_not_json": b"this is no JSON",
    "A18_half": b'{"id": "evt_1", ',
    "A18_empty": b"",
    "A19_array": b"[]",
    "A19_string": b'"event"',
    "A19_null": b"null",
    "A19_number": b"15",
    "A19_deep": b"[" * 100_000,
    "A19_deep_object": b'{"a":' * 100_000,
    "A19_long_number": b'{"id": ' + b"9" * 10_000 + b"}",
    "A21_not_utf8": b'{"id": "\xff\xfe"}',
    "A21_utf16": '{"object": "event"}'.encode("utf-16"),
    "byte_order_mark": b"\xef\xbb\xbf{}",
    "no_object": b'{"id": "evt_1"}',
    "thin": b'{"id": "evt_1", "object": "v2.core.event", "type": "x", "created": "2026-01-01T00:00:00Z"}',
}


@pytest.mark.parametrize("name", SHAPES)
async def test_A18_A19_A21_signed_but_no_event(house: House, name: str):
    body = SHAPES[name]
    answer = await refused(house, body, sign(body, SECRET, NOW))
    assert answer.json["success"] is False
    assert answer.json["error"].startswith("Not a Stripe event")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": ""},
        {"id": 7},
        {"id": "e" * 256},
        {"id": "evt_\udc80"},
        {"type": None},
        {"type": "\ud800"},
        {"created": "1"},
        {"created": True},
        {"created": -1},
        {"created": 2**70},
        {"created": float("nan")},
        {"livemode": None},
        {"livemode": 0},
        {"data": None},
        {"data": []},
        {"data": {"object": []}},
        {"data": {"object": None}},
    ],
    ids=repr,
)
async def test_A19_an_envelope_that_is_not_one(house: House, changes: dict[str, Any]):
    answer = await house.post_event(event("checkout.session.completed", {"id": "cs_1"}, **changes))
    assert answer.status == 400
    assert await house.rows("inbox") == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "nonsense", ""])
async def test_A24_the_content_type_does_not_matter(house: House, paid_event: dict[str, Any], content_type: str):
    body = json.dumps(paid_event).encode()
    await taken(house, await house.post(body, house.signature(body), **{"Content-Type": content_type}))


async def test_A25_five_megabytes(house: House):
    body = b"x" * (5 * 1024 * 1024)
    answer = await house.post(body, house.signature(body))
    assert (answer.status, answer.json) == (413, {"success": False, "error": "Body is too large"})
    assert await house.rows("inbox") == []


async def test_A25_a_megabyte_that_is_packed_small(house: House):
    body = gzip.compress(b"x" * (50 * 1024 * 1024))
    answer = await house.post(body, house.signature(body), **{"Content-Encoding": "gzip"})
    assert answer.status == 413


async def test_A25_bad_gzip_is_refused(house: House):
    answer = await house.post(b"no gzip at all", "t=1,v1=0", **{"Content-Encoding": "gzip"})
    assert (answer.status, answer.json["success"]) == (400, False)


async def test_A27_a_body_that_never_ends_is_cut_and_others_are_served(builder: Builder):
    house = await builder.build(read_seconds=0.05)
    host, port = house.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".encode())
    assert (await house.ask("GET", "/healthz")).status == 200
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()
    assert await house.rows("inbox") == []


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE"])
async def test_A28_other_methods(house: House, method: str):
    answer = await house.ask(method, WEBHOOK)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_A29_without_the_slash(house: House, paid_event: dict[str, Any]):
    body = json.dumps(paid_event).encode()
    headers = {"Stripe-Signature": house.signature(body)}
    await taken(house, await house.ask("POST", WEBHOOK.rstrip("/"), data=body, headers=headers))


async def test_A31_an_unknown_type_is_kept_and_ignored(house: House):
    answer = await house.post_event(event("customer.created", {"id": "cus_1", "object": "customer"}))
    assert (answer.status, answer.json) == (200, {"received": True})
    inbox = await house.rows("inbox")
    assert [(row[2], row[10]) for row in inbox] == [("customer.created", "ignored")]
    assert await house.rows("timeline") == []


async def test_A32_a_live_event_on_a_test_desk_is_quarantined(house: House, paid_event: dict[str, Any]):
    answer = await house.post_event(paid_event | {"livemode": True})
    assert (answer.status, answer.json) == (200, {"received": True})
    assert (await house.booking(1)).status == "PENDING"
    assert [row[10] for row in await house.rows("inbox")] == ["quarantined"]
    problems = await house.problems()
    assert [problem.kind for problem in problems] == ["livemode"]
    assert "LIVE event" in problems[0].sentence


async def test_A34_500_events_at_once_are_all_stored(house: House):
    sessions = {await house.open_session(await house.add_booking(f"TD-{i}")): i for i in range(1, 21)}
    paid = [session_event(house, session_id) for session_id in sessions]
    noise = [event("customer.created", {"id": f"cus_{i}", "object": "customer"}) for i in range(480)]
    answers = await asyncio.gather(*(house.post_event(made) for made in [*paid, *noise]))
    assert {answer.status for answer in answers} <= {200, 503}
    again = [made for made, answer in zip([*paid, *noise], answers, strict=True) if answer.status == 503]
    for made in again:
        assert (await house.post_event(made)).status == 200
    assert len(await house.rows("inbox")) == 500
    assert {(await house.booking(i)).status for i in sessions.values()} == {"PAID"}


def session_event(house: House, session_id: str) -> dict[str, Any]:
    """checkout.session.completed for a session as it stands, paid."""
    session = house.sandbox.books.sessions[session_id]
    return event(
        "checkout.session.completed",
        session | {"status": "complete", "payment_status": "paid", "payment_intent": f"pi_{session_id}"},
    )
