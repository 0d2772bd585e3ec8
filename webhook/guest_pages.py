"""The guests' part of the listener: which address is answered by which page. The pages are webhook/guest/."""

from __future__ import annotations

from webhook.common import Common
from webhook.guest import assets
from webhook.guest.booking_page import BookingPages
from webhook.guest.openings import Openings
from webhook.guest.receipt_page import ReceiptPages
from webhook.guest.rendering import Rendering
from webhook.guest.success_page import SuccessPage
from webhook.routing import Handler, Route


def routes(common: Common) -> list[Route]:
    """Every page of the guests, and their own files."""
    rendering = Rendering(common.ctx.settings)
    booking = BookingPages(common, rendering, Openings(common.ctx.store))
    receipt = ReceiptPages(common, rendering, booking)
    pages: dict[str, dict[str, Handler]] = {
        "/p/{code}": {"GET": booking.show, "POST": booking.pay},
        "/p/{code}/receipt": {"GET": receipt.show},
        "/p/{code}/receipt.pdf": {"GET": receipt.pdf},
        "/payment-success": {"GET": SuccessPage(common, rendering).show},
        "/payment-cancel": {"GET": booking.back},
    }
    return [*(Route(path, table, render=rendering.error) for path, table in pages.items()), *assets.routes()]
