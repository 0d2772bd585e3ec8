"""Refunds: from the desk, from the Dashboard, failing later (PAYMENTS 3C)."""

from __future__ import annotations

from tests.payments.scene import Scene
from tests.payments.stories.told import story


@story(
    """
    PAID SUCCEEDED PART REF paid=800000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 back=200000 settled=200000 left=800000 refunds=re_1:succeeded
    """
)
def partial_refund_in_the_dashboard(s: Scene) -> None:
    """C5, C16, C18."""
    s.link()
    s.pay()
    s.refund("re_1", 200_000)


@story(
    """
    PENDING REFUNDED REFUNDED paid=0 due=1000000
    1 REFUNDED complete/paid/paid got=1000000 back=1000000 settled=1000000 refunds=re_1:succeeded re_2:succeeded
    """
)
def partial_refunds_reach_the_whole(s: Scene) -> None:
    """C6."""
    s.link()
    s.pay()
    s.refund("re_1", 200_000)
    s.refund("re_2", 800_000)


@story(
    """
    PENDING REFUNDED REFUNDED paid=0 due=1000000
    1 REFUNDED complete/paid/paid got=1000000 back=1000000
    """
)
def refund_told_by_the_charge_alone(s: Scene) -> None:
    """C17: refund.* is not subscribed; the sum on the charge is all there is. B12: in some orders it comes first."""
    s.link()
    s.pay()
    s.refund("re_1", 1_000_000, by_row=False)


@story(
    """
    PENDING REFUNDED REFUNDED paid=0 due=1000000
    1 REFUNDED complete/paid/paid got=1000000 back=1000000 settled=1000000 refunds=rf_1:succeeded
    """
)
def desk_refund_waits_then_settles(s: Scene) -> None:
    """C1, C11, C15: our row, Stripe's event and the reply are one refund."""
    s.link()
    s.pay()
    s.send_refund("rf_1", 1_000_000)
    s.refund("re_1", 1_000_000, uid="rf_1", status="pending")
    s.refund_becomes("re_1", "succeeded")


@story(
    """
    PAID SUCCEEDED CHECKING paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 flying=1000000 sending=1000000 refunds=rf_1:SENDING
    """
)
def refund_is_being_sent(s: Scene) -> None:
    """PAYMENTS 1.4: it stops a second refund, but until Stripe has it the booking stays paid."""
    s.link()
    s.pay()
    s.send_refund("rf_1", 1_000_000)


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 refunds=rf_1:REFUSED
    """
)
def stripe_refuses_the_refund(s: Scene) -> None:
    """C8, C30."""
    s.link()
    s.pay()
    s.send_refund("rf_1", 1_000_000)
    s.refuse_refund("rf_1", 1_000_000)


@story(
    """
    PENDING REFUNDED REFUNDED paid=0 due=1000000
    1 REFUNDED complete/paid/paid got=1000000 back=1000000 flying=1000000 refunds=rf_1:pending
    """
)
def the_refund_was_made_all_the_same(s: Scene) -> None:
    """A refusal that was not Stripe's; Stripe's own word is stronger."""
    s.link()
    s.pay(by_intent=False)
    s.send_refund("rf_1", 1_000_000)
    s.refuse_refund("rf_1", 1_000_000)
    s.refund("re_1", 1_000_000, uid="rf_1", status="pending")


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 refunds=re_1:failed
    ! refund_failed re_1 1000000 PKR lost_or_stolen_card
    """
)
def refund_fails_later(s: Scene) -> None:
    """C13: REFUNDED -> SUCCEEDED, PENDING -> PAID."""
    s.link()
    s.pay()
    s.refund("re_1", 1_000_000)
    s.refund_becomes("re_1", "failed", "lost_or_stolen_card")


@story(
    """
    PENDING REFUNDED REFUNDED paid=0 due=1000000
    1 REFUNDED complete/paid/paid got=1000000 back=1000000 settled=1000000 refunds=re_1:failed re_2:succeeded
    """
)
def refund_fails_then_another_goes_through(s: Scene) -> None:
    """Stripe lowers the charge's sum after the failure here, so that its highest value counts one refund twice."""
    s.link()
    s.pay(by_intent=False)
    s.refund("re_1", 1_000_000)
    s.refund_becomes("re_1", "failed", "expired_or_canceled_card", lowers=True)
    s.refund("re_2", 1_000_000)


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 refunds=re_1:canceled
    ! refund_failed re_1 300000 PKR canceled
    """
)
def guest_never_acts_on_the_refund(s: Scene) -> None:
    """C12: requires_action, canceled in the end."""
    s.link()
    s.pay()
    s.refund("re_1", 300_000, status="requires_action")
    s.refund_becomes("re_1", "canceled")


@story(
    """
    PAID SUCCEEDED PAID paid=2000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 refunds=re_1:failed
    2 SUCCEEDED complete/paid/paid got=1000000 left=1000000 duplicate=True
    ! paid_twice 2 1000000 PKR online
    ! refund_failed re_1 1000000 PKR lost_or_stolen_card
    """,
    rows=2,
)
def paid_again_then_the_first_refund_fails(s: Scene) -> None:
    """C32."""
    s.link(1)
    s.pay(1, by_intent=False)
    s.refund("re_1", 1_000_000, by_row=False)
    s.link(2)
    s.pay(2, by_intent=False)
    s.refunds["re_1"]["charge"] = "ch_1"
    s.refund_becomes("re_1", "failed", "lost_or_stolen_card")


@story(
    """
    PENDING PROCESSING LINK OUT paid=0 due=1000000
    1 REFUNDED complete/paid/paid got=1000000 back=1000000 settled=1000000 refunds=re_1:succeeded
    2 OPEN open/unpaid/open payable=True
    """,
    rows=2,
)
def a_new_link_after_a_refund(s: Scene) -> None:
    s.link(1)
    s.pay(1)
    s.refund("re_1", 1_000_000)
    s.link(2)
