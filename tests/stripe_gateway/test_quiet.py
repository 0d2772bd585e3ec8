"""Nothing is printed, nothing is written to the home folder, no parameter reaches a log, no import costs early."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.raw_server import RawServer, good, refusal
from travello_desk.stripe_gateway import Gateway, Rejected

ROOT = Path(__file__).parents[2]
NOTICE = "This API version is old. Upgrade."
# With each of these, stripe 16.1 left alone writes to stderr.
TALKATIVE = {"STRIPE_LOG": "debug", "CLAUDECODE": "1", "CLAUDE_CODE_CHILD_SESSION": "1"}

USES_EVERYTHING = """
import asyncio, sys, warnings
warnings.simplefilter("always")
from travello_desk.stripe_gateway import Gateway, GatewayError

async def main():
    gateway = Gateway("sk_test_quiet", api_base=sys.argv[1], pause_seconds=0.001)
    await gateway.create_session({"customer_email": "guest@example.com"}, "key-1")
    for _ in range(2):
        try:
            await gateway.retrieve_refund("re_1")
        except GatewayError:
            pass
    await gateway.close()

asyncio.run(main())
"""


async def run(code: str, *args: str, home: Path) -> tuple[str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        *args,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **TALKATIVE, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")},
    )
    out, err = await process.communicate()
    return out.decode(), err.decode()


async def test_a_whole_process_prints_nothing_and_leaves_no_file(server: RawServer, tmp_path: Path) -> None:
    session = {"id": "cs_1", "object": "checkout.session"}
    server.script = [
        good(session, Request_Id="req_1", Stripe_Notice=NOTICE),
        refusal(400, {"Stripe_Notice": NOTICE}, message="No", type="invalid_request_error"),
    ]
    assert await run(USES_EVERYTHING, server.url, home=tmp_path) == ("", "")
    assert len(server.requests) == 3
    assert os.listdir(tmp_path) == []


LOADED = "print([m for m in ('stripe', 'aiohttp', 'requests') if m in sys.modules])"


@pytest.mark.parametrize(
    "first",
    [
        "import travello_desk.stripe_gateway",
        "import travello_desk.stripe_gateway.errors",
        "from travello_desk.stripe_gateway import Gateway; Gateway('sk_test_x')",
    ],
)
async def test_nobody_pays_for_the_sdk_before_the_first_call(first: str, tmp_path: Path) -> None:
    assert await run(f"import sys; {first}; {LOADED}", home=tmp_path) == ("[]\n", "")


async def test_the_environment_is_left_as_it_was(tmp_path: Path) -> None:
    code = (
        "import json, os, travello_desk.stripe_gateway.sdk as sdk; before = dict(os.environ);"
        "sdk.open_client('sk_test_x', None, 1.0); print(json.dumps(before == dict(os.environ)))"
    )
    out, err = await run(code, home=tmp_path)
    assert json.loads(out) is True
    assert err == ""


async def test_stripes_notice_goes_to_the_log_and_to_no_warning(
    server: RawServer, gateway: Gateway, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    server.script = [good({"id": "re_1", "object": "refund"}, Stripe_Notice=NOTICE)]
    with caplog.at_level(logging.WARNING):
        await gateway.retrieve_refund("re_1")
    assert [record.getMessage() for record in caplog.records] == [f"Stripe notes on GET /v1/refunds/re_1: {NOTICE}"]
    assert len(recwarn) == 0


async def test_the_log_tells_the_exchange_and_not_its_content(
    server: RawServer, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    server.script = [
        refusal(
            400,
            {"Request_Id": "req_1"},
            type="invalid_request_error",
            message="Invalid email address: guest@example.com",
        )
    ]
    with caplog.at_level(logging.DEBUG), pytest.raises(Rejected):
        await gateway.create_session({"customer_email": "guest@example.com"}, "key-1")
    assert "POST /v1/checkout/sessions: HTTP 400" in caplog.text
    assert "req_1" in caplog.text
    assert "guest" not in caplog.text
    assert SECRET not in caplog.text


async def test_opening_keeps_the_loop_awake(server: RawServer) -> None:
    """The SDK is loaded beside the loop: whatever else runs there gets its turns meanwhile."""
    server.script = [good({"id": "re_1", "object": "refund"})]
    gateway = Gateway(SECRET, api_base=server.url)
    opening = asyncio.create_task(gateway.warm_up())
    turns = 0
    while not opening.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1
    await gateway.close()
