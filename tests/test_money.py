"""Money as integers: Stripe's table, strict parsing, one formatter, exact conversion (PAYMENTS 2)."""

from __future__ import annotations

import ast
import json
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travello_desk import money
from travello_desk.money import (
    CURRENCIES,
    MINUS,
    STEP,
    THREE_DECIMAL,
    TWO_DECIMAL,
    ZERO_DECIMAL,
    MoneyError,
    Rate,
    charge_limit,
    convert,
    describe_minor,
    exponent,
    format_minor,
    major_number,
    parse_major,
    share,
    to_major,
)

ANY_CURRENCY = st.sampled_from(sorted(CURRENCIES))
AMOUNT = st.integers(0, 10**12)


# Stripe's table (PAYMENTS 2.1), written out again and not taken from the code

ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
THREE = "BHD JOD KWD OMR TND"
TWO_WHERE_CLDR_SAYS_NONE = "ALL ISK LAK RSD SOS UGX YER AFN LBP MMK HUF TWD PKR"


@pytest.mark.parametrize(
    ("codes", "digits"), [(ZERO, 0), (THREE, 3), (TWO_WHERE_CLDR_SAYS_NONE, 2), ("USD EUR GBP AED SAR", 2)]
)
def test_exponents(codes: str, digits: int) -> None:
    assert {code: exponent(code) for code in codes.split()} == dict.fromkeys(codes.split(), digits)


def test_the_three_classes_are_disjoint_and_complete() -> None:
    assert len(ZERO_DECIMAL) + len(TWO_DECIMAL) + len(THREE_DECIMAL) == len(CURRENCIES)
    assert frozenset(ZERO.split()) == ZERO_DECIMAL
    assert frozenset(THREE.split()) == THREE_DECIMAL
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)


@pytest.mark.parametrize("code", ["", "PK", "ZZZ", "RUPEE", "₨"])
def test_an_unknown_currency_is_an_error(code: str) -> None:
    with pytest.raises(MoneyError, match="not a currency"):
        exponent(code)


def test_currencies_are_case_blind() -> None:
    assert exponent("pkr") == exponent("PKR") == 2
    assert parse_major("10", "jpy") == 10
    assert format_minor(1000, "pkr") == "Rs. 10"


# Parsing what people type (PAYMENTS 2.6, C10, UX 2.5)


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("12300", "PKR", 1_230_000),
        ("12,300", "PKR", 1_230_000),
        ("12300.5", "PKR", 1_230_050),
        ("12300.50", "PKR", 1_230_050),
        (" 12300 ", "PKR", 1_230_000),
        ("1,000", "PKR", 100_000),
        ("1,234,567.89", "PKR", 123_456_789),
        ("0", "PKR", 0),
        ("0.01", "PKR", 1),
        ("1.15", "USD", 115),
        ("007", "PKR", 700),
        ("10000", "JPY", 10_000),
        ("10000.00", "JPY", 10_000),
        ("1.230", "KWD", 1230),
        ("1.23", "KWD", 1230),
        ("12300", "KWD", 12_300_000),
        ("500", "UGX", 50_000),
        ("500.00", "ISK", 50_000),
        ("1.01", "HUF", 101),
        ("999999999999999", "PKR", 99_999_999_999_999_900),
    ],
)
def test_parse(typed: str, currency: str, minor: int) -> None:
    assert parse_major(typed, currency) == minor


@pytest.mark.parametrize(
    "typed", ["1.234", "1,23", "1.000,50", "0,500", "1.000.000", "12.345", "1,2", "1.005", "0.500"]
)
def test_two_readings_are_refused(typed: str) -> None:
    with pytest.raises(MoneyError, match="two ways"):
        parse_major(typed, "PKR")


@pytest.mark.parametrize("typed", ["1,230", "12,300", "1.000,50"])
def test_three_digits_behind_the_point_turn_the_doubt_around(typed: str) -> None:
    """Kuwait writes 1.230; what is doubtful there is the comma."""
    with pytest.raises(MoneyError, match="two ways"):
        parse_major(typed, "KWD")


@pytest.mark.parametrize(
    ("typed", "currency", "why"),
    [
        ("", "PKR", "type an amount"),
        ("   ", "PKR", "type an amount"),
        ("-5", "PKR", "negative"),
        ("١٢٣", "PKR", "digits 0 to 9"),
        ("１２", "PKR", "digits 0 to 9"),
        ("12 300", "PKR", "not an amount"),
        ("12\u00a0300", "PKR", "digits 0 to 9"),
        ("+5", "PKR", "not an amount"),
        ("5.", "PKR", "not an amount"),
        (".5", "PKR", "not an amount"),
        ("1e3", "PKR", "not an amount"),
        ("1_000", "PKR", "not an amount"),
        ("0x10", "PKR", "not an amount"),
        ("NaN", "PKR", "not an amount"),
        ("Rs. 5", "PKR", "not an amount"),
        ("5\n6", "PKR", "not an amount"),
        ("1,0000", "PKR", "not an amount"),
        ("1,00,000", "PKR", "not an amount"),
        (",500", "PKR", "not an amount"),
        ("1234.567", "PKR", "2 digits"),
        ("1234.500", "PKR", "2 digits"),
        ("5.5", "JPY", "no decimals"),
        ("5000.000", "JPY", "no decimals"),
        ("1234.5678", "KWD", "3 digits"),
        ("1.234", "KWD", "multiples of KWD 0.010"),
        ("5.50", "UGX", "multiples of UGX 1"),
        ("5.50", "ISK", "multiples of ISK 1"),
        ("9" * 16, "PKR", "not an amount"),
        ("5", "ZZZ", "not a currency"),
    ],
)
def test_refused_with_a_reason(typed: str, currency: str, why: str) -> None:
    with pytest.raises(MoneyError, match=why):
        parse_major(typed, currency)


