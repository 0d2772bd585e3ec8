"""Which language a guest reads: the choice on the page, then the booking's, then the browser's."""

from __future__ import annotations

import pytest

from tests.guest.site import Site
from travello_desk.operations.guest_view import first_name


async def test_the_bookings_language(site: Site) -> None:
    _, path = await site.booked(language="ur")
    page = await site.get(path)
    assert '<html lang="ur" dir="rtl">' in page.source
    assert page.title == "اپنے قیام کی ادائیگی کریں"
    assert '<bdi dir="ltr">Rs. 10,000</bdi>' in page.source


async def test_the_readers_choice_stays_with_the_button_and_the_receipt(site: Site) -> None:
    _, path = await site.booked(language="ur")
    page = await site.get(f"{path}?lang=en")
    assert '<html lang="en" dir="ltr">' in page.source
    assert f'action="{path}?lang=en"' in page.source
    assert f"{path}?lang=ur" in page.links
    await site.house.sandbox.pay(await site.session(path))
    await site.told()
    assert f"{path}/receipt?lang=en" in (await site.get(f"{path}?lang=en")).links


async def test_the_readers_choice_is_there_again_after_paying(site: Site) -> None:
    """Stripe's way back has no language in it, and may have been made before the guest chose."""
    _, path = await site.booked()
    session_id = await site.session(path)
    leaves = (await site.press(f"{path}?lang=ur")).answer
    assert leaves.status == 303
    cookie = leaves.headers["Set-Cookie"]
    assert cookie.startswith("lang=ur;")
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    back = {"headers": {"Cookie": "lang=ur"}}
    for came in (f"/payment-success?session_id={session_id}", f"/payment-cancel?guest={path[3:]}", path):
        assert '<html lang="ur"' in (await site.get(came, **back)).source
    assert '<html lang="en"' in (await site.get(f"{path}?lang=en", **back)).source


async def test_only_a_language_of_ours_is_remembered(site: Site) -> None:
    _, path = await site.booked()
    for query in ("", "?lang=xx", "?lang=en%0d%0aX"):
        assert "Set-Cookie" not in (await site.press(f"{path}{query}")).answer.headers


@pytest.mark.parametrize(
    ("accept", "expected"), [("ur-PK,ur;q=0.9", "ur"), ("de,en;q=0.5", "en"), ("", "en"), ("*;q=x", "en")]
)
async def test_where_there_is_no_booking_the_browser_says(site: Site, accept: str, expected: str) -> None:
    page = await site.get("/p/none", headers={"Accept-Language": accept})
    assert f'<html lang="{expected}"' in page.source


async def test_a_language_that_is_none_is_ignored(site: Site) -> None:
    _, path = await site.booked(language="xx")
    assert '<html lang="en"' in (await site.get(f"{path}?lang=../../etc")).source


@pytest.mark.parametrize(
    ("full", "first"),
    [
        ("Ayesha Khan", "Ayesha"),
        ("Khan, Ayesha", "Ayesha"),
        ("Khan, Ms. Ayesha Noor", "Ayesha"),
        ("Dr. Prof. Bilal Ahmed", "Bilal"),
        ("عائشہ خان", "عائشہ"),
        ("Madonna", "Madonna"),
        ("Mr.", "Mr."),
        ("Khan,", "Khan"),
        ("", ""),
        ("   ", ""),
        ("x" * 300, "x" * 40),
    ],
)
def test_the_name_a_letter_begins_with(full: str, first: str) -> None:
    assert first_name(full) == first
