"""What an error says to staff, what it says to a log, and that neither ever holds a secret."""

import pytest

from travello_desk.stripe_gateway.errors import (
    BadAnswer,
    Busy,
    Conflict,
    Forbidden,
    GatewayError,
    KeyReuse,
    Rejected,
    ServerFault,
    TimedOut,
    Unauthorised,
    Unreachable,
)

DOUBT = "it is not known whether it acted"

RIGHTS = (
    "The provided key 'rk_test_*********************f3a' does not have the required permissions for this endpoint on "
    "account 'acct_1Desk'. Having the 'rak_checkout_session_write' permission would allow this request to continue."
)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Unauthorised("Invalid API Key provided"), "Stripe refuses the key"),
        (Busy("Too many requests", retry_after_seconds=2), "Stripe is busy: again in 2 s"),
        (Busy("Too many requests", retry_after_seconds=1.2), "Stripe is busy: again in 2 s"),
        (Busy("Too many requests"), "Stripe is busy: again in a moment"),
        (Busy("", outcome_known=False), f"Stripe is busy: again in a moment; {DOUBT}"),
        (TimedOut("Stripe did not answer in 10 s"), f"Stripe did not answer in 10 s: {DOUBT}"),
        (TimedOut("Stripe did not answer in 10 s", outcome_known=True), "Stripe did not answer in 10 s"),
        (Conflict(), f"Stripe is still working on this very request: {DOUBT}"),
        (ServerFault(http_status=502), f"Stripe has a fault of its own (HTTP 502): {DOUBT}"),
        (Unreachable("Stripe cannot be reached", outcome_known=True), "Stripe cannot be reached"),
        (Forbidden(RIGHTS), "This Stripe key lacks the right checkout session write"),
        (Forbidden("No."), "This Stripe key may not do that: No."),
        (Forbidden(), "This Stripe key may not do that: Stripe does not say why"),
        (Rejected("No such charge: 'ch_1'"), "Stripe refuses: No such charge: 'ch_1'"),
        (Rejected(code="resource_missing"), "Stripe refuses: resource_missing"),
        (Rejected(http_status=402), "Stripe refuses: HTTP 402"),
        (KeyReuse("Keys for idempotent requests..."), f"Stripe knows this request with other content: {DOUBT}"),
        (BadAnswer("Stripe's answer was cut off on the way"), f"Stripe's answer was cut off on the way: {DOUBT}"),
    ],
)
def test_staff_read_one_plain_sentence(error: GatewayError, sentence: str) -> None:
    assert error.sentence == sentence


@pytest.mark.parametrize(
    ("error", "kind", "retryable", "outcome_known"),
    [
        (Unreachable, "unreachable", True, False),
        (TimedOut, "timed_out", True, False),
        (BadAnswer, "bad_answer", True, False),
        (Busy, "busy", True, True),
        (Conflict, "conflict", True, False),
        (ServerFault, "server_fault", True, False),
        (Unauthorised, "unauthorised", False, True),
        (Forbidden, "forbidden", False, True),
        (Rejected, "rejected", False, True),
        (KeyReuse, "key_reuse", False, False),
    ],
)
def test_each_kind_says_whether_to_try_again_and_whether_stripe_may_have_acted(
    error: type[GatewayError], kind: str, retryable: bool, outcome_known: bool
) -> None:
    made = error()
    assert (made.kind, made.retryable, made.outcome_known) == (kind, retryable, outcome_known)


def test_a_log_gets_the_facts_and_none_of_stripes_words() -> None:
    error = Rejected(
        "Invalid email address: guest@example.com",
        http_status=400,
        code="email_invalid",
        param="customer_email",
        request_id="req_1",
    )
    assert str(error) == "rejected: HTTP 400, code email_invalid, param customer_email, request req_1"
    assert "guest@" not in repr(error) + repr(error.args)
    assert str(TimedOut("Stripe did not answer")) == "timed_out"


@pytest.mark.parametrize(
    "secret",
    ["sk_test_abcdefghijklmnop", "sk_live_abcdefghijklmnop", "rk_live_a*******************p", "whsec_abcdefghijklmnop"],
)
def test_no_message_keeps_a_secret(secret: str) -> None:
    error = Unauthorised(f"Invalid API Key provided: {secret}. See '{secret}'")
    assert secret not in error.message
    assert secret[8:-3] not in error.message
    assert error.message.startswith(f"Invalid API Key provided: {secret[: secret.rindex('_') + 1]}…")


def test_a_message_is_one_short_printable_line() -> None:
    assert Rejected("a\n\x1b[31mb\t\x00 c").message == "a [31mb c"
    assert len(Rejected("x" * 100_000).message) == 501


def test_the_missing_right_is_named_without_its_prefix() -> None:
    assert Forbidden(RIGHTS).missing_right == "checkout_session_write"
    assert Forbidden("This account is closed.").missing_right is None
