"""What the parts of the listener share. Made once by `app.make_app`; every module's `routes` gets it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from aiohttp import web

from travello_desk.operations.context import Context
from webhook.answers import HttpError
from webhook.auth import Caller, Tokens
from webhook.rate_limit import Limits
from webhook.watching import Watching


@dataclass(frozen=True, slots=True)
class Common:
    """The house's context, the bearer tokens, who waits for which booking, and how often anybody may ask."""

    ctx: Context
    tokens: Tokens
    watching: Watching
    limits: Limits

    def required_caller(self, request: web.Request) -> Caller:
        """Who is calling; 403 without a valid token, before anything else is looked at (D10)."""
        caller = self.tokens.caller(request)
        if caller is None:
            raise HttpError(403, "User not authorized")
        return caller


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in constant time, whatever a client has put into one of them."""
    return hmac.compare_digest(left.encode("utf-8", "backslashreplace"), right.encode("utf-8", "backslashreplace"))
