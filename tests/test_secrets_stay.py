"""Secrets, tokens and addresses stay where they belong: whole flows of a real process, most of them failing, and then
every word it has said or written is searched for what was planted.
"""

from __future__ import annotations

import asyncio
import json
import logging
import logging.handlers
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest

from tests.cli.test_commands import ROOT
from tests.house import sign
from tests.operations.post_office import open_post_office
from travello_desk.logs import JsonLines, handler_for, masked
from travello_desk.sandbox import Sandbox
from travello_desk.settings import load
from travello_desk.tui.crash import story_of, write_crash

WHSEC = "whsec_plantedInTheListener0123"
JWT = "planted-jwt-secret-of-sixty-four-bytes-or-more-for-this-test-only"
MAIL_PASSWORD = "planted-mail-password"
GUEST = "zubaida.planted@guests.example"
CSV = f"""reference,guest_name,guest_email,guest_phone,user_id,room,check_in,check_out,amount,currency,payment_method
TRV-1,Zubaida,{GUEST},,7,1,2027-01-01,2027-01-02,10000,PKR,ONLINE
"""


OPEN_TO_WATCHERS = ("/healthz", "/metrics", "/openapi.json")


@dataclass
class Heard:
    """Everything that left the house where no secret may: errors, logs, lines on the terminal."""

    texts: list[str] = field(default_factory=list)

    def hear(self, *texts: str) -> None:
        self.texts.extend(texts)

    def leaks(self, planted: dict[str, str]) -> list[str]:
        return [f"{name} in {text[:300]!r}" for name, word in planted.items() for text in self.texts if word in text]


@dataclass
class Serving:
    """`travello-desk serve` as a process of its own, and commands beside it."""

    folder: Path
    environ: dict[str, str]
    base_url: str = ""

    async def command(self, *words: str) -> tuple[str, str]:
        process = await self.start(*words)
        async with asyncio.timeout(60):
            told, said = await process.communicate()
        return told.decode(), said.decode()

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "travello_desk", *words),
            cwd=self.folder,
            env=self.environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
        )


@asynccontextmanager
async def serving(folder: Path, sandbox: Sandbox, heard: Heard, **settings: str) -> AsyncIterator[Serving]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {
        "STRIPE_SECRET_KEY": sandbox.access.secret_key,
        "STRIPE_PUBLISHABLE_KEY": sandbox.access.publishable_key,
        "STRIPE_API_BASE": sandbox.base_url,
        "STRIPE_WEBHOOK_SECRET": WHSEC,
        "AUTH_JWT_SECRET": JWT,
        "LISTEN_PORT": "0",
        "STRIPE_POLL_SECONDS": "1",
    }
    house = Serving(folder, {**kept, "PYTHONPATH": str(ROOT), **given, **settings})
    await house.command("import", "bookings.csv")
    process = await house.start("serve")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        house.base_url = line.split()[-1]
        yield house
    finally:
        process.terminate()
        async with asyncio.timeout(30):
            told, said = await process.communicate()
        heard.hear(line, told.decode(), said.decode())


async def test_whole_flows_and_their_failures_tell_nothing(tmp_path: Path) -> None:
    (tmp_path / "bookings.csv").write_text(CSV)
    heard = Heard()
    async with Sandbox(background=False) as sandbox, open_post_office() as office:
        smtp = f"smtp://olga:{MAIL_PASSWORD}@127.0.0.1:{office.port}"
        async with serving(tmp_path, sandbox, heard, SMTP_URL=smtp) as house, aiohttp.ClientSession() as http:
            booking = json.loads((await house.command("booking", "1", "--json"))[0])
            bearer = jwt.encode({"user_id": 7, "exp": 4_000_000_000}, JWT, "HS256")
            session_id = await knock_about(house, http, sandbox, heard, bearer, booking["guest_code"])
            for words in ("doctor", "doctor --json", "verify", "link 1", "link 1 --email", "refund 1", "reconcile"):
                told, said = await house.command(*words.split())
                heard.hear(said, told if words.startswith(("doctor", "verify", "reconcile")) else "")
    log = "".join(path.read_text() for path in (tmp_path / "data").glob("travello-desk.log*"))
    heard.hear(log)
    planted = {
        "secret key": sandbox.access.secret_key,
        "webhook secret": WHSEC,
        "token secret": JWT,
        "mail password": MAIL_PASSWORD,
        "bearer token": bearer,
        "guest code": booking["guest_code"],
        "session id": session_id,
        "mail address": GUEST,
    }
    assert heard.leaks(planted) == []
    assert "mail:" in log, "the failures were logged"
    assert len(heard.texts) > 20


