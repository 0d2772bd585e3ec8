"""What may go to Stripe and what may come back."""

import json
from typing import Any

import pytest

from travello_desk.stripe_gateway.errors import BadAnswer, Rejected
from travello_desk.stripe_gateway.refusals import is_missing
from travello_desk.stripe_gateway.shapes import (
    checked_id,
    checked_key,
    checked_params,
    plain_list,
    plain_object,
)


@pytest.mark.parametrize("text", ["cs_test_a1", "US", "evt_" + "1" * 251])
def test_ids_pass(text: str) -> None:
    assert checked_id(text) == text


@pytest.mark.parametrize("text", ["", ".", "..", "cs/../refunds", "cs_1?x=1", "cs 1", "cs_1\n", "é", "x" * 256])
def test_what_is_no_id_is_missing_without_asking(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        checked_id(text)
    assert is_missing(caught.value)


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "line\nbreak", "ключ"])
def test_a_bad_idempotency_key_is_our_mistake(key: str) -> None:
    with pytest.raises(ValueError, match="idempotency key"):
        checked_key(key)


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"amount": 1000.0}, r"params\[amount\]"),
        ({"line_items": [{"price_data": {"unit_amount": 1.5}}]}, r"params\[line_items\]\[0\]\[price_data\]"),
        ({"a": ({"b": float("nan")},)}, r"params\[a\]\[0\]\[b\]"),
    ],
)
def test_no_float_ever_goes_to_stripe(params: dict[str, Any], where: str) -> None:
    with pytest.raises(TypeError, match=where):
        checked_params(params)


def test_other_parameters_go_as_they_are() -> None:
    params = {"amount": 5, "on": True, "none": None, "list": ["a"], "nested": {"b": "c"}}
    assert checked_params(params) == params


def test_an_object_comes_back_as_stripe_wrote_it() -> None:
    price = {"id": "price_1", "object": "price", "unit_amount_decimal": "10000.5", "recurring": None}
    assert plain_object(json.dumps(price), "price") == price


@pytest.mark.parametrize("answer", ["[]", "null", "5", "{}", '{"id": 5}', '{"id": "re_1", "object": "charge"}'])
def test_another_object_than_asked_for_is_a_bad_answer(answer: str) -> None:
    with pytest.raises(BadAnswer, match="bad_answer"):
        plain_object(answer, "refund")


@pytest.mark.parametrize("answer", ["[]", "{}", '{"data": {}}', '{"data": ["x"]}', '{"data": [{"id": 1}]}'])
def test_a_list_without_ids_is_a_bad_answer(answer: str) -> None:
    with pytest.raises(BadAnswer, match="bad_answer"):
        plain_list(answer)
