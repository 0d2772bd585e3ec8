"""Status answers of both sides are held against each other before any is timed."""

from benchmarks import status

ANSWER = {
    "booking_id": 15,
    "payment_status": "PROCESSING",
    "payment_required": True,
    "stripe_session_id": "cs_test_15",
    "amount": 10000,
    "currency": "PKR",
}


def test_answers_that_say_the_same_do_not_differ() -> None:
    assert status.differences(ANSWER, {**ANSWER, "display": "Rs. 10,000"}) == []


def test_a_wrong_amount_or_a_missing_field_is_named() -> None:
    assert status.differences(ANSWER, {**ANSWER, "amount": 100}) == ["amount: 10000 and 100"]
    missing = {name: value for name, value in ANSWER.items() if name != "stripe_session_id"}
    assert status.differences(ANSWER, missing) == ["stripe_session_id: 'cs_test_15' and None"]
