"""Every way in which HTTP can go wrong, over real sockets: the right error, the right doubt, the same key again."""

import asyncio
import socket
import ssl

import pytest

from tests.loop_time import put_forward
from tests.ports import free_port
from tests.stripe_gateway.conftest import PATIENCE_SECONDS, SECRET
from tests.stripe_gateway.raw_server import HANG, RESET, RawServer, Reply, answer, good, refusal
from travello_desk.stripe_gateway import (
    BadAnswer,
    Busy,
    Conflict,
    Forbidden,
    Gateway,
    GatewayError,
    KeyReuse,
    Rejected,
    ServerFault,
    TimedOut,
    Unauthorised,
    Unreachable,
)
from travello_desk.stripe_gateway.transport import secure_context

SESSION = {"id": "cs_test_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_test_1#fid"}
HTML = "<html><body>It works!</body></html>"
CUT = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b'{"id": "cs_test', then="close")
CUT_CHUNK = Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n" + b'{"id"', then="close")
CUT_UNSEEN = Reply(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"id": "cs_test_1", "obj', then="close")
NO_GZIP = answer(200, b"this is not gzip", Content_Encoding="gzip")
NOT_HTTP = Reply(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", then="close")
LONG_HEADER = answer(200, "{}", X_Long="x" * 100_000)


async def create(gateway: Gateway) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        await gateway.create_session({"mode": "payment", "amount": 5}, "key-1")
    return caught.value


async def create_at(base: str) -> GatewayError:
    gateway = Gateway(SECRET, api_base=base, pause_seconds=0.001)
    error = await create(gateway)
    await gateway.close()
    return error


@pytest.mark.parametrize(
    ("reply", "kind", "known"),
    [
        (RESET, Unreachable, False),
        (Reply(then="close"), Unreachable, False),
        (CUT, BadAnswer, False),
        (CUT_CHUNK, BadAnswer, False),
        (CUT_UNSEEN, BadAnswer, False),
        (NO_GZIP, BadAnswer, False),
        (NOT_HTTP, BadAnswer, False),
        (LONG_HEADER, BadAnswer, False),
        (answer(200, HTML), BadAnswer, False),
        (answer(200, ""), BadAnswer, False),
        (answer(200, b"\xff\xfe\x00"), BadAnswer, False),
        (answer(200, "[]"), BadAnswer, False),
        (answer(200, "null"), BadAnswer, False),
        (answer(200, '"cs_test_1"'), BadAnswer, False),
        (answer(200, "{}"), BadAnswer, False),
        (answer(200, '{"id":' * 400 + "1" + "}" * 400), BadAnswer, False),
        (answer(200, '{"id": "x", "object": "price", "unit_amount_decimal": "a"}'), BadAnswer, False),
        (good({"id": "re_1", "object": "refund"}), BadAnswer, False),
        (answer(301, "", Location="https://login.hotel.example/"), BadAnswer, False),
        (answer(500, HTML), ServerFault, False),
        (answer(502, ""), ServerFault, False),
        (refusal(500, type="api_error", message="Sorry"), ServerFault, False),
        (refusal(409, type="idempotency_error", code="idempotency_key_in_use"), Conflict, False),
        (refusal(400, type="idempotency_error", message="Keys ..."), KeyReuse, False),
        (refusal(401, message="Invalid API Key provided"), Unauthorised, True),
        (refusal(403, message="No"), Forbidden, True),
        (refusal(400, type="invalid_request_error", message="No"), Rejected, True),
        (refusal(400, type="invalid_request_error", code="amount_too_small"), Rejected, True),
        (refusal(402, type="card_error", code="card_declined"), Rejected, True),
        (refusal(404, type="invalid_request_error", code="resource_missing"), Rejected, True),
        (refusal(429, message="Too many"), Busy, True),
        (refusal(429, {"Retry_After": "0"}, code="lock_timeout"), Busy, True),
        (answer(407, HTML), Unreachable, True),
        (answer(413, HTML), BadAnswer, False),
        (answer(403, HTML), BadAnswer, False),
    ],
)
async def test_every_fault_becomes_its_own_error(
    server: RawServer, gateway: Gateway, reply: Reply, kind: type[GatewayError], known: bool
) -> None:
    server.script = [reply]
    error = await create(gateway)
    assert type(error) is kind
    assert error.outcome_known is known
    assert error.sentence
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert keys == ["key-1"] * (2 if error.retryable else 1)
    assert len({request.body for request in server.requests}) == 1


@pytest.mark.parametrize(
    "fault",
    [
        RESET,
        CUT,
        answer(200, HTML),
        answer(500, HTML),
        refusal(409, type="idempotency_error"),
        refusal(429, message="Too many"),
    ],
)
async def test_a_passing_fault_is_healed_under_the_same_key(server: RawServer, gateway: Gateway, fault: Reply) -> None:
    server.script = [fault, good(SESSION)]
    assert await gateway.create_session({"mode": "payment"}, "key-1") == SESSION
    assert [request.headers["idempotency-key"] for request in server.requests] == ["key-1", "key-1"]


@pytest.mark.parametrize("reply", [RESET, CUT, answer(200, HTML), answer(500, HTML)])
async def test_a_failed_look_up_leaves_no_doubt(server: RawServer, gateway: Gateway, reply: Reply) -> None:
    server.script = [reply]
    with pytest.raises(GatewayError) as caught:
        await gateway.retrieve_session("cs_test_1")
    assert caught.value.outcome_known
    assert caught.value.retryable


@pytest.mark.parametrize("reply", [HANG, Reply(CUT.data, then="hang"), Reply(b"HTTP/1.1 200 OK\r\n", then="hang")])
async def test_a_stall_anywhere_in_the_answer_ends_in_time(server: RawServer, gateway: Gateway, reply: Reply) -> None:
    server.script = [reply]
    under_way = asyncio.create_task(create(gateway))
    await server.hears(1)
    put_forward(PATIENCE_SECONDS)
    error = await under_way
    assert type(error) is TimedOut
    assert not error.outcome_known
    assert error.sentence == "Stripe did not answer in 30 s: it is not known whether it acted"
    looking = asyncio.create_task(gateway.retrieve_refund("re_1"))
    await server.hears(2)
    put_forward(PATIENCE_SECONDS)
    with pytest.raises(TimedOut) as caught:
        await looking
    assert caught.value.outcome_known


async def test_a_stall_after_a_fault_ends_in_the_same_time(server: RawServer, gateway: Gateway) -> None:
    server.script = [refusal(429, message="Too many"), HANG]
    under_way = asyncio.create_task(create(gateway))
    await server.hears(2)
    put_forward(PATIENCE_SECONDS)
    assert type(await under_way) is TimedOut
    assert len(server.requests) == 2


async def test_nothing_was_sent_when_the_connection_is_refused() -> None:
    error = await create_at(f"http://127.0.0.1:{free_port()}")
    assert type(error) is Unreachable
    assert error.outcome_known
    assert error.retryable
    assert error.sentence.startswith("Stripe cannot be reached (connect")


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = await create_at("http://stripe.test")
    assert error.outcome_known
    assert error.sentence == "Stripe's address cannot be found: is this computer on line?"


async def test_plain_http_where_tls_is_expected_gets_no_request() -> None:
    heard: list[bytes] = []

    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(5))
        writer.write(answer(200, HTML).data)
        writer.close()

    listener = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    error = await create_at(f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    listener.close()
    assert type(error) is Unreachable
    assert error.outcome_known
    assert error.sentence == "No safe connection to Stripe came about"
    assert all(data.startswith(b"\x16\x03") for data in heard)


def test_only_a_valid_certificate_will_do() -> None:
    context = secure_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 50  # the SDK's own list is among them


async def test_an_answer_without_end_is_not_kept_in_memory(server: RawServer, gateway: Gateway) -> None:
    server.script = [answer(200, b" " * (33 * 1024 * 1024))]
    error = await create(gateway)
    assert type(error) is BadAnswer
    assert error.sentence.startswith("The answer is far too long to be Stripe's")


async def test_a_reset_and_then_a_refused_key_stays_in_doubt(server: RawServer, gateway: Gateway) -> None:
    """The first attempt may have been carried out, whatever became of the second."""
    server.script = [RESET, refusal(401, message="Invalid API Key provided")]
    error = await create(gateway)
    assert type(error) is Unauthorised
    assert not error.outcome_known


async def test_the_key_of_the_desk_is_never_in_an_error(server: RawServer, gateway: Gateway) -> None:
    server.script = [refusal(401, {"Request_Id": "req_7"}, message=f"Invalid API Key provided: {SECRET}")]
    error = await create(gateway)
    assert error.message == "Invalid API Key provided: sk_test_…f3a"
    assert error.request_id == "req_7"
    assert SECRET not in f"{error}{error!r}{error.sentence}{error.args}{error.__cause__}{gateway!r}"


async def test_what_stripe_says_is_kept(server: RawServer, gateway: Gateway) -> None:
    server.script = [
        refusal(
            400,
            {"Request_Id": "req_8"},
            type="invalid_request_error",
            code="amount_too_small",
            param="line_items[0]",
            message="At least 50 cents.",
        )
    ]
    error = await create(gateway)
    assert (error.http_status, error.code, error.param, error.request_id, error.message) == (
        400,
        "amount_too_small",
        "line_items[0]",
        "req_8",
        "At least 50 cents.",
    )


async def test_closing_ends_a_call_under_way_in_doubt(server: RawServer, gateway: Gateway) -> None:
    server.script = [HANG]
    under_way = asyncio.create_task(create(gateway))
    await server.heard.wait()
    await gateway.close()
    error = await under_way
    assert type(error) is Unreachable
    assert not error.outcome_known
    assert len(server.requests) == 1


async def test_closing_before_the_first_call_is_done_opening(server: RawServer, gateway: Gateway) -> None:
    server.script = [HANG]
    under_way = asyncio.create_task(create(gateway))
    await asyncio.sleep(0)
    await gateway.close()
    error = await under_way
    assert type(error) is Unreachable
    assert error.sentence == "The desk has hung up on Stripe"
    assert not server.requests


async def test_after_closing_nothing_is_sent(server: RawServer, gateway: Gateway) -> None:
    server.script = [good(SESSION)]
    await gateway.retrieve_session("cs_test_1")
    await gateway.close()
    await gateway.close()
    error = await create(gateway)
    assert type(error) is Unreachable
    assert error.outcome_known
    assert len(server.requests) == 1
