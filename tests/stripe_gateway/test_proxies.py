"""The way through a proxy that this machine's settings ask for, and what happens when the proxy says no."""

import pytest

from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.raw_server import RawServer, answer, good
from travello_desk.stripe_gateway import Gateway, Unreachable
from travello_desk.stripe_gateway.transport import proxy_for

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_settings_of_the_tester(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def test_a_request_goes_through_the_proxy(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.script = [good({"id": "acct_1", "object": "account"})]
    gateway = Gateway(SECRET, api_base="http://stripe.test")
    assert (await gateway.account())["id"] == "acct_1"
    await gateway.close()
    assert server.last.target == "http://stripe.test/v1/account"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_a_password(server: RawServer, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", server.url)
    server.script = [answer(407, "<html>")]
    gateway = Gateway(SECRET, api_base=f"{scheme}://stripe.test", pause_seconds=0.001)
    with pytest.raises(Unreachable) as caught:
        await gateway.create_refund({"amount": 5}, "key-1")
    await gateway.close()
    assert caught.value.outcome_known
    assert "proxy" in caught.value.sentence
    assert server.last.method == ("POST" if scheme == "http" else "CONNECT")


@pytest.mark.parametrize(
    ("url", "settings", "proxy"),
    [
        ("https://api.stripe.com", {"https_proxy": "http://proxy:3128"}, "http://proxy:3128"),
        ("https://api.stripe.com", {"http_proxy": "http://proxy:3128"}, None),
        ("https://api.stripe.com", {"https_proxy": "socks5://proxy:1080"}, None),
        ("https://api.stripe.com", {"https_proxy": "http://proxy:3128", "no_proxy": ".stripe.com"}, None),
        ("http://127.0.0.1:12111", {"http_proxy": "http://proxy:3128"}, None),
        ("http://[::1]:12111", {"http_proxy": "http://proxy:3128"}, None),
        ("http://localhost:12111", {"http_proxy": "http://proxy:3128"}, None),
        ("https://api.stripe.com", {}, None),
    ],
)
def test_which_proxy(monkeypatch: pytest.MonkeyPatch, url: str, settings: dict[str, str], proxy: str | None) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == proxy
