"""A small Stripe of our own over real HTTP, for the demo, training and every test. No real money, ever."""

from travello_desk.sandbox.cards import NotACardError
from travello_desk.sandbox.chaos import Chaos
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.faults import Fault, FaultPlan, stall_after, stall_before
from travello_desk.sandbox.payments import Attempt, Buyer, NotPayableError
from travello_desk.sandbox.sandbox import Sandbox

__all__ = [
    "ApiError",
    "Attempt",
    "Buyer",
    "Chaos",
    "Fault",
    "FaultPlan",
    "NotACardError",
    "NotPayableError",
    "Sandbox",
    "stall_after",
    "stall_before",
]
