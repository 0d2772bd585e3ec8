"""From a template and a language to an answer with the headers every guest's page carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from multidict import CIMultiDict

from travello_desk.settings.model import Settings
from travello_desk.texts import Language, Ltr, choose, language, languages
from webhook.answers import SECURITY_HEADERS, HttpError
from webhook.guest import assets

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
CHOSEN: Final = "lang"
"""The only cookie there is: the language a guest chose before they went to pay."""
CHOSEN_SECONDS: Final = 24 * 3600
NO_STORE: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Link:
    """The same page in another language."""

    code: str
    name: str
    address: str


class Rendering:
    """The templates of one house."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            hotel=settings.hotel_name,
            contact=Ltr(settings.hotel_contact),
            mode=settings.mode.lower(),
            asset=assets.address,
        )
        self.headers = CIMultiDict({**SECURITY_HEADERS, **NO_STORE, "Content-Security-Policy": policy(settings)})

    def page(
        self, template: str, request: web.Request, speech: Language, status: int = 200, **values: Any
    ) -> web.Response:
        """A page in one language."""
        links = other_languages(request, speech)
        text = self._templates.get_template(template).render(
            t=speech.html, speech=speech, languages=links, **({"button": "", "refresh": 0, "notice": ""} | values)
        )
        return web.Response(
            body=text.encode(), status=status, content_type="text/html", charset="utf-8", headers=self.headers
        )

    def message(
        self, request: web.Request, speech: Language, key: str, status: int = 200, **values: Any
    ) -> web.Response:
        """A page that says one thing and shows nobody's booking; `key` names its texts, `state.unknown`."""
        return self.page("message.html", request, speech, status, key=key, values=values)

    def error(self, error: HttpError, request: web.Request) -> web.Response:
        """An error in a guest's words."""
        state = "slow_down" if error.status == 429 else "unknown" if error.status < 500 else "busy"
        seconds = error.headers.get("Retry-After", "")
        answer = self.message(request, wanted(request), f"state.{state}", error.status, seconds=seconds)
        answer.headers.update(error.headers)
        return answer


def policy(settings: Settings) -> str:
    """The Content-Security-Policy: our own style sheet, script and status endpoint, and nothing else.

    `form-action` also holds for where a form's answer leads to: to Stripe, or to the sandbox without TLS.
    """
    anywhere = "https: http:" if settings.mode == "SANDBOX" else "https:"
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
        f"form-action 'self' {anywhere}; frame-ancestors 'none'"
    )


def wanted(request: web.Request, *further: str) -> Language:
    """The reader's choice, here or when they went to pay, else the booking's language, else the browser's."""
    preferred = [
        part.partition(";")[0].strip()[:2].lower() for part in request.headers.get("Accept-Language", "").split(",")
    ]
    chosen = (request.query.get("lang", ""), request.cookies.get(CHOSEN, ""))
    return choose(*chosen, *further, *preferred[:10])


def remember_choice(request: web.Request, answer: web.Response) -> None:
    """Stripe sends the guest back to an address that was made before they chose: the browser carries the choice over.

    Only a language of ours is remembered, for as long as a session lasts, and nothing about the guest."""
    code = request.query.get("lang", "")
    if code in languages():
        answer.set_cookie(CHOSEN, code, max_age=CHOSEN_SECONDS, httponly=True, samesite="Lax")


def other_languages(request: web.Request, speech: Language) -> list[Link]:
    """This page's address in every other language."""
    others = [language(code) for code in languages() if code != speech.code]
    kept = {name: value for name, value in request.query.items() if name not in ("lang", "n")}
    return [Link(other.code, other.name, with_query(request.path, {**kept, "lang": other.code})) for other in others]


def with_query(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
