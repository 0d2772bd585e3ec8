"""A house whose guests come back to its own pages."""

from __future__ import annotations

import pytest

from tests.guest.site import Site
from tests.house import Builder, builder

__all__ = ["builder", "site"]


@pytest.fixture
async def site(builder: Builder) -> Site:
    """The guests' site of one house; no front end of the hotel's own."""
    return Site(await builder.build(FRONTEND_PAYMENT_SUCCESS_URL="", FRONTEND_PAYMENT_CANCEL_URL=""))
