"""The HTTP below Stripe's SDK, on aiohttp: everything that can go wrong there leaves as a GatewayError.

The SDK's own aiohttp client lets time-outs and truncated bodies through as they are (PAYMENTS 4.2), follows
redirects, and hands Stripe's notices to `warnings`, which prints them over the screen (PAYMENTS 4.6).
Imports stripe at once: only sdk.py may import this module.
"""

import logging
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import stripe
from multidict import CIMultiDict
from yarl import URL

from travello_desk.stripe_gateway.answers import judge
from travello_desk.stripe_gateway.calls import Exchange, current_exchange
from travello_desk.stripe_gateway.errors import BadAnswer, GatewayError, TimedOut, Unreachable

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())  # or, in a program without a log, Python would print warnings to stderr

_LARGEST_ANSWER = 32 * 1024 * 1024  # bytes; a page of 100 events is some 300 kB
_CHUNK = 64 * 1024

# Why no connection came about, most special first. Nothing has been sent to Stripe in any of these.
_NO_CONNECTION: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientHttpProxyError, "A proxy does not let this desk through to Stripe"),
    (aiohttp.ClientProxyConnectionError, "The proxy to Stripe cannot be reached"),
    (aiohttp.ClientConnectorDNSError, "Stripe's address cannot be found: is this computer on line?"),
    (aiohttp.ClientConnectorCertificateError, "Stripe's certificate is not valid here: is the clock right?"),
    (aiohttp.ClientSSLError, "No safe connection to Stripe came about"),
    (aiohttp.ConnectionTimeoutError, "Stripe cannot be reached (no connection in time)"),
)


class Transport(stripe.HTTPClient):
    """One pool of connections to Stripe. Made anywhere, used in one event loop, closed once."""

    name = "aiohttp"

    def __init__(self, *, connect_seconds: float, ssl_context: ssl.SSLContext, proxy: str | None) -> None:
        super().__init__()
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_seconds)
        self._ssl_context = ssl_context
        self._http_proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """The body, status and headers of a 2xx answer. Raises GatewayError for everything else."""
        exchange = current_exchange.get()
        try:
            status, answer_headers, body = await self._exchange(exchange, method.upper(), url, headers, post_data)
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            # UnicodeError: the address has a host name that cannot be looked up.
            raise _broken(error, connected=exchange.connected) from error
        _record(exchange, answer_headers, method.upper(), url, status)
        if not 200 <= status < 300:
            raise judge(status, answer_headers, body)
        _refuse_what_is_no_text(body)
        return body, status, answer_headers

    async def _exchange(
        self, exchange: Exchange, method: str, url: str, headers: Mapping[str, str], data: Any
    ) -> tuple[int, CIMultiDict[str], bytes]:
        started = time.monotonic()
        async with self._open_session().request(
            method,
            URL(url, encoded=True),
            headers=headers,
            data=data,
            proxy=self._http_proxy,
            timeout=self._timeout,
            allow_redirects=False,
            trace_request_ctx=exchange,
        ) as response:
            exchange.latency_seconds = time.monotonic() - started
            return response.status, CIMultiDict(response.headers), await _read(response)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            watch = aiohttp.TraceConfig()
            watch.on_connection_create_end.append(_mark_connected)
            watch.on_connection_reuseconn.append(_mark_connected)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._ssl_context),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[watch],
            )
        return self._session

    async def close_async(self) -> None:
        """Closes the pool; calls under way fail as Unreachable. Nobody may call afterwards."""
        if self._session is not None:
            await self._session.close()


def secure_context() -> ssl.SSLContext:
    """Trusts what this machine trusts (a firewall may look inside) and, should it know nothing, the SDK's own list."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=stripe.ca_bundle_path)
    return context


def proxy_for(url: str) -> str | None:
    """The proxy that this machine's settings ask for on the way to `url`; never one to this very machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxy = getproxies().get(parts.scheme, "")
    return proxy if proxy.startswith("http://") else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _mark_connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
    """There is a connection, and the next thing is to send."""
    exchange = context.trace_request_ctx
    if exchange.overslept:
        raise TimedOut("This computer slept: nothing was sent", outcome_known=True, should_retry=False)
    exchange.connected = True


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > _LARGEST_ANSWER:
            raise BadAnswer("The answer is far too long to be Stripe's", http_status=response.status)
    return bytes(body)


def _refuse_what_is_no_text(body: bytes) -> None:
    """Given bytes that are no UTF-8, the SDK fails already in writing its own log, with a UnicodeDecodeError."""
    try:
        body.decode()
    except UnicodeDecodeError:
        raise BadAnswer("Something other than Stripe answered (not UTF-8)") from None


def _record(exchange: Exchange, headers: CIMultiDict[str], method: str, url: str, status: int) -> None:
    """Keeps Stripe's clock and logs the exchange. Takes the notice out of the headers, or the SDK would print it."""
    exchange.server_at = _unix(headers.get("Date"))
    path, request_id = URL(url, encoded=True).raw_path, headers.get("Request-Id")
    log.debug("%s %s: HTTP %d in %.3f s, %s", method, path, status, exchange.latency_seconds, request_id)
    notice = headers.popall("Stripe-Notice", [])
    if notice:
        log.warning("Stripe notes on %s %s: %s", method, path, " ".join(notice))


def _unix(date: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp()) if date else None
    except (ValueError, OverflowError):
        return None


def _broken(error: Exception, *, connected: bool) -> GatewayError:
    if isinstance(error, aiohttp.ClientPayloadError):
        return BadAnswer("Stripe's answer was cut off on the way")
    if isinstance(error, aiohttp.ClientResponseError) and connected:
        return BadAnswer("Something other than Stripe answered (not even HTTP)")
    if connected:
        return Unreachable("The connection to Stripe broke")
    return Unreachable(_why_no_connection(error), outcome_known=True)


def _why_no_connection(error: Exception) -> str:
    for special, sentence in _NO_CONNECTION:
        if isinstance(error, special):
            return sentence
    reason = getattr(getattr(error, "os_error", error), "strerror", None) or type(error).__name__
    return f"Stripe cannot be reached ({str(reason).lower()})"
