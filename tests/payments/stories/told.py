"""How a story is written down: the books before it, the reports that really arrive, and what it must end in.

Every amount is in minor units: 1000000 is Rs. 10,000. Each ending is written by hand from PAYMENTS 1.4, 3B and 3C, not
taken from a run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.payments.book import Book, Row
from tests.payments.scene import Report, Scene
from travello_desk.payments.facts import Asked, AttemptFacts, Ledger, Payment

PRICE = 1_000_000
ONLINE = Ledger(PRICE, "PKR", "ONLINE")
PKR = Asked(PRICE, "PKR", PRICE, "PKR")
USD = Asked(3571, "USD", PRICE, "PKR")


@dataclass(frozen=True)
class Story:
    """A name, the books before anything was told, the reports in the order of time, and the ending."""

    name: str
    book: Book
    reports: tuple[Report, ...]
    ending: str


STORIES: list[Story] = []


def story(
    ending: str,
    *,
    ledger: Ledger = ONLINE,
    rows: int = 1,
    asked: Asked = PKR,
    scene: Callable[[], Scene] = Scene,
    given: int = 0,
    accepted: bool = False,
) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Register the story told by the function below: `rows` payment rows are committed, `given` reports are in."""
    known = tuple(Row(f"pay_{n}", Payment(n, asked, AttemptFacts(), accepted=accepted)) for n in range(1, rows + 1))

    def register(tell: Callable[[Scene], None]) -> Callable[[Scene], None]:
        stage = scene()
        tell(stage)
        book = Book(ledger, known)
        for report in stage.reports[:given]:
            book = book.told(report.seen)
        text = "\n".join(" ".join(line.split()) for line in ending.strip().splitlines())
        STORIES.append(Story(tell.__name__, book, tuple(stage.reports[given:]), text))
        return tell

    return register
