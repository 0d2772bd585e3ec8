"""Stripe's clock can be read with any key that Stripe knows, and from nobody else (PAYMENTS E9)."""

import pytest

from tests.stripe_gateway.raw_server import RawServer, Reply, answer, good, refusal
from travello_desk.stripe_gateway import BadAnswer, Gateway, GatewayError, Unauthorised

DATE = {"Date": "Fri, 20 Nov 2026 09:00:00 GMT"}
AT = 1795165200
ACCOUNT = {"id": "acct_1", "object": "account"}


@pytest.mark.parametrize(
    "reply", [good(ACCOUNT, **DATE), refusal(403, DATE, message="No right"), refusal(401, DATE, message="No key")]
)
async def test_every_answer_of_stripes_tells_the_time(server: RawServer, gateway: Gateway, reply: Reply) -> None:
    server.script = [reply]
    at, latency_seconds = await gateway.server_time()
    assert at == AT
    assert latency_seconds > 0


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Nov 2026 09:00:00 GMT"])
async def test_no_date_no_time(server: RawServer, gateway: Gateway, date: str) -> None:
    server.script = [good(ACCOUNT, Date=date)]
    with pytest.raises(BadAnswer):
        await gateway.server_time()
    server.script = [refusal(401, {"Date": date}, message="No key")]
    with pytest.raises(Unauthorised):
        await gateway.server_time()


@pytest.mark.parametrize(
    "reply", [answer(200, "<html>", **DATE), answer(403, "<html>", **DATE), answer(502, "", **DATE)]
)
async def test_the_clock_of_whoever_is_in_between_is_not_stripes(
    server: RawServer, gateway: Gateway, reply: Reply
) -> None:
    server.script = [reply]
    with pytest.raises(GatewayError):
        await gateway.server_time()