@given(st.text(max_size=20), ANY_CURRENCY)
def test_parsing_refuses_or_gives_a_chargeable_whole(typed: str, currency: str) -> None:
    try:
        minor = parse_major(typed, currency)
    except MoneyError:
        return
    assert 0 <= minor < 2**63
    assert minor % STEP.get(currency, 1) == 0


@given(st.from_regex(r"\A[0-9]{1,4}([.,][0-9]{1,4}){0,3}\Z"), ANY_CURRENCY)
def test_an_accepted_amount_has_no_second_reading(typed: str, currency: str) -> None:
    """Read with the marks swapped, as half of Europe would: refused, or the same number, or more digits than it has."""
    try:
        minor = parse_major(typed, currency)
    except MoneyError:
        return
    swapped = typed.translate(str.maketrans(".,", ",."))
    groups = swapped.split(".")[0].split(",")
    fraction = swapped.partition(".")[2]
    grouped = len(groups) == 1 or (all(len(g) == 3 for g in groups[1:]) and groups[0].strip("0"))
    if not grouped or "," in fraction or "." in fraction or len(fraction) > exponent(currency):
        return
    other = Decimal(swapped.replace(",", "")).scaleb(exponent(currency))
    assert other == minor


@given(AMOUNT, ANY_CURRENCY)
def test_format_and_parse_round_trip(amount: int, currency: str) -> None:
    amount -= amount % STEP.get(currency, 1)
    shown = format_minor(amount, currency)
    typed = shown.removeprefix(money.SYMBOLS.get(currency, f"{currency} "))
    if currency in THREE_DECIMAL:
        typed = typed.replace(",", "")
    assert parse_major(typed, currency) == amount
    assert parse_major(f"{to_major(amount, currency):f}".removesuffix(".000"), currency) == amount


# Showing


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1_000_000, "PKR", "Rs. 10,000"),
        (2_400_050, "PKR", "Rs. 24,000.50"),
        (2_400_005, "PKR", "Rs. 24,000.05"),
        (8240, "USD", "$82.40"),
        (8200, "USD", "$82"),
        (0, "PKR", "Rs. 0"),
        (5, "EUR", "€0.05"),
        (30_000, "AED", "AED 300"),
        (1200, "JPY", "¥1,200"),
        (1_230, "KWD", "KWD 1.230"),
        (50_000, "UGX", "UGX 500"),
        (-500, "PKR", f"{MINUS}Rs. 5"),
        (-550, "USD", f"{MINUS}$5.50"),
    ],
)
def test_format(amount: int, currency: str, shown: str) -> None:
    assert format_minor(amount, currency) == shown


@given(st.integers(-(10**12), 10**12), ANY_CURRENCY)
def test_shown_money_is_narrow_and_on_one_line(amount: int, currency: str) -> None:
    """PAYMENTS 2.6: no NBSP, no direction marks; they break columns and pasting."""
    shown = format_minor(amount, currency)
    assert "\u00a0" not in shown
    assert "\u200f" not in shown
    assert shown.isprintable()


def test_money_from_outside_is_shown_as_told() -> None:
    assert describe_minor(1_000_000, "pkr") == "Rs. 10,000"
    assert describe_minor(1234, "xyz") == "1,234 minor units of XYZ"
    assert describe_minor(1234, "") == "1,234 minor units of an unnamed currency"


@given(AMOUNT, ANY_CURRENCY)
def test_major_is_exact(amount: int, currency: str) -> None:
    assert to_major(amount, currency) * 10 ** exponent(currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1_000_000, "PKR", "10000"), (1_000_050, "PKR", "10000.5"), (1_000_005, "PKR", "10000.05"), (7, "JPY", "7")],
)
def test_the_number_in_json(amount: int, currency: str, text: str) -> None:
    """PAYMENTS 2.2: an int when whole."""
    assert json.dumps(major_number(amount, currency)) == text


@given(AMOUNT, ANY_CURRENCY)
def test_the_number_in_json_loses_nothing(amount: int, currency: str) -> None:
    written = json.dumps(major_number(amount, currency))
    assert Decimal(written) == to_major(amount, currency)


