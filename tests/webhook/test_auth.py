"""Bearer tokens: HS256 with `exp` under the house's secret, and nothing else, over HTTP and by the thousand."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.house import JWT_SECRET, NOW, OWNER, House
from webhook.auth import MOST_KNOWN, Caller, Tokens

CLAIMS = {"user_id": OWNER, "exp": NOW + 3600}


def signed(claims: dict[str, Any], secret: str = JWT_SECRET, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, secret, algorithm, headers=header or None)


def verify(token: str, now: float = NOW) -> Caller | None:
    return Tokens(JWT_SECRET, lambda: now).verify(token)


def part(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("claims", "user_id"),
    [
        ({"user_id": 7}, 7),
        ({"user_id": "7"}, 7),
        ({"sub": 7}, 7),
        ({"sub": "7"}, 7),
        ({"user_id": 7, "sub": "somebody@example.com"}, 7),
    ],
)
def test_user_id_or_sub_as_a_number_or_its_digits(claims: dict[str, Any], user_id: int):
    caller = verify(signed({**claims, "exp": NOW + 60}))
    assert caller is not None
    assert (caller.user_id, caller.staff) == (user_id, False)
    assert caller.may_see(user_id)
    assert not caller.may_see(user_id + 1)
    assert not caller.may_see(None)


@pytest.mark.parametrize(
    "claims",
    [
        {"user_id": OWNER},
        {"user_id": OWNER, "exp": None},
        {"user_id": OWNER, "exp": NOW},
        {"user_id": OWNER, "exp": NOW - 1},
        {"user_id": OWNER, "exp": True},
        {"user_id": OWNER, "exp": "soon"},
        {"user_id": OWNER, "exp": float("inf")},
        {"user_id": OWNER, "exp": 10**400},
        {"user_id": OWNER, "exp": NOW + 60, "nbf": NOW + 30},
        {"user_id": OWNER, "exp": NOW + 60, "nbf": "now"},
        {"user_id": OWNER, "exp": NOW + 60, "aud": "another program"},
        {"exp": NOW + 60},
        {"user_id": True, "exp": NOW + 60},
        {"user_id": 7.0, "exp": NOW + 60},
        {"user_id": "7.0", "exp": NOW + 60},
        {"user_id": "\u0667", "exp": NOW + 60},
        {"user_id": "9" * 5000, "exp": NOW + 60},
        {"user_id": [7], "exp": NOW + 60},
        {"user_id": "admin", "is_staff": True, "exp": NOW + 60},
    ],
    ids=lambda claims: str(claims)[:60],
)
def test_claims_that_are_refused(claims: dict[str, Any]):
    assert verify(signed({name: value for name, value in claims.items() if value is not None})) is None


@pytest.mark.parametrize("is_staff", [False, 1, "true", "yes", [True], None])
def test_only_true_is_staff(is_staff: object):
    caller = verify(signed({**CLAIMS, "is_staff": is_staff}))
    assert caller is not None
    assert not caller.staff


def test_staff_need_no_account():
    caller = verify(signed({"is_staff": True, "exp": NOW + 60}))
    assert caller is not None
    assert caller.may_see(None)


FORGED = {
    "another_secret": signed(CLAIMS, "another secret of thirty-two bytes or more"),
    "alg_none": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(CLAIMS)}.",
    "alg_None": f"{part({'alg': 'None'})}.{part(CLAIMS)}.",
    "no_alg": f"{part({})}.{part(CLAIMS)}.",
    "alg_list": f"{part({'alg': ['HS256']})}.{part(CLAIMS)}.x",
    "hs512": signed(CLAIMS, algorithm="HS512"),
    "hs384": signed(CLAIMS, algorithm="HS384"),
    "unsigned": signed(CLAIMS).rpartition(".")[0] + ".",
    "cut": signed(CLAIMS)[:-2],
    "longer": signed(CLAIMS) + "x",
    "claims_swapped": signed(CLAIMS).replace(signed(CLAIMS).split(".")[1], part({**CLAIMS, "is_staff": True})),
    "claims_no_object": jwt.PyJWS().encode(b"[]", JWT_SECRET, "HS256"),
    "claims_deep": jwt.PyJWS().encode(b"[" * 100_000, JWT_SECRET, "HS256"),
    "crit": signed(CLAIMS, crit=["exp"]),
    "empty": "",
    "dots": "..",
    "nul": "\0.\0.\0",
    "non_ascii": signed(CLAIMS) + "\udcff",
}


@pytest.mark.parametrize("name", FORGED)
def test_forgeries_are_refused(name: str):
    assert verify(FORGED[name]) is None


def test_the_time_is_the_houses():
    tokens, now = signed(CLAIMS), float(NOW)
    house = Tokens(JWT_SECRET, lambda: now)
    assert house.verify(tokens) is not None
    now = NOW + 3600.0
    assert house.verify(tokens) is None  # remembered, and over all the same
    now = NOW + 3599.0
    assert house.verify(tokens) is not None


def test_what_is_remembered_is_bounded():
    house = Tokens(JWT_SECRET, lambda: NOW)
    for number in range(MOST_KNOWN + 10):
        assert house.verify(signed({**CLAIMS, "user_id": number})) is not None
    assert len(house._known) <= MOST_KNOWN


def test_a_short_secret_prints_nothing():
    program = f"from webhook.auth import Tokens; Tokens('short', float).verify({FORGED['another_secret']!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")))
def test_no_text_raises(token: str):
    assert verify(token) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


CLAIM_NAMES = st.sampled_from(["user_id", "sub", "exp", "nbf", "iat", "jti", "aud", "iss", "is_staff"])


@given(st.dictionaries(CLAIM_NAMES, json_values))
def test_no_claims_raise_and_no_account_is_made_up(claims: dict[str, Any]):
    token = jwt.PyJWS().encode(json.dumps(claims).encode(), JWT_SECRET, "HS256")
    caller = verify(token)
    if caller is not None and not caller.staff:
        assert str(caller.user_id) in (str(claims.get("user_id")), str(claims.get("sub")))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_over_http_the_scheme_is_case_blind(house: House, scheme: str):
    booking_id = await house.add_booking()
    headers = {"Authorization": f"{scheme} {house.token()}"}
    assert (await house.ask("GET", f"/api/payments/booking/{booking_id}/status", headers=headers)).status == 200


async def test_over_http_a_token_in_the_query_is_none(house: House):
    booking_id = await house.add_booking()
    answer = await house.ask("GET", f"/api/payments/booking/{booking_id}/status?token={house.token()}")
    assert answer.status == 403
