"""A laptop's lid closes between the decision and the request: after a day the key may be forgotten; nothing is sent."""

import pytest

from tests.stripe_gateway.conftest import SECRET
from travello_desk.sandbox import Sandbox
from travello_desk.stripe_gateway import Gateway, Rejected, TimedOut, calls

DAY = 24 * 3600.0


@pytest.mark.parametrize("warm", [False, True])
async def test_what_was_decided_on_before_a_long_sleep_is_not_sent(warm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a connection that is there already, or a new one."""
    async with Sandbox(secret_key=SECRET) as sandbox:
        gateway = Gateway(SECRET, api_base=sandbox.base_url, pause_seconds=0.001)
        if warm:
            await gateway.server_time()
        began, asked = 1_790_000_000.0, len(sandbox.requests)
        clock = iter([began])
        monkeypatch.setattr(calls, "wall_clock", lambda: next(clock, began + DAY))
        with pytest.raises(TimedOut) as slept:
            await gateway.create_refund({"payment_intent": "pi_1", "amount": 5}, "key-1")
        assert slept.value.outcome_known, "the clerk is told that no money moved"
        assert slept.value.retryable, "and the intention stays"
        assert "slept" in slept.value.sentence
        assert len(sandbox.requests) == asked
        await gateway.server_time()
        assert len(sandbox.requests) == asked + 1, "a look-up changes nothing, and the connection is well"
        await gateway.close()


async def test_a_short_nap_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Sandbox(secret_key=SECRET) as sandbox:
        gateway = Gateway(SECRET, api_base=sandbox.base_url)
        clock = iter([1_790_000_000.0])
        monkeypatch.setattr(calls, "wall_clock", lambda: next(clock, 1_790_000_000.0 + calls.OVERSLEPT_SECONDS - 1))
        with pytest.raises(Rejected, match="resource_missing"):
            await gateway.create_refund({"payment_intent": "pi_1", "amount": 5}, "key-1")
        assert [asked.idempotency_key for asked in sandbox.requests] == ["key-1"]
        await gateway.close()
