"""The load's events are what Stripe would send: valid JSON, rightly signed, each with its own id."""

import json
import time

import pytest
import stripe

from benchmarks import events

TARGET = events.Target(15, "uid15", "cs_test_15", 1_000_000, "PKR", "travello-desk", "install-1")
SECRET = "whsec_benchmark"


@pytest.mark.parametrize("number", [0, 1])
def test_the_sdk_accepts_an_event_of_the_load(number: int) -> None:
    body = events.event_body(TARGET, number, "r1", int(time.time()))
    header = events.signature(body, SECRET, int(time.time()))
    stripe.Webhook.construct_event(body, header, SECRET)


def test_a_completed_session_says_what_was_asked() -> None:
    event = json.loads(events.event_body(TARGET, 0, "r1", 1_800_000_000))
    session = event["data"]["object"]
    assert event["type"] == "checkout.session.completed"
    assert (session["id"], session["amount_total"], session["currency"]) == ("cs_test_15", 1_000_000, "pkr")
    assert session["payment_status"] == "paid"
    assert session["metadata"] == {
        "app": "travello-desk",
        "booking_id": "15",
        "install": "install-1",
        "payment_uid": "uid15",
    }


def test_an_intent_says_what_was_received() -> None:
    event = json.loads(events.event_body(TARGET, 1, "r1", 1_800_000_000))
    assert event["type"] == "payment_intent.succeeded"
    assert event["data"]["object"]["amount_received"] == 1_000_000
    assert event["data"]["object"]["metadata"]["payment_uid"] == "uid15"


def test_no_word_of_a_template_is_left_open() -> None:
    for number in (0, 1):
        assert b"@" not in events.event_body(TARGET, number, "r1", 1).replace(b"guest@example.com", b"")


def test_the_same_run_repeats_the_same_events_and_another_run_does_not() -> None:
    def ids(run: str) -> list[str]:
        return [json.loads(events.event_body(TARGET, number, run, 1))["id"] for number in range(4)]

    assert ids("r1") == ids("r1")
    assert len(set(ids("r1") + ids("r2"))) == 8


def test_a_request_carries_its_body_whole() -> None:
    [request] = events.webhook_requests([TARGET], SECRET, "r1", 1_800_000_000, 1_800_000_001, "desk:8000")
    head, body = request.split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(body)}".encode() in head
    assert head.startswith(b"POST /api/payments/webhook/ HTTP/1.1\r\nHost: desk:8000\r\n")
    assert b"Stripe-Signature: t=1800000001,v1=" in head
