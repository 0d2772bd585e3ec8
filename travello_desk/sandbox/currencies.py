"""Stripe's side of currencies: what an account takes, minima, remainders (PAYMENTS 2.1 to 2.4). Pure.

Kept apart from ``travello_desk.money`` on purpose: the sandbox is the other party, so a slip in the desk's
own table must meet a refusal here and not an echo.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from travello_desk.sandbox.errors import ApiError

ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)  # fmt: skip
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
#: Two digits on the wire, none in life: the amount must divide by 100.
EFFECTIVELY_ZERO_DECIMAL = frozenset({"isk", "ugx"})

_WORDS = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd btn bwp byn bzd "
    "cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd "
    "hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad "
    "mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln "
    "pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs "
    "uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw"
)
KNOWN = tuple(_WORDS.split())

#: Three-decimal currencies need an account that settles in them.
_ABROAD_ONLY = THREE_DECIMAL

SETTLEMENT = {
    "US": "usd",
    "GB": "gbp",
    "AE": "aed",
    "DE": "eur",
    "FR": "eur",
    "IE": "eur",
    "HK": "hkd",
    "SG": "usd",
}

#: Smallest charge in minor units of the settlement currency, and how Stripe words it.
_MINIMA = {
    "usd": (50, "50 cents"),
    "eur": (50, "50 cents"),
    "gbp": (30, "30 pence"),
    "aed": (200, "200 fils"),
    "hkd": (400, "400 cents"),
}

#: Units per US dollar, fixed: the sandbox must answer the same tomorrow. Anything absent counts as 1.
_RATES = (
    "usd=1 eur=0.92 gbp=0.79 aed=3.6725 hkd=7.8 pkr=280 inr=84 sar=3.75 jpy=150 chf=0.88 cad=1.36 aud=1.5 "
    "try=34 idr=15800 krw=1350 ugx=3700 isk=138 bhd=0.376 kwd=0.307 omr=0.385 jod=0.709 tnd=3.1 huf=360 "
    "czk=23 thb=34 cny=7.1 lkr=300 bdt=118 npr=134 afn=70 myr=4.4 sgd=1.34 mxn=18 pln=4 sek=10.4 nok=10.7 "
    "dkk=6.9 cop=4000 vnd=25000 php=57"
)
_PER_USD = {pair[:3]: Decimal(pair[4:]) for pair in _RATES.split()}

_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "pkr": "₨", "hkd": "$"}

#: Most digits of an amount; eight unless listed (PAYMENTS 2.3).
_MOST_DIGITS = {"idr": 12, "cop": 10, "inr": 9}


def exponent(currency: str) -> int:
    """Digits after the point in the API's minor units."""
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def supported_in(country: str) -> tuple[str, ...]:
    """The currencies an account of that country may charge in, unless the sandbox was told otherwise."""
    own = SETTLEMENT.get(country, "usd")
    return tuple(code for code in KNOWN if code not in _ABROAD_ONLY or code == own)


def settlement_of(country: str) -> str:
    """The account's own currency."""
    return SETTLEMENT.get(country, "usd")


def check_currency(currency: str, supported: tuple[str, ...], country: str, param: str) -> None:
    """Refuse a word that is no currency, and a currency this account does not take (PAYMENTS 2.4)."""
    if currency not in KNOWN:
        offered = "Stripe currently supports these currencies: " + ", ".join(KNOWN)
        raise ApiError(f"Invalid currency: {currency}. {offered}", param=param)
    if currency not in supported:
        raise ApiError(
            f"Invalid currency: {currency}. Stripe accounts in {country} do not support {currency}. "
            f"Your account currently supports these currencies: {', '.join(supported)}",
            param=param,
        )


def check_unit(amount: int, currency: str, param: str) -> None:
    """Refuse fractions a currency does not have: hundredths of ISK and UGX, thousandths of dinars."""
    if currency in EFFECTIVELY_ZERO_DECIMAL and amount % 100:
        raise ApiError(
            f"Invalid amount. Currency {currency.upper()} has become effectively zero-decimal and charged "
            "amounts must be evenly divisible by 100.",
            param=param,
        )
    if currency in THREE_DECIMAL and amount % 10:
        raise ApiError(
            f"Invalid amount. {currency.upper()} is a three-decimal currency: the last digit must be 0.",
            param=param,
        )


def check_total(amount: int, currency: str, country: str) -> None:
    """Refuse totals outside Stripe's limits; nought is allowed: an order without payment (PAYMENTS 2.3)."""
    if amount > 10 ** _MOST_DIGITS.get(currency, 8) - 1:
        most = shown(10 ** _MOST_DIGITS.get(currency, 8) - 1, currency)
        message = f"The Checkout Session's total amount due must be no more than {most}."
        raise ApiError(message, code="amount_too_large")
    settlement = settlement_of(country)
    least, words = _MINIMA.get(settlement, _MINIMA["usd"])
    converted = convert(amount, currency, settlement)
    if amount and converted < least:
        raise ApiError(
            f"The Checkout Session's total amount must convert to at least {words}. "
            f"{shown(amount, currency)} converts to approximately {shown(converted, settlement)}.",
            code="amount_too_small",
        )


def convert(amount: int, currency: str, into: str) -> int:
    """Minor units of another currency at the fixed table, rounded half up."""
    major = Decimal(amount).scaleb(-exponent(currency)) / _PER_USD.get(currency, Decimal(1))
    minor = (major * _PER_USD.get(into, Decimal(1))).scaleb(exponent(into))
    return int(minor.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shown(amount: int, currency: str) -> str:
    """An amount as Stripe's messages print it: ``₨100.00``, ``$0.36``, ``12.50 zmw``."""
    digits = exponent(currency)
    number = f"{Decimal(amount).scaleb(-digits):,.{digits}f}"
    sign = _SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"