def test_no_float_is_made_or_used() -> None:
    """The one JSON number is read by the json module; no literal, no float(), no true division but Decimal's."""
    tree = ast.parse(Path(money.__file__).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))


# Limits (PAYMENTS 2.3)


@pytest.mark.parametrize(
    ("amount", "currency", "limit"),
    [
        (20_000, "PKR", None),
        (19_999, "PKR", "Amount is below the online minimum of Rs. 200"),
        (99_999_999, "PKR", None),
        (100_000_000, "PKR", "Amount is above the online maximum of Rs. 999,999.99"),
        (50, "USD", None),
        (49, "USD", "Amount is below the online minimum of $0.50"),
        (199, "AED", "Amount is below the online minimum of AED 2"),
        (30, "GBP", None),
        (49, "JPY", "Amount is below the online minimum of ¥50"),
        (10**12 - 1, "IDR", None),
        (10**12, "IDR", "Amount is above the online maximum of IDR 9,999,999,999.99"),
        (10**9, "INR", "Amount is above the online maximum of ₹9,999,999.99"),
        (10**10, "COP", "Amount is above the online maximum of COP 99,999,999.99"),
        (10_050, "UGX", "Amount must be a multiple of UGX 1"),
        (1_001, "KWD", "Amount must be a multiple of KWD 0.010"),
        (99_999_999, "UGX", "Amount is above the online maximum of UGX 999,999"),
        (0, "PKR", "Amount is below the online minimum of Rs. 200"),
        (-5, "PKR", "Amount is below the online minimum of Rs. 200"),
    ],
)
def test_limits_name_themselves(amount: int, currency: str, limit: str | None) -> None:
    assert charge_limit(amount, currency) == limit


@given(st.integers(-10, 10**13), ANY_CURRENCY)
def test_what_is_within_the_limits_can_be_charged(amount: int, currency: str) -> None:
    if charge_limit(amount, currency) is None:
        assert amount > 0
        assert amount % STEP.get(currency, 1) == 0


# Conversion (PAYMENTS 2.5)

TODAY = date(2026, 11, 24)


def rate(units: str, primary: str = "PKR", fallback: str = "USD") -> Rate:
    return Rate(primary, fallback, Decimal(units), TODAY, "settings")


@pytest.mark.parametrize(
    ("amount", "at", "cents"),
    [
        (1_000_000, rate("280"), 3571),
        (1_000_000, rate("280.50"), 3565),
        (14_000, rate("280"), 50),
        (140, rate("280"), 1),
        (139, rate("280"), 0),
        (1_000_000, rate("1"), 1_000_000),
        (1_000, rate("150", "JPY"), 667),
        (1_000_000, rate("0.31", "USD", "KWD"), 32_258_060),
        (1_000_000, rate("130", "USD", "ISK"), 7_700),
    ],
)
def test_convert(amount: int, at: Rate, cents: int) -> None:
    """The brief's Rs. 10,000 is $35.71 at 280, never $100. Half up, to what can be charged."""
    assert convert(amount, at) == cents


@given(
    st.integers(0, 10**11),
    st.decimals("0.0001", "100000", places=4),
    st.sampled_from(["PKR", "JPY", "KWD", "USD"]),
    st.sampled_from(["USD", "EUR", "JPY"]),
)
def test_convert_is_decimals_half_up(amount: int, units: Decimal, primary: str, fallback: str) -> None:
    precise = Context(prec=60)
    quotient = precise.divide(Decimal(amount), units * 10 ** exponent(primary))
    expected = precise.multiply(quotient, Decimal(10 ** exponent(fallback))).quantize(
        Decimal(1), rounding=ROUND_HALF_UP, context=precise
    )
    assert convert(amount, Rate(primary, fallback, units, TODAY, "test")) == int(expected)


@pytest.mark.parametrize("units", ["0", "-280", "NaN", "Infinity"])
def test_a_rate_that_is_none_is_refused(units: str) -> None:
    with pytest.raises(MoneyError, match="exchange rate"):
        convert(1_000_000, rate(units))


def test_a_rate_says_where_it_is_from() -> None:
    assert str(rate("280.50")) == "280.50 PKR per USD of 2026-11-24 (settings)"


@given(st.integers(0, 10**10), st.integers(1, 10**10), st.integers(0, 10**10))
def test_share_is_half_up(part: int, whole: int, of: int) -> None:
    expected = (Decimal(part) * of / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert share(part, whole, of) == int(expected)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(MoneyError, match="share of nothing"):
        share(1, 0, 5)


@given(st.integers(50, 10**8), st.integers(1, 10**8), st.lists(st.integers(0, 10**7), max_size=6))
def test_shares_of_running_sums_make_up_the_whole(usd: int, pkr: int, parts: list[int]) -> None:
    """PAYMENTS 2.5 point 8: the difference of two shares of the sum so far never drifts."""
    given_back, meant = 0, 0
    for part in (*(min(p, pkr) for p in parts), pkr):
        meant = min(pkr, meant + part)
        due = share(meant, pkr, usd) - given_back
        assert due >= 0
        given_back += due
    assert given_back == usd
