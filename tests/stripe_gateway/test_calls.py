"""One call: when it is tried again, how long it may take, and what is known about it at the end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.loop_time import put_forward
from travello_desk.stripe_gateway.calls import Caller, Exchange, current_exchange
from travello_desk.stripe_gateway.errors import (
    BadAnswer,
    Busy,
    Conflict,
    Forbidden,
    GatewayError,
    KeyReuse,
    Rejected,
    ServerFault,
    TimedOut,
    Unauthorised,
    Unreachable,
)

QUICK = Caller(timeout_seconds=5, pause_seconds=0)
ACTED_PERHAPS = [Unreachable, BadAnswer, Conflict, ServerFault]


def attempts(*outcomes: GatewayError | str) -> tuple[Callable[[], Awaitable[str]], list[int]]:
    """A request with these outcomes one after the other, and the list of the attempts made."""
    made: list[int] = []

    async def send() -> str:
        made.append(len(made))
        outcome = outcomes[len(made) - 1]
        if isinstance(outcome, GatewayError):
            raise outcome
        return outcome

    return send, made


async def final(*outcomes: GatewayError | str, writes: bool = True) -> GatewayError:
    send, _ = attempts(*outcomes)
    with pytest.raises(GatewayError) as caught:
        await QUICK.call(send, Exchange(writes=writes))
    return caught.value


@pytest.mark.parametrize("error", [Busy(), Unreachable(), BadAnswer(), Conflict(), ServerFault()], ids=repr)
async def test_what_may_pass_is_tried_once_more(error: GatewayError) -> None:
    send, made = attempts(error, "done")
    assert await QUICK.call(send, Exchange(writes=True)) == "done"
    assert made == [0, 1]


@pytest.mark.parametrize("error", [Rejected(), Unauthorised(), Forbidden(), KeyReuse()], ids=repr)
async def test_what_cannot_pass_is_not_tried_again(error: GatewayError) -> None:
    send, made = attempts(error, "done")
    with pytest.raises(type(error)):
        await QUICK.call(send, Exchange(writes=True))
    assert made == [0]


async def test_there_is_no_third_attempt() -> None:
    send, made = attempts(Busy(), Busy(), "done")
    with pytest.raises(Busy):
        await QUICK.call(send, Exchange(writes=True))
    assert made == [0, 1]


async def test_stripes_advice_goes_before_our_own_opinion() -> None:
    send, made = attempts(ServerFault(should_retry=False), "done")
    with pytest.raises(ServerFault):
        await QUICK.call(send, Exchange(writes=True))
    assert made == [0]
    send, made = attempts(Rejected(should_retry=True), "done")
    assert await QUICK.call(send, Exchange(writes=True)) == "done"


async def test_no_second_try_when_stripe_wants_more_time_than_there_is() -> None:
    send, made = attempts(Busy(retry_after_seconds=3), "done")
    with pytest.raises(Busy) as caught:
        await QUICK.call(send, Exchange(writes=True))
    assert made == [0]
    assert caught.value.retry_after_seconds == 3


@pytest.mark.parametrize("first", ACTED_PERHAPS)
@pytest.mark.parametrize("second", [Busy, Unauthorised, Forbidden])
async def test_a_doubt_stays_when_the_second_attempt_fails_for_another_reason(
    first: type[GatewayError], second: type[GatewayError]
) -> None:
    assert not (await final(first(), second())).outcome_known
    assert not (await final(first(), Unreachable(outcome_known=True))).outcome_known


@pytest.mark.parametrize("first", ACTED_PERHAPS)
async def test_a_definite_no_under_the_same_key_ends_the_doubt(first: type[GatewayError]) -> None:
    assert (await final(first(), Rejected())).outcome_known


async def test_without_a_doubt_the_outcome_is_known() -> None:
    assert (await final(Busy(), Busy())).outcome_known
    assert (await final(Busy(), Unreachable(outcome_known=True))).outcome_known
    assert not (await final(Busy(), ServerFault())).outcome_known


@pytest.mark.parametrize("error", [*ACTED_PERHAPS, KeyReuse])
async def test_a_failed_look_up_leaves_no_doubt(error: type[GatewayError]) -> None:
    assert (await final(error(), error(), writes=False)).outcome_known


@pytest.mark.parametrize(
    ("writes", "connected", "known"), [(True, True, False), (True, False, True), (False, True, True)]
)
async def test_out_of_time_is_a_doubt_once_stripe_may_have_heard_it(writes: bool, connected: bool, known: bool) -> None:
    async def send() -> None:
        current_exchange.get().connected = connected
        await asyncio.Event().wait()

    with pytest.raises(TimedOut) as caught:
        await Caller(timeout_seconds=0.02).call(send, Exchange(writes=writes))  # `send` has begun before time passes
    assert caught.value.outcome_known is known
    assert caught.value.sentence.startswith("Stripe did not answer in 0.02 s")


async def test_out_of_time_in_the_second_attempt_keeps_the_doubt_of_the_first() -> None:
    first = iter([ServerFault()])

    async def send() -> None:
        for error in first:
            raise error
        put_forward(5)
        await asyncio.Event().wait()

    with pytest.raises(TimedOut) as caught:
        await QUICK.call(send, Exchange(writes=True))
    assert not caught.value.outcome_known


async def test_a_connection_of_the_first_attempt_is_no_doubt_about_the_second() -> None:
    first = iter([Busy()])

    async def send() -> None:
        for error in first:
            current_exchange.get().connected = True
            raise error
        put_forward(5)
        await asyncio.Event().wait()  # on the way to a second connection

    with pytest.raises(TimedOut) as caught:
        await QUICK.call(send, Exchange(writes=True))
    assert caught.value.outcome_known


async def test_someone_elses_cancellation_passes_through() -> None:
    task = asyncio.create_task(QUICK.call(asyncio.Event().wait, Exchange(writes=True)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
