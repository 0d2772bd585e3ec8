"""What every guest's page carries, and what it must not load."""

from __future__ import annotations

import re

import pytest

from tests.guest.site import Site
from tests.house import Builder


async def paths(site: Site) -> list[str]:
    _, path = await site.booked()
    session_id = await site.session(path)
    return [path, f"{path}/receipt", f"/payment-success?session_id={session_id}", "/payment-cancel", "/p/none"]


async def test_security_headers_are_on_every_page(site: Site) -> None:
    for path in await paths(site):
        headers = (await site.get(path)).answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "noindex" in headers["X-Robots-Tag"]


async def test_pages_load_nothing_but_their_own_files(site: Site) -> None:
    for path in await paths(site):
        source = (await site.get(path)).source
        loaded = re.findall(r'<(?:link|script|img|iframe)[^>]*(?:href|src)="([^"]*)"', source)
        assert loaded
        assert all(re.fullmatch(r"/static/[a-z]+\.(css|js)\?v=[0-9a-f]{12}", address) for address in loaded), loaded
        assert not re.search(r"\son\w+=|\sstyle=|<style|<script>(?!$)", source)


async def test_their_files_may_be_kept_and_nothing_else_is_served(site: Site) -> None:
    _, path = await site.booked()
    address = re.findall(r'href="(/static/guest\.css[^"]*)"', (await site.get(path)).source)[0]
    css = await site.get(address)
    assert (css.status, css.answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in css.answer.headers["Cache-Control"]
    assert "url(" not in css.source
    for other in ("/static/guest.html", "/static/..%2fapp.py", "/static/", "/static/%2e%2e/app.py"):
        assert (await site.get(other)).status == 404


async def test_the_mode_is_on_the_page(site: Site, builder: Builder) -> None:
    _, path = await site.booked()
    assert "Sandbox: no real money moves." in (await site.get(path)).text
    keys = {
        "STRIPE_SECRET_KEY": "sk_live_not_a_key",
        "STRIPE_PUBLISHABLE_KEY": "pk_live_not_a_key",
        "STRIPE_API_BASE": "",
    }
    live = Site(await builder.build(**keys))
    assert "no real money" not in (await live.get(path)).text
    test = Site(await builder.build(STRIPE_API_BASE=""))
    assert "Test mode: no real money moves." in (await test.get(path)).text


async def test_a_form_may_lead_to_stripe_only_over_tls_outside_the_sandbox(builder: Builder) -> None:
    test = Site(await builder.build(STRIPE_API_BASE=""))
    policy = (await test.get("/payment-cancel")).answer.headers["Content-Security-Policy"]
    assert "form-action 'self' https:;" in policy


@pytest.mark.parametrize("contact", ["", "+92 42 111 000 111, desk@hotel.example"])
async def test_every_page_says_how_to_reach_the_hotel(builder: Builder, contact: str) -> None:
    site = Site(await builder.build(HOTEL_CONTACT=contact, HOTEL_NAME="Serena <Lahore>"))
    page = await site.get("/p/none")
    assert (contact or "The reception of Serena <Lahore>") in page.text
    assert "Serena <Lahore>" not in page.source


async def test_other_methods_are_refused(site: Site) -> None:
    _, path = await site.booked()
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await site.house.ask(method, path)).status == 405
    assert (await site.house.ask("POST", "/payment-success")).status == 405


async def test_a_huge_form_is_refused(site: Site) -> None:
    _, path = await site.booked()
    answer = await site.house.ask("POST", path, data=b"shown=" + b"x" * (1024 * 1024 + 1))
    assert answer.status == 413
    assert site.stripe_calls() == 0