async def knock_about(
    house: Serving, http: aiohttp.ClientSession, sandbox: Sandbox, heard: Heard, bearer: str, code: str
) -> str:
    """Every door, with what is secret in every place a client can put it; the session's id."""

    async def ask(method: str, path: str, **options: Any) -> str:
        """Every refusal and failure is heard; what answers 200 may tell whoever proved who he is what is his."""
        async with http.request(method, house.base_url + path, allow_redirects=False, **options) as answer:
            body = await answer.text(errors="replace")
            if answer.status >= 400 or path in OPEN_TO_WATCHERS:
                heard.hear(body, str(dict(answer.headers)))
            return body

    headers = {"Authorization": f"Bearer {bearer}"}
    create = "/api/payments/create-session/"
    for fault in ("500", "401", "html_502", "reset_before"):
        sandbox.faults.next("POST /v1/checkout/sessions", fault, times=3)
        await ask("POST", create, json={"booking_id": 1}, headers=headers)
        await ask("POST", f"/p/{code}")
        sandbox.faults.clear()
    made = json.loads(await ask("POST", create, json={"booking_id": 1}, headers=headers))
    session_id = str(made["session_id"])
    await sandbox.pay(session_id)
    for event in list(sandbox.books.events.values()):
        body = json.dumps(event | {"data": {"object": {**event["data"]["object"], "receipt_email": GUEST}}}).encode()
        for secret in (WHSEC, "whsec_wrong"):
            at = int(time.time())
            await ask("POST", "/api/payments/webhook/", data=body, headers={"Stripe-Signature": sign(body, secret, at)})
    for word in (WHSEC, bearer, f"Bearer {bearer}", GUEST, sandbox.access.secret_key):
        await ask("POST", "/api/payments/webhook/", data=word, headers={"Stripe-Signature": f"t=1,v1={word}"})
        await ask("POST", create, json={"booking_id": word}, headers={"Authorization": f"Bearer {word}x"})
        await ask("GET", f"/api/payments/booking/1/status/?session_id={word}&guest={word}")
        await ask("PUT", f"/api/payments/webhook/?{word}")
    await ask("GET", f"/payment-success?session_id={session_id}x&guest=0")
    await ask("GET", f"/p/{code[:-1]}")
    for path in (*OPEN_TO_WATCHERS, "/nothing"):
        await ask("GET", path)
    return session_id


# The second net: whatever a line is made of.


@pytest.mark.parametrize(
    "text",
    [
        "key sk_test_abc and rk_live_abcDEF",
        "whsec_ab+c/d=",
        "Authorization: Bearer planted",
        "token eyJabc.eyJdef.planted-signature",
        "GET /p/ABCD-EFGH-JKMN failed",
        "GET /p/abcdefghjkmn/receipt failed",
        "https://x/payment-success?guest=ABCDEFGHJKMN&session_id=cs_test_planted",
        "smtp://olga:planted@mail.example:587",
        "postgresql://desk:planted@db/travello",
        "to zubaida.planted@guests.example: 550 no such user",
    ],
)
def test_a_line_of_the_log_is_masked(text: str) -> None:
    assert not re.search(r"planted|abc|ABCD|EFGH|DEF|olga|guests", masked(text, ["planted"]))


def test_tracebacks_are_masked_too() -> None:
    try:
        raise RuntimeError(f"could not send to {GUEST} with {WHSEC} and {MAIL_PASSWORD}")
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed: %s", (GUEST,), sys.exc_info())
    line = json.loads(JsonLines([MAIL_PASSWORD]).format(record))
    assert "RuntimeError" in line["trace"]
    for secret in (GUEST, WHSEC, MAIL_PASSWORD):
        assert secret not in json.dumps(line)


def test_settings_name_all_their_secrets_and_show_none(tmp_path: Path) -> None:
    given = {
        "STRIPE_SECRET_KEY": "sk_test_planted0",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_planted1",
        "STRIPE_WEBHOOK_SECRET": "whsec_planted2,whsec_planted3",
        "AUTH_JWT_SECRET": "planted4",
        "SMTP_URL": "smtp://olga:planted5@mail.example",
        "DATABASE_URL": "postgresql://desk:planted6@db.example/travello",
        "FX_RATE_URL": "https://rates.example/?key=planted7",
    }
    settings = load(given, tmp_path)
    assert {re.sub(r".*(planted\d)$", r"\1", secret) for secret in settings.secrets} == {
        f"planted{number}" for number in range(8)
    }
    assert "planted" not in repr(settings)


def test_every_file_of_the_log_is_our_own_users_alone(tmp_path: Path) -> None:
    handler = handler_for(tmp_path / "desk.log")
    assert isinstance(handler, logging.handlers.RotatingFileHandler)
    handler.doRollover()
    handler.close()
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "desk.log": 0o600,
        "desk.log.1": 0o600,
    }


def test_a_crash_report_tells_where_and_not_what(tmp_path: Path) -> None:
    root = logging.getLogger()
    handler = handler_for(tmp_path / "desk.log")
    root.addHandler(handler)
    with pytest.raises(ValueError, match=GUEST) as raised:
        raise ValueError(f"{GUEST} {WHSEC}")
    assert story_of(raised.value).startswith("ValueError at test_secrets_stay.py")
    write_crash(tmp_path / "desk.log", raised.value)
    root.removeHandler(handler)
    handler.close()
    report = (tmp_path / "desk.log").read_text()
    assert "the desk stopped" in report
    assert GUEST not in report
    assert WHSEC not in report
