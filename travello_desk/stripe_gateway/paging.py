"""Stripe's lists, page by page. Knows the two cursors and no endpoint; imports no stripe.

Stripe lists newest first. `starting_after` goes on into the past, `ending_before` comes forward in time: it gives the
page that is next to the cursor, itself again newest first (PAYMENTS 4.8).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from travello_desk.stripe_gateway.errors import BadAnswer

PAGE_SIZE = 100  # Stripe's largest
MOST_PAGES = 10_000  # a million objects: beyond that, whoever answers is not Stripe

Fetch = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


async def newest_first(fetch: Fetch, filters: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Every object that the filters let through, the newest first."""
    async for page in _pages(fetch, filters, "starting_after", -1):
        for item in page:
            yield item


async def oldest_first(
    fetch: Fetch, filters: Mapping[str, Any], ending_before: str | None
) -> AsyncIterator[dict[str, Any]]:
    """Every object newer than the cursor, or all of them, the oldest first.

    Without a cursor the beginning must be found first: that walks the list once and keeps one page of it, so that
    a month of events never lies in memory at once.
    """
    if ending_before is None:
        page: list[dict[str, Any]] = []
        async for older_page in _pages(fetch, filters, "starting_after", -1):
            page = older_page or page
        for item in reversed(page):
            yield item
        if not page:
            return
        ending_before = _id(page[0])
    async for page in _pages(fetch, {**filters, "ending_before": ending_before}, "ending_before", 0):
        for item in reversed(page):
            yield item


async def _pages(
    fetch: Fetch, filters: Mapping[str, Any], cursor: str, edge: int
) -> AsyncIterator[list[dict[str, Any]]]:
    """The pages in the cursor's direction; `edge` is the index of the item that the next page is next to."""
    params: dict[str, Any] = {"limit": PAGE_SIZE, **filters}
    for _ in range(MOST_PAGES):
        answer = await fetch(params)
        page: list[dict[str, Any]] = answer["data"]
        yield page
        if not page or not answer.get("has_more"):
            return
        if params.get(cursor) == _id(page[edge]):
            break
        params[cursor] = _id(page[edge])
    raise BadAnswer("Stripe's list does not come to an end", outcome_known=True)


def _id(item: Mapping[str, Any]) -> str:
    return str(item["id"])
