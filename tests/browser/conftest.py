"""A real browser, a house whose guests come back to its own pages, and pictures of what they saw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.browser.browser import guest
from tests.guest.site import Site
from tests.house import Builder, builder

__all__ = ["builder", "guest", "site"]


@pytest.fixture
async def site(builder: Builder) -> Site:
    """The guests' site under its own address, its mails in the test's own folder. Stripe tells nothing by itself."""
    house = await builder.build(
        FRONTEND_PAYMENT_SUCCESS_URL="",
        FRONTEND_PAYMENT_CANCEL_URL="",
        HOTEL_NAME="Serena Lahore",
        HOTEL_CONTACT="+92 42 111 000 111",
    )
    house.ctx.settings = replace(house.ctx.settings, public_base_url=house.base_url)
    return Site(house)
