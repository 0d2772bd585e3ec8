"""Every answer other than 2xx means one thing: who said it, whether it acted, whether to try again."""

import json
from typing import Any

import pytest

from travello_desk.stripe_gateway.answers import judge
from travello_desk.stripe_gateway.errors import (
    BadAnswer,
    Busy,
    Conflict,
    Forbidden,
    GatewayError,
    KeyReuse,
    Rejected,
    ServerFault,
    Unauthorised,
    Unreachable,
)


def stripe_says(**error: Any) -> bytes:
    return json.dumps({"error": error}).encode()


HTML = b"<html><body>Bad gateway</body></html>"
NO = stripe_says(type="invalid_request_error", message="No.")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, NO, Rejected),
        (402, stripe_says(type="card_error", code="card_declined", message="Declined."), Rejected),
        (404, stripe_says(type="invalid_request_error", code="resource_missing"), Rejected),
        (405, NO, Rejected),
        (413, NO, Rejected),
        (400, stripe_says(type="idempotency_error", message="Keys ..."), KeyReuse),
        (400, stripe_says(type="invalid_request_error", code="rate_limit"), Busy),
        (400, stripe_says(type="invalid_request_error", code="lock_timeout"), Busy),
        (401, NO, Unauthorised),
        (401, b"", Unauthorised),
        (403, NO, Forbidden),
        (409, NO, Conflict),
        (409, stripe_says(type="idempotency_error", code="idempotency_key_in_use"), Conflict),
        (429, NO, Busy),
        (429, HTML, Busy),
        (429, stripe_says(type="invalid_request_error", code="lock_timeout"), Busy),
        (500, stripe_says(type="api_error"), ServerFault),
        (500, HTML, ServerFault),
        (502, b"", ServerFault),
        (503, NO, ServerFault),
        (529, HTML, ServerFault),
        # Somebody in between: no word of Stripe's, so no definite no of Stripe's either.
        (302, b"", BadAnswer),
        (304, NO, BadAnswer),
        (400, HTML, BadAnswer),
        (403, HTML, BadAnswer),
        (404, b'{"detail": "Not found"}', BadAnswer),
        (404, b"[]", BadAnswer),
        (404, b'"error"', BadAnswer),
        (404, b'{"error": ["x"]}', BadAnswer),
        (404, b'{"error": null}', BadAnswer),
        (404, b"\xff\xfe{}", BadAnswer),
        (404, b'{"error":' * 100_000, BadAnswer),
        (413, HTML, BadAnswer),
        (431, b"", BadAnswer),
        (407, HTML, Unreachable),
        (511, HTML, Unreachable),
        (404, b'{"error": "Unrecognized request URL"}', Rejected),
    ],
)
def test_the_status_and_who_said_it_decide(status: int, body: bytes, kind: type[GatewayError]) -> None:
    error = judge(status, {}, body)
    assert type(error) is kind
    assert error.http_status == status


def test_stripes_words_and_the_request_id_are_kept() -> None:
    body = stripe_says(
        type="invalid_request_error",
        code="amount_too_small",
        param="line_items[0][price_data]",
        message="The total must convert to at least 50 cents.",
    )
    error = judge(400, {"Request-Id": "req_9"}, body)
    assert error.message == "The total must convert to at least 50 cents."
    assert (error.code, error.param, error.error_type, error.request_id) == (
        "amount_too_small",
        "line_items[0][price_data]",
        "invalid_request_error",
        "req_9",
    )


def test_fields_of_a_wrong_type_are_left_out() -> None:
    error = judge(400, {}, stripe_says(message={"a": 1}, code=5, param=["x"], type=None))
    assert (error.code, error.param, error.error_type) == (None, None, None)
    assert error.sentence == "Stripe refuses: HTTP 400"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("2", 2.0), ("0", 0.0), ("999999", 3600.0), ("", None), ("-1", None), ("soon", None), ("²", None)],
)
def test_retry_after_is_a_number_of_seconds_or_nothing(header: str, seconds: float | None) -> None:
    assert judge(429, {"Retry-After": header}, b"").retry_after_seconds == seconds


@pytest.mark.parametrize(("header", "advice"), [("true", True), ("FALSE", False), ("maybe", None), (None, None)])
def test_stripes_own_advice_is_kept(header: str | None, advice: bool | None) -> None:
    headers = {} if header is None else {"Stripe-Should-Retry": header}
    assert judge(500, headers, b"").should_retry is advice


@pytest.mark.parametrize("status", [407, 511])
def test_what_never_left_the_house_has_a_known_outcome(status: int) -> None:
    error = judge(status, {}, HTML)
    assert error.outcome_known
    assert error.sentence == f"A proxy or a login page stands between this desk and Stripe (HTTP {status})"


def test_html_is_not_taken_for_stripes_word_nor_quoted() -> None:
    error = judge(403, {}, HTML)
    assert error.sentence.startswith("Something other than Stripe answered (HTTP 403)")
    assert "gateway" not in error.message
