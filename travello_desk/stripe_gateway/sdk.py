"""Loads Stripe's SDK, and quietly: no telemetry, nothing on the terminal, no parameters in a log (PAYMENTS 4.6).

Itself it imports neither stripe nor aiohttp at the top, so that a command that never asks Stripe never waits for them.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import stripe

    from travello_desk.stripe_gateway.transport import Transport

STRIPE_API_BASE = "https://api.stripe.com"

# stripe 16.1 reads these while it is imported and then writes to stderr: the first copies every request there,
# the others add a hint for programming tools. Either would tear a full-screen terminal.
_MAKE_IT_TALK = ("STRIPE_LOG", "CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION")


def open_client(
    secret_key: str, api_base: str | None, connect_seconds: float
) -> "tuple[stripe.StripeClient, Transport]":
    """A client of the SDK on our own transport. Takes some 0.5 s the first time: keep it out of the event loop."""
    with _without(_MAKE_IT_TALK):
        import stripe

        from travello_desk.stripe_gateway import transport
    stripe.enable_telemetry = False
    logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it logs parameters: guests' mail addresses
    base = api_base or STRIPE_API_BASE
    wire = transport.Transport(
        connect_seconds=connect_seconds,
        ssl_context=transport.secure_context(),
        proxy=transport.proxy_for(base),
    )
    client = stripe.StripeClient(secret_key, http_client=wire, base_addresses={"api": base}, max_network_retries=0)
    _load_services(client)
    return client, wire


def _load_services(client: "stripe.StripeClient") -> None:
    """The SDK imports each of its services when it is first touched; touch ours here, beside the event loop."""
    v1 = client.v1
    _ = (v1.checkout.sessions, v1.refunds, v1.payment_intents, v1.charges, v1.disputes, v1.events)
    _ = (v1.accounts, v1.country_specs, v1.webhook_endpoints)


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
