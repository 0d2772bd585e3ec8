"""The commands' way into the house. Nothing is read, opened or imported before a door is used."""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from typing import Any


class HouseDoors:
    """What `cli.root.Doors` asks for."""

    def context(self) -> AbstractAsyncContextManager[Any]:
        from travello_desk.assembly import open_context

        return open_context()

    def database(self) -> Any:
        from travello_desk.assembly import current_settings

        return current_settings().database

    def examine(self, context: Any) -> Any:
        from travello_desk.doctor import examine

        return examine(context)

    def desk(self) -> int:
        os.environ.setdefault("TEXTUAL_FPS", "120")  # halves the time from key to paint; read when Textual is imported
        from travello_desk.assembly import desk_main

        code = desk_main()
        return self.demo({}) if wants_sandbox(code) else code

    def web(self, port: int, public_url: str) -> int:
        from travello_desk.assembly import web_main

        return web_main(port, public_url)

    def serve(self) -> int:
        from travello_desk.assembly import serve_main

        return serve_main()

    def demo(self, options: dict[str, Any]) -> int:
        os.environ.setdefault("TEXTUAL_FPS", "120")
        from travello_desk.demo import demo_main

        return demo_main(options)

    def token(self, user_id: int, staff: bool, ttl_seconds: int) -> str:
        from travello_desk.assembly import make_token

        return make_token(user_id, staff=staff, ttl_seconds=ttl_seconds)


def wants_sandbox(code: int) -> bool:
    """Whether the desk was left by the key that asks for the demo; it offers that where no Stripe key is set."""
    from travello_desk.tui.screens.sign_in import SANDBOX_WANTED

    return code == SANDBOX_WANTED
