"""A gateway on a server of scripted bytes."""

from collections.abc import AsyncIterator

import pytest

from tests.stripe_gateway.raw_server import RawServer
from travello_desk.stripe_gateway import Gateway

SECRET = "sk_test_notARealKey0123456789f3a"
PATIENCE_SECONDS = 30.0


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    raw = RawServer()
    await raw.start()
    yield raw
    await raw.stop()


@pytest.fixture
async def gateway(server: RawServer) -> AsyncIterator[Gateway]:
    """Patient, so that a slow machine changes no result; tests of the time-out put the loop's clock forward."""
    desk = Gateway(SECRET, api_base=server.url, timeout_seconds=PATIENCE_SECONDS, pause_seconds=0.001)
    yield desk
    await desk.close()
