"""`/p/{code}/receipt`: what was paid and given back, to print; the same as a PDF where fpdf2 is installed."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from travello_desk.operations import receipt_pdf
from travello_desk.operations.receipt import Receipt, charged_text, entry_text, receipt_of, stay_rows, sum_text, totals
from travello_desk.texts import Language, Ltr
from webhook.answers import HttpError
from webhook.common import Common
from webhook.guest.booking_page import BookingPages
from webhook.guest.rendering import Rendering, wanted, with_query


class ReceiptPages:
    """The handlers of the receipt."""

    def __init__(self, common: Common, rendering: Rendering, pages: BookingPages) -> None:
        self._common = common
        self._rendering = rendering
        self._pages = pages

    async def show(self, request: web.Request) -> web.Response:
        """GET: the printable page; not counted as an opening of the pay link."""
        paper, speech, code = await self._paper(request)
        query = {"lang": request.query["lang"]} if "lang" in request.query else {}
        pdf = with_query(f"/p/{code}/receipt.pdf", query) if paper.entries and receipt_pdf.available() else ""
        return self._rendering.page(
            "receipt.html",
            request,
            speech,
            paper=paper,
            reference=Ltr(paper.reference),
            rows=stay_rows(paper, speech),
            lines=self._lines(paper, speech),
            totals=[(label, sum_text(minor, paper.currency)) for label, minor in totals(paper)],
            made=speech.day(self._local(paper.made_at).date()),
            pdf=pdf,
            home=with_query(f"/p/{code}", query),
        )

    async def pdf(self, request: web.Request) -> web.Response:
        """GET: the same as a file."""
        paper, speech, _ = await self._paper(request)
        if not (paper.entries and receipt_pdf.available()):
            raise HttpError(404, "There is no such receipt")
        body = await receipt_pdf.draw_beside(paper, speech, self._common.ctx.settings.hotel_timezone)
        headers = self._rendering.headers.copy()
        headers["Content-Disposition"] = f'inline; filename="{receipt_pdf.file_name(paper)}"'
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def _paper(self, request: web.Request) -> tuple[Receipt, Language, str]:
        visit = await self._pages.visit(request, request.match_info["code"])
        paper = await receipt_of(self._common.ctx, visit.booking.id)
        return paper, wanted(request, visit.booking.language), visit.booking.guest_code

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, self._common.ctx.settings.hotel_timezone)

    def _lines(self, paper: Receipt, speech: Language) -> list[tuple[str, str, str, str]]:
        return [
            (
                speech.day(self._local(entry.at).date()) if entry.at else "",
                entry_text(entry, speech),
                charged_text(entry, speech),
                sum_text(entry.amount_minor, paper.currency),
            )
            for entry in paper.entries
        ]
