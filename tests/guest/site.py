"""What a guest's browser does, without a browser: open, press, follow."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.house import Answer, House
from travello_desk.operations.ingest import ingest_event
from travello_desk.payments.events import read_event
from travello_desk.store import bookings


@dataclass(slots=True)
class Page:
    """An answer as a reader sees it."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def source(self) -> str:
        return self.answer.body.decode()

    @property
    def text(self) -> str:
        """The words alone."""
        body = re.sub(r"<(style|script|head|svg).*?</\1>", " ", self.source, flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.source, re.DOTALL)
        return html.unescape(re.sub("<[^>]+>", "", found.group(1))) if found else ""

    @property
    def button(self) -> str:
        """The words on the pay button, or nothing."""
        found = re.search(r"<button[^>]*>(.*?)</button>", self.source, re.DOTALL)
        return html.unescape(re.sub("<[^>]+>", "", found.group(1))) if found else ""

    @property
    def fields(self) -> dict[str, str]:
        """The hidden fields of the form."""
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.source))

    @property
    def links(self) -> list[str]:
        return [html.unescape(link) for link in re.findall(r'<a [^>]*href="([^"]*)"', self.source)]


@dataclass(slots=True)
class Site:
    """The house's pages."""

    house: House

    async def get(self, path: str, **options: Any) -> Page:
        return Page(await self.house.ask("GET", path, **options))

    async def press(self, path: str, fields: dict[str, str] | None = None) -> Page:
        """Send the form."""
        return Page(await self.house.ask("POST", path, data=fields or {}))

    async def link_of(self, booking_id: int) -> str:
        return f"/p/{(await self.house.booking(booking_id)).guest_code}"

    async def booked(self, **changes: Any) -> tuple[int, str]:
        """A booking and the path of its permanent link."""
        booking_id = await self.house.add_booking(**changes)
        return booking_id, await self.link_of(booking_id)

    async def session(self, path: str) -> str:
        """Press the button; the session the guest is sent to."""
        answer = (await self.press(path)).answer
        assert answer.status == 303, answer.body
        return urlsplit(answer.headers["Location"]).path.rsplit("/", 1)[-1]

    async def told(self) -> None:
        """Everything Stripe has to tell arrives."""
        events = sorted(self.house.sandbox.books.events.values(), key=lambda item: item["created"])
        for event in events:
            await ingest_event(self.house.ctx, read_event(event), "{}")

    def opened(self, booking_id: int) -> int:
        """How often the link was opened, as far as it is stored."""
        booking = self.house.ctx.store.read_now(lambda tx: bookings.get(tx, booking_id))
        return booking.opened_count if booking else 0

    def stripe_calls(self) -> int:
        return sum(1 for item in self.house.sandbox.requests if item.path.startswith("/v1/"))
