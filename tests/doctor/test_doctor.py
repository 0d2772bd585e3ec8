"""Doctor's visits: what is well is said to be well, each fault has its line and its remedy, and nothing is changed."""

from __future__ import annotations

import asyncio
import json
import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.test_commands import shell
from tests.house import JWT_SECRET, OLD_SECRET, SECRET, WEBHOOK, Builder, House, event
from tests.operations.post_office import open_post_office
from travello_desk.doctor import FAULT, NOTE, OK, WARN, Finding, address, examine, webhook
from travello_desk.doctor.finding import lasting
from travello_desk.operations.backups import note_backup
from travello_desk.operations.rates import set_rate
from travello_desk.payments.events import EVENT_TYPES
from travello_desk.secrets_form import parse_secret_key
from travello_desk.settings.model import SmtpServer


async def visit(house: House) -> dict[str, list[Finding]]:
    """The findings by what they are about."""
    found: dict[str, list[Finding]] = {}
    async for finding in examine(house.ctx):
        found.setdefault(finding.about, []).append(finding)
    return found


def lines(found: dict[str, list[Finding]], about: str) -> list[tuple[str, str]]:
    return [(finding.level, finding.text) for finding in found.get(about, [])]


async def test_a_house_in_order_has_no_fault_and_the_visit_changes_nothing(house: House) -> None:
    house.ctx.settings = replace(house.ctx.settings, public_base_url=house.base_url)
    house.connect()
    await house.post_event(event("customer.created", {"id": "cus_1", "object": "customer"}))
    await note_backup(house.ctx)
    before, rejected = await house.snapshot(), await house.rows("rejections")
    found = await visit(house)
    assert await house.snapshot() == before
    assert await house.rows("rejections") == rejected
    assert (house.ctx.health.refused_today, house.ctx.health.refused_in_row) == (0, 0)
    every = [finding for findings in found.values() for finding in findings]
    assert [f.line for f in every if f.level == FAULT] == []
    assert {f.about for f in every if f.level == WARN} <= {"terminal", "address", "permissions"}
    told = {name: [text for _, text in lines(found, name)] for name in found}
    assert told["clock"] == ["The clock agrees with Stripe's"]
    assert told["currency"] == ["Stripe takes PKR on this account"]
    assert told["probe"] == [f"Our signed probe came through by this computer: {house.base_url}{WEBHOOK}"]
    assert told["webhook"] == ["Stripe's last event under whsec_… came 0 s ago: the secret is right"]
    assert told["endpoint"] == [f"Stripe delivers to {house.base_url}{WEBHOOK}, version 2026-10-28.endive"]
    assert all(f.mend for f in every if f.level in (FAULT, WARN)), "every finding says how it is mended"


async def test_no_secret_stands_in_the_report(builder: Builder) -> None:
    smtp = "smtp://olga:planted-mail-password@127.0.0.1:1"
    house = await builder.build(
        SMTP_URL=smtp, AUTH_JWT_SECRET="planted-short-jwt", FX_RATE_URL="http://127.0.0.1:1/?k=planted"
    )
    report = "\n".join(finding.line for findings in (await visit(house)).values() for finding in findings)
    access = house.sandbox.access
    for secret in (access.secret_key, access.publishable_key, SECRET, "planted", JWT_SECRET):
        assert secret not in report


# The webhook secret


async def test_a_listener_with_another_secret_is_found_out(house: House) -> None:
    house.ctx.settings = replace(house.ctx.settings, stripe_webhook_secrets=("whsec_of_another_endpoint",))
    [(level, text)] = lines(await visit(house), "probe")
    assert (level, text) == (FAULT, "STRIPE_WEBHOOK_SECRET does not verify our probe by this computer")


