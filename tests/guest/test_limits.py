"""Who asks too often is told to wait: per address, per token, behind proxies that are trusted or not."""

from __future__ import annotations

from functools import partial
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request

from tests.guest.site import Site
from tests.house import Builder
from webhook.proxies import client_address, neighbourhood
from webhook.rate_limit import MOST_KNOWN, Bucket, Limits


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bucket fills again while a slow machine is still asking."""
    monkeypatch.setattr("webhook.app.Limits", partial(Limits, clock=lambda: 1000.0))


def test_a_bucket_gives_its_burst_and_then_one_at_a_time() -> None:
    bucket = Bucket(burst=3, seconds=10)
    assert [bucket.take("a", 0) for _ in range(4)] == [0, 0, 0, 10]
    assert bucket.take("a", 4) == 6
    assert bucket.take("b", 4) == 0
    assert [bucket.take("a", 10), bucket.take("a", 10)] == [0, 10]
    assert [bucket.take("a", 1000) for _ in range(4)] == [0, 0, 0, 10]


def test_asking_in_vain_costs_nothing_more() -> None:
    bucket = Bucket(burst=1, seconds=10)
    bucket.take("a", 0)
    assert {bucket.take("a", 1) for _ in range(100)} == {9}


def test_a_bucket_is_bounded_and_forgets_the_rested_first() -> None:
    bucket = Bucket(burst=2, seconds=10)
    bucket.take("busy", 1000)
    for number in range(MOST_KNOWN):
        bucket.take(f"old {number}", 0)
    bucket.take("new", 1000)
    assert len(bucket._full_at) <= MOST_KNOWN
    assert bucket.take("busy", 1000) == 0
    assert bucket.take("busy", 1000) == 10


TRUSTED = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, rubbish", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::1", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str | None, client: str) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = make_mocked_request("GET", "/", headers=headers)
    request.transport.get_extra_info.side_effect = lambda name: (peer, 1234) if name == "peername" else None
    assert client_address(request, TRUSTED) == client


def test_one_customer_of_ipv6_is_one_caller() -> None:
    assert (
        neighbourhood("2001:db8:1:2:3::4") == neighbourhood("2001:db8:1:2:ffff::1") != neighbourhood("2001:db8:1:3::1")
    )
    assert neighbourhood("198.51.100.1") == "198.51.100.1"


async def until_refused(site: Site, path: str, most: int, **options: object) -> int:
    """How many were answered before the first 429."""
    for asked in range(most):
        page = await site.get(path, **options)
        if page.status == 429:
            assert int(page.answer.headers["Retry-After"]) >= 1
            return asked
    return most


async def test_guessing_is_slowed_down_and_then_even_a_good_code_must_wait(site: Site) -> None:
    _, path = await site.booked()
    answered = 0
    while (page := await site.get(f"/p/{answered:012d}")).status == 404:
        answered += 1
    assert page.status == 429
    assert page.title == "Too many requests"
    assert 10 <= answered <= 25
    assert (await site.get(path)).status == 429
    assert (await site.press(path)).status == 429
    assert site.stripe_calls() == 0


async def test_sessions_are_guessed_no_faster(site: Site) -> None:
    answered = 0
    while (await site.get(f"/payment-success?session_id=cs_test_{answered}")).status == 200:
        answered += 1
    assert 10 <= answered <= 25


async def test_one_link_one_address_one_press(site: Site) -> None:
    _, path = await site.booked()
    assert 30 <= await until_refused(site, path, 200) <= 100
    _, other = await site.booked()
    assert (await site.get(other)).status == 200
    refused = 0
    for _ in range(40):
        refused += (await site.press(other)).status == 429
    assert refused > 0


async def test_behind_a_trusted_proxy_guests_are_told_apart(builder: Builder) -> None:
    site = Site(await builder.build(TRUSTED_PROXIES="127.0.0.1"))
    for guess in range(40):
        last = await site.get(f"/p/{guess:012d}", headers={"X-Forwarded-For": "198.51.100.1"})
    assert last.status == 429
    assert (await site.get("/p/000000000000", headers={"X-Forwarded-For": "198.51.100.2"})).status == 404


async def test_behind_an_unknown_proxy_a_header_changes_nothing(site: Site) -> None:
    pages = [await site.get("/p/000000000000", headers={"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(40)]
    assert pages[-1].status == 429


async def test_create_session_and_status_are_limited_too(site: Site) -> None:
    booking_id, _ = await site.booked()
    answers = [await site.house.create_session(booking_id) for _ in range(80)]
    assert answers[19].status == 200
    assert answers[-1].status == 429
    assert answers[-1].json == {"success": False, "error": "Too many requests", "retry_after": 1}
    assert int(answers[-1].headers["Retry-After"]) >= 1
    statuses = [(await site.house.status(booking_id)).status for _ in range(200)]
    assert (statuses[0], statuses[49], 429 in statuses) == (200, 200, True)


async def test_the_switch_for_load_tests(builder: Builder) -> None:
    site = Site(await builder.build(RATE_LIMITS="0"))
    assert {(await site.get(f"/p/{guess:012d}")).status for guess in range(40)} == {404}
