"""The root command: loads a command's module only when that command runs, and turns failures into exit codes.

0 done, 1 refused by a rule or not possible now (the reason on stderr), 2 usage or settings (INTERFACE section 3).
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any, NoReturn, Protocol, TypeVar

import click

from travello_desk import __version__
from travello_desk.cli.commands import COMMANDS, help_text

T = TypeVar("T")
MISWRITTEN = frozenset({"bad_rate", "bad_name", "bad_pin", "bad_role", "bad_recipient", "unread"})
"""Refusals of what was typed, whatever the house holds: wrong usage, like an option that cannot be read."""


class Doors(Protocol):
    """How commands get into the house; assembly stands behind it. Settings are read when a door is opened."""

    def context(self) -> AbstractAsyncContextManager[Any]:
        """The context of operations for the length of an `async with`."""

    def database(self) -> Any:
        """The store's file, without opening it."""

    def examine(self, context: Any) -> Any:
        """Doctor's findings, one after the other."""

    def desk(self) -> int: ...
    def serve(self) -> int: ...
    def demo(self, options: dict[str, Any]) -> int: ...
    def web(self, port: int, public_url: str) -> int: ...
    def token(self, user_id: int, staff: bool, ttl_seconds: int) -> str: ...


class LazyGroup(click.Group):
    """Commands by name, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        loaded = importlib.import_module(f"travello_desk.cli.{module}")
        command: click.Command = getattr(loaded, attribute)
        return command

    def get_help(self, ctx: click.Context) -> str:
        return help_text()

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """With `--json` a usage error is a document too: who reads it is a program."""
        if not standalone_mode or "--json" not in (sys.argv[1:] if args is None else args):
            return super().main(args, prog_name, complete_var, standalone_mode, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            fail(error.format_message(), error.exit_code, as_json=True)
        except click.Abort:
            fail("Aborted", 1, as_json=True)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="travello-desk")
@click.pass_context
def root(ctx: click.Context) -> None:
    """The payment desk of a hotel. Without a command: open the desk."""
    if ctx.invoked_subcommand is None:
        sys.exit(doors(ctx).desk())


def doors(ctx: click.Context) -> Doors:
    found: Doors = ctx.find_root().obj
    return found


ROW_ID = click.IntRange(1, 2**62)
"""A row's id as it may be typed: nothing that a store could not hold."""


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")(command)


def run(ctx: click.Context, work: Callable[[Any], Awaitable[T]], *, as_json: bool = False) -> T:
    """Open the house, run one operation, close the house. Ends the process with the right code when it fails."""

    import asyncio

    async def inside() -> T:
        async with doors(ctx).context() as context:
            if (name := doer_of(ctx)) != NO_NAME:
                from travello_desk.cli.who import known

                await known(context, name)
            return await work(context)

    return guarded(lambda: asyncio.run(inside()), as_json=as_json)


def guarded(call: Callable[[], T], *, as_json: bool = False) -> T:
    """Every failure the house names, as one line and an exit code; nothing else is caught."""
    from travello_desk.operations.errors import StripeFailed
    from travello_desk.payments.rules import Refused
    from travello_desk.settings import SettingsError
    from travello_desk.store.errors import StoreError
    from travello_desk.stripe_gateway.errors import GatewayError

    try:
        return call()
    except Refused as error:
        fail(str(error), 2 if error.refusal.code in MISWRITTEN else 1, as_json)
    except GatewayError as error:
        fail(error.sentence, 1, as_json, retryable=error.retryable)
    except StripeFailed as error:
        quoted = f" ({error.code})" if error.code else ""
        fail(f"{error.sentence}{quoted}. Did money move: {error.money_moved}", 1, as_json, retryable=error.retryable)
    except StoreError as error:
        fail(str(error), 1, as_json)
    except SettingsError as error:
        fail(str(error), 2, as_json)


def fail(sentence: str, code: int, as_json: bool = False, **more: object) -> NoReturn:
    """One line on stderr (one JSON document with --json), then the exit code."""
    if as_json:
        click.echo(json.dumps({"success": False, "error": sentence, **more}, ensure_ascii=False), err=True)
    else:
        click.echo(sentence, err=True)
    sys.exit(code)


def print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


NO_NAME = "command line"
"""Who does it when no name was given."""


def doer_of(ctx: click.Context) -> str:
    """What `--as` says, NO_NAME for commands without it."""
    names = (option.name for option in ctx.command.params if "--as" in option.opts)
    return str(next((ctx.params[name] for name in names if name), NO_NAME))


def actor_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as", "actor", envvar="TRAVELLO_ACTOR", default=NO_NAME, help="Your name, for the timeline.")(
        command
    )


def amount_of(text: str | None, currency: str) -> int | None:
    """Minor units of an amount typed on the command line; a usage error (exit 2) when it cannot be read."""
    from travello_desk.money import MoneyError, parse_major

    if text is None:
        return None
    try:
        return parse_major(text, currency)
    except MoneyError as error:
        raise click.BadParameter(str(error)) from error


def day_of(text: str | None, option: str = "--date") -> date | None:
    """A day typed as YYYY-MM-DD, None for none; a usage error (exit 2) when it is no day."""
    if text is None:
        return None
    from travello_desk.days import parse_day

    try:
        return parse_day(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


def written(write: Callable[[], object], as_json: bool = False) -> None:
    """Write a file; where that cannot be, one line and exit 1."""
    try:
        write()
    except OSError as error:
        fail(f"Not written: {error.strerror}", 1, as_json)


def plain(text: str) -> str:
    """Data on one line of a terminal: what is no letter of it becomes a blank or a question mark."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)