async def test_the_probe_needs_its_signature_and_is_counted_nowhere(house: House) -> None:
    from travello_desk.operations.webhook_secrets import PROBE, signed_probe

    now = int(house.clock())
    good = await house.post(PROBE, signed_probe(SECRET, now))
    assert (good.status, good.json) == (200, {"received": True, "probe": "travello-desk"})
    for bad in (signed_probe("whsec_other", now), signed_probe(SECRET, now - 301), None, ""):
        answer = await house.post(PROBE, bad)
        assert (answer.status, answer.json["error"]) == (400, "Invalid Stripe Signature")
    assert await house.rows("inbox") == []
    house.ctx.health.refused_in_row = 3
    await house.post(PROBE, signed_probe(SECRET, now))
    assert house.ctx.health.refused_in_row == 3, "our own probe does not take the banner down"
    assert lines(await visit(house), "webhook")[0][0] == NOTE, "nor does it prove what Stripe has"


async def test_A11_the_old_secret_and_when_it_was_last_used(builder: Builder) -> None:
    house = await builder.build(STRIPE_WEBHOOK_SECRET=f"{SECRET},{OLD_SECRET}")
    made = event("customer.created", {"id": "cus_1", "object": "customer"})
    await house.post_event(made, secret=OLD_SECRET)
    house.clock.advance(7200)
    await house.post_event(made | {"id": "evt_2"})
    told = lines(await visit(house), "webhook")
    assert [level for level, _ in told] == [OK, NOTE]
    assert told[1][1] == "The old secret whsec_…ear was last used 2 h ago"


async def test_a_desk_without_a_listener_says_so(house: House) -> None:
    port = house.listener.port
    await house.listener.stop()
    house.ctx.settings = replace(house.ctx.settings, listen_port=port)
    [(level, text)] = lines(await visit(house), "probe")
    assert level == NOTE
    assert text.startswith("No listener answers at http://127.0.0.1:")


async def test_missing_secret_with_and_without_polling(builder: Builder) -> None:
    house = await builder.build(STRIPE_WEBHOOK_SECRET="")
    assert lines(await visit(house), "webhook")[0][0] == WARN
    house.ctx.settings = replace(house.ctx.settings, stripe_poll_seconds=0)
    found = await visit(house)
    assert (lines(found, "webhook")[0][0], lines(found, "endpoint")[0][0]) == (FAULT, FAULT)


