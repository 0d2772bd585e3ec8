"""Ports for programs that a test starts itself: below those the system gives to outgoing connections, so that none of
the test's own can sit on one between its choice and its use, or while a killed program is started anew on it."""

from __future__ import annotations

import random
import socket

RANGE = (12_000, 30_000)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    choose = random.SystemRandom()
    for _ in range(200):
        port = choose.randrange(*RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port was found")
