"""``python -m travello_desk.sandbox``: the sandbox on its own, for training and for programs that are not Python."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys

from travello_desk.sandbox.sandbox import Sandbox


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m travello_desk.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=12111, help="port to listen on; 0 picks a free one")
    parser.add_argument("--webhook", action="append", default=[], metavar="URL", help="send events there (repeatable)")
    parser.add_argument("--secret", default="whsec_sandbox", help="signs the events (whsec_...)")
    parser.add_argument("--key", default="sk_test_sandbox", help="the secret key clients must send")
    parser.add_argument("--merchant", default="Travello Hotel", help="name on the payment page")
    parser.add_argument("--country", default="US", help="country of the Stripe account")
    parser.add_argument("--currencies", metavar="PKR,USD", help="take only these currencies")
    parser.add_argument("--seed", type=int, help="make the same ids every time")
    return parser.parse_args(words)


async def _serve(asked: argparse.Namespace) -> None:
    box = Sandbox(
        secret_key=asked.key,
        webhook_secret=asked.secret,
        country=asked.country,
        supported_currencies=asked.currencies.split(",") if asked.currencies else None,
        merchant_name=asked.merchant,
        seed=asked.seed,
    )
    for url in asked.webhook:
        box.deliver_to(url)
    await box.start(asked.host, asked.port)
    sys.stdout.write(f"{box.base_url}\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on the loop
            loop.add_signal_handler(name, stop.set)
    try:
        await stop.wait()
    finally:
        await box.close()


def main(words: list[str] | None = None) -> int:
    """Run until interrupted. Exit code 1 when the port is taken."""
    try:
        asyncio.run(_serve(_arguments(words)))
    except OSError as error:
        sys.stderr.write(f"the sandbox cannot listen: {error.strerror or error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
