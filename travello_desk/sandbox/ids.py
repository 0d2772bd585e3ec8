"""Ids that look like Stripe's, drawn from one seeded source so that a run can be repeated."""

from __future__ import annotations

import random

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

#: kind -> (prefix, random characters). Lengths as seen on real objects.
_SHAPES = {
    "session": ("cs_{mode}_a1", 56),
    "payment_intent": ("pi_3", 23),
    "charge": ("ch_3", 23),
    "refund": ("re_3", 23),
    "event": ("evt_1", 23),
    "dispute": ("du_1", 23),
    "line_item": ("li_1", 23),
    "price": ("price_1", 23),
    "product": ("prod_", 14),
    "transaction": ("txn_3", 23),
    "payment_method": ("pm_1", 23),
    "payment_method_configuration": ("pmc_1", 23),
    "request": ("req_", 14),
    "endpoint": ("we_1", 23),
    "account": ("acct_1", 15),
}


class Ids:
    """``seed=None`` draws from the operating system: two sandboxes then never share an id."""

    def __init__(self, seed: int | None, *, livemode: bool = False) -> None:
        self._random = random.Random(seed)
        self._mode = "live" if livemode else "test"

    def new(self, kind: str) -> str:
        """A fresh id of that kind."""
        prefix, length = _SHAPES[kind]
        return prefix.format(mode=self._mode) + self.token(length)

    def token(self, length: int) -> str:
        """Random letters and digits."""
        return "".join(self._random.choices(_ALPHABET, k=length))

    def noise(self, length: int) -> str:
        """Random lower-case hex: for long strings nobody reads, where speed matters."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def digits(self, length: int) -> str:
        """Random decimal digits, for bank references."""
        return "".join(self._random.choices("0123456789", k=length))