async def serving(raw: bytes) -> asyncio.Server:
    """A server that answers everything with these bytes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(raw)
            writer.write_eof()
            await reader.read()  # to close with anything unread would cut the line, and that is another fault
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"HTTP/1.1 301 Moved\r\nLocation: https://x.example/\r\nContent-Length: 0\r\n\r\n", "is not followed"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno", "answers 403 to our signed probe"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", "answers 200 to our signed probe"),
        (b"rubbish\r\n\r\n", "no proper answer"),
        (b"", "no proper answer"),
    ],
)
async def test_what_stands_in_the_way_of_the_public_address(house: House, raw: bytes, says: str) -> None:
    server = await serving(raw)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finding = await webhook.knock(house.ctx, base, "the public address")
    assert finding.level == FAULT
    assert says in finding.text
    assert (await asyncio.to_thread(address.outside_in, base)).level in (FAULT, WARN)
    server.close()


async def test_the_public_address_is_ours(house: House) -> None:
    found = await asyncio.to_thread(address.outside_in, house.base_url)
    assert (found.level, found.text) == (OK, f"{house.base_url} leads to this desk")
    assert not address.is_local("https://pay.hotel.example")
    assert all(map(address.is_local, ("http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost")))


async def test_guests_behind_a_proxy_that_nobody_trusts(house: House) -> None:
    house.ctx.settings = replace(house.ctx.settings, public_base_url="https://pay.hotel.example")
    assert [finding.level for finding in await address.proxies(house.ctx)] == [WARN]
    trusting = await Builder(house_folder(house), house.clock, house.sandbox).build(TRUSTED_PROXIES="127.0.0.1")
    trusting.ctx.settings = replace(trusting.ctx.settings, public_base_url="https://pay.hotel.example")
    assert await address.proxies(trusting.ctx) == []
    await trusting.http.close()
    await trusting.listener.stop()


def house_folder(house: House) -> Path:
    folder = Path(house.ctx.store.place).parent / "second"
    folder.mkdir()
    return folder


# The endpoint


@pytest.mark.parametrize(
    ("item", "level", "says"),
    [
        ({"enabled_events": ["*"], "api_version": None}, OK, "version of the account"),
        ({"enabled_events": [k for k in EVENT_TYPES if k != "charge.refund.updated"]}, OK, "Stripe delivers to"),
        ({"enabled_events": ["charge.refunded"]}, WARN, "does not send checkout.session.completed"),
        ({"enabled_events": ["*"], "status": "disabled"}, FAULT, "Stripe has disabled the endpoint"),
        ({"enabled_events": ["*"], "api_version": "2020-08-27"}, WARN, "objects of version 2020-08-27"),
    ],
)
def test_the_endpoint_as_stripe_tells_it(item: dict[str, object], level: str, says: str) -> None:
    [finding] = webhook.endpoint(item, "https://pay.hotel.example/api/payments/webhook")
    assert finding.level == level
    assert says in finding.text


async def test_two_endpoints_and_an_endpoint_with_too_few_events(house: House) -> None:
    house.ctx.settings = replace(house.ctx.settings, public_base_url=house.base_url)
    house.connect()
    house.sandbox.deliver_to(house.base_url + WEBHOOK, SECRET, ("charge.refunded",))
    told = [text for _, text in lines(await visit(house), "endpoint")]
    assert told[0] == "Stripe has 2 endpoints for this desk"
    assert any("does not send" in text for text in told)


# Keys, clock, currency


@pytest.mark.parametrize(("seconds", "level"), [(0, OK), (2, OK), (60, WARN), (-60, WARN), (600, FAULT), (-600, FAULT)])
async def test_the_clock_against_stripes(house: House, seconds: int, level: str) -> None:
    house.ctx.clock = lambda: house.clock() - seconds
    assert lines(await visit(house), "clock")[0][0] == level


async def test_without_a_key_the_rest_is_still_looked_at(builder: Builder) -> None:
    house = await builder.build(STRIPE_SECRET_KEY="", STRIPE_PUBLISHABLE_KEY="")
    found = await visit(house)
    assert lines(found, "keys")[0] == (FAULT, "There is no secret key: online payments are off")
    assert {"python", "store", "mail"} <= found.keys()
    assert "stripe" not in found


async def test_a_key_that_stripe_refuses_and_a_key_that_may_not_look(house: House) -> None:
    house.sandbox.faults.always("GET /v1/account", "401")
    assert lines(await visit(house), "stripe")[-1][0] == FAULT
    house.sandbox.faults.clear()
    house.sandbox.faults.always("GET /v1/account", "403")
    found = await visit(house)
    assert lines(found, "account")[0][0] == NOTE
    assert lines(found, "stripe")[0][0] == OK, "its clock is read from the refusal too"


async def test_a_currency_the_account_does_not_take(house: House) -> None:
    house.sandbox.world.supported_currencies = ("usd", "eur")
    assert lines(await visit(house), "currency")[0][0] == FAULT
    await set_rate(house.ctx, "280.50", "Chaudhry")
    [(level, text)] = lines(await visit(house), "currency")
    assert level == WARN
    assert "USD is charged at 280.50 PKR per USD of" in text


async def test_a_feed_that_gives_nothing(builder: Builder) -> None:
    house = await builder.build(FX_RATE_URL="http://127.0.0.1:1/latest?key=planted")
    [(level, text)] = lines(await visit(house), "rate")
    assert level == WARN
    assert "refused" in text.lower()


def test_a_live_key_that_may_do_everything_is_remarked() -> None:
    assert parse_secret_key("rk_live_" + "a" * 20).restricted


# Mail


async def test_the_mail_server_is_greeted_and_no_mail_is_sent(house: House) -> None:
    async with open_post_office() as office:
        house.ctx.settings = replace(house.ctx.settings, smtp=office.server)
        told = lines(await visit(house), "mail")
        assert told[0] == (OK, f"127.0.0.1:{office.port} answers: no encryption; nothing was sent")
        assert told[1][0] == WARN, "MAIL_FROM is not set"
        assert (office.connections, office.taken) == (1, [])


async def test_a_mail_server_that_does_not_know_us(house: House) -> None:
    async with open_post_office() as office:
        for server, says in (
            (replace(office.server, user="olga", password="planted"), "does not take our mail"),
            (replace(office.server, starttls=True), "does not take our mail"),
            (SmtpServer("127.0.0.1", 1), "cannot be reached"),
        ):
            house.ctx.settings = replace(house.ctx.settings, smtp=server)
            [(level, text)] = lines(await visit(house), "mail")
            assert level == FAULT
            assert says in text
            assert "planted" not in text


# Files


async def test_files_that_others_may_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(house.ctx.store.place).parent
    monkeypatch.chdir(folder)
    for name, mode in ((".env", 0o644), ("travello.db", 0o640)):
        (folder / name).touch()
        os.chmod(folder / name, mode)
    house.ctx.settings.outbox_dir.mkdir(parents=True)
    os.chmod(house.ctx.settings.outbox_dir, 0o755)
    found = await visit(house)
    told = lines(found, "permissions")
    assert (FAULT, f"Others may read {folder / '.env'} (mode 644)") in told
    assert (WARN, f"Others may read {house.ctx.settings.outbox_dir} (mode 755)") in told
    assert found["permissions"][0].mend == f"chmod 600 {folder / '.env'}"
    assert any("mode 640" in text for _, text in lines(found, "store"))


async def test_the_age_of_the_backup(house: House) -> None:
    assert lines(await visit(house), "backup") == [(WARN, "No backup was ever made")]
    await note_backup(house.ctx)
    house.clock.advance(5 * 3600)
    assert lines(await visit(house), "backup") == [(OK, "The last backup is 5 h old")]
    house.clock.advance(10 * 86_400)
    assert lines(await visit(house), "backup") == [(WARN, "The last backup is 10 days old")]


async def test_A17_stripped_white_space_and_a_short_token_secret(builder: Builder) -> None:
    house = await builder.build(STRIPE_WEBHOOK_SECRET=f"{SECRET}\n", AUTH_JWT_SECRET="short")
    told = lines(await visit(house), "settings")
    assert told[0] == (NOTE, "STRIPE_WEBHOOK_SECRET had white space around it, which was stripped")
    assert told[1] == (WARN, "AUTH_JWT_SECRET has 5 bytes: tokens could be forged by trying")


async def test_a_damaged_store_is_named_with_the_way_out(builder: Builder) -> None:
    house = await builder.build()
    await asyncio.to_thread(damage, Path(house.ctx.store.place))
    told = (await visit(house))["store"]
    assert told[0].level == FAULT
    assert "damaged" in told[0].text


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: 4096 * 3] + b"\xff" * 8192 + content[4096 * 5 :])


# From the shell


def test_the_command_tells_the_same_and_ends_with_1(tmp_path: Path) -> None:
    done = shell(tmp_path, "doctor", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["faults"] == sum(finding["level"] == "fault" for finding in report["findings"]) >= 1
    assert {"level", "about", "text", "mend"} == report["findings"][0].keys()
    told = shell(tmp_path, "doctor")
    assert told.returncode == 1
    assert "✕ There is no secret key: online payments are off\n    Set STRIPE_SECRET_KEY" in told.stdout
    shell(tmp_path, "backup", "copy.db")
    assert re.search(r"✓ The last backup is \d+ (s|min) old", shell(tmp_path, "doctor").stdout)


def test_lengths_of_time() -> None:
    assert [lasting(seconds) for seconds in (0, 90, 150, 7200, 200_000)] == ["0 s", "90 s", "2 min", "2 h", "2 days"]
