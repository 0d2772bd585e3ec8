"""Everything a test can do in process, over HTTP under /_sandbox/: POST {action} with JSON or a form, answers JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from travello_desk.sandbox import ledger
from travello_desk.sandbox.actions import ACTIONS
from travello_desk.sandbox.arguments import Arguments, ControlError
from travello_desk.sandbox.cards import NotACardError
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.pages import page
from travello_desk.sandbox.payments import NotPayableError

if TYPE_CHECKING:
    from travello_desk.sandbox.sandbox import Sandbox


class Control:
    """The endpoints. A form sent by a person's browser is answered with the page it came from."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Hang the endpoints up."""
        router.add_get("/_sandbox/books", self.books)
        router.add_get("/_sandbox/requests", self.requests)
        router.add_get("/_sandbox/deliveries", self.deliveries)
        router.add_get("/_sandbox/health", self.health)
        router.add_post("/_sandbox/{action}", self.act)

    async def books(self, request: web.Request) -> web.Response:
        """All payments and refunds, with their sums."""
        self._box.tick()
        return _json(ledger.summary(self._box.world))

    async def requests(self, request: web.Request) -> web.Response:
        """The API requests so far."""
        return _json([asdict(logged) for logged in self._box.requests])

    async def deliveries(self, request: web.Request) -> web.Response:
        """The webhook attempts so far."""
        return _json([asdict(tried) for tried in self._box.delivery.tried])

    async def health(self, request: web.Request) -> web.Response:
        """That it runs, and its time."""
        return _json({"status": "ok", "now": self._box.world.clock.now(), "livemode": self._box.world.livemode})

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do one action. Refusals are 400, 404 or 409 with a sentence; nothing half done."""
        form = request.content_type != "application/json"
        person = form and "text/html" in request.headers.get("Accept", "")
        if not _from_here(request):
            return _refused("This sandbox takes orders from its own pages only.", 403, person)
        try:
            answer = await self._do(request, form)
        except (ControlError, ApiError, NotPayableError, NotACardError, ValueError, TimeoutError) as error:
            status = 409 if isinstance(error, NotPayableError) else 400
            return _refused(str(error) or "timed out", status, person)
        except KeyError as error:
            return _refused(f"there is no {error.args[0]}", 404, person)
        return web.Response(status=303, headers={"Location": "/_sandbox/"}) if person else _json(answer)

    async def _do(self, request: web.Request, form: bool) -> Any:
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(text="no such action; there are: " + ", ".join(ACTIONS))
        sent = dict(await request.post()) if form else await request.json()
        if not isinstance(sent, dict):
            raise ControlError("send a JSON object")
        return await action(self._box, Arguments(sent))


def _from_here(request: web.Request) -> bool:
    """Other web sites open in the same browser may not press these buttons; programs send no Origin."""
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def _refused(sentence: str, status: int, person: bool) -> web.Response:
    if not person:
        return _json({"error": sentence}, status)
    back = {"link": "/_sandbox/", "link_text": "Back to the sandbox"}
    return page("message.html", status, title="That cannot be done", sign="!", mood="bad", text=[sentence], **back)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(value), status=status, content_type="application/json")
