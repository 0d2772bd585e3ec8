"""Disputes and inquiries: overlays, never statuses (PAYMENTS 3C)."""

from __future__ import annotations

from tests.payments.scene import Scene
from tests.payments.stories.told import story


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 overlay=DISPUTED disputes=under_review
    ! dispute dp_1 1000000 PKR fraudulent
    """
)
def dispute_is_answered(s: Scene) -> None:
    """C24."""
    s.link()
    s.pay()
    s.dispute()
    s.dispute_becomes("under_review")


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 disputes=won
    """
)
def dispute_won(s: Scene) -> None:
    s.link()
    s.pay()
    s.dispute()
    s.dispute_becomes("under_review")
    s.dispute_becomes("won")


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 lost=1000000 overlay=LOST disputes=lost
    ! dispute_lost dp_1 1000000 PKR fraudulent
    """
)
def dispute_lost(s: Scene) -> None:
    """C25: the booking stays PAID, nothing is left to refund."""
    s.link()
    s.pay()
    s.dispute()
    s.dispute_becomes("lost")


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 overlay=INQUIRY disputes=warning_under_review
    ! inquiry dp_1 1000000 PKR fraudulent
    """
)
def inquiry(s: Scene) -> None:
    """C27."""
    s.link()
    s.pay()
    s.dispute("warning_needs_response")
    s.dispute_becomes("warning_under_review")


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 overlay=DISPUTED disputes=needs_response
    ! dispute dp_1 1000000 PKR fraudulent
    """
)
def inquiry_becomes_a_dispute(s: Scene) -> None:
    s.link()
    s.pay(by_intent=False)
    s.dispute("warning_needs_response")
    s.dispute_becomes("warning_under_review")
    s.dispute_becomes("needs_response")
