"""Keys, footer, palette, `?`, commands and printed lists come from one table; a stale page fails."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import click
import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import travello_desk.tui
from tests.golden import same
from tests.looks.key_table import MARKED, renewed
from tests.looks.paper import PAPER, paper
from tests.tree import ROOT
from travello_desk.actions import ACTIONS
from travello_desk.cli.root import COMMANDS, root

# Keys that arrive as others (Enter, Tab, Backspace, Esc) or that terminals keep for themselves (UX 2.1).
FORBIDDEN = frozenset(
    """ctrl+m ctrl+i ctrl+h ctrl+b ctrl+a ctrl+s ctrl+z ctrl+enter shift+enter f10 f11
    ctrl+left_square_bracket""".split()
)


@pytest.mark.parametrize(("page", "which"), [("README.md", "all"), ("docs/desk.md", "counter")])
def test_a_page_lists_the_keys_as_they_are(page: str, which: str) -> None:
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    assert [found["which"] for found in MARKED.finditer(text)] == [which]
    same(path, renewed(text))


def test_the_page_for_the_printer_is_the_page() -> None:
    same(PAPER, paper())


def owners() -> Iterator[type[DOMNode]]:
    """Every screen, dialog and widget of ours."""
    for module in pkgutil.walk_packages(travello_desk.tui.__path__, "travello_desk.tui."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, DOMNode) and thing.__module__ == module.name:
                yield thing


@pytest.mark.parametrize("owner", sorted(set(owners()), key=str), ids=lambda owner: owner.__name__)
def test_every_binding_has_an_id_and_words_and_no_key_is_forbidden(owner: type[DOMNode]) -> None:
    for binding in vars(owner).get("BINDINGS", ()):
        assert isinstance(binding, Binding)
        assert binding.id, binding
        assert binding.description, binding
        for key in binding.key.split(","):
            assert key not in FORBIDDEN, binding
            assert not key.startswith(("alt+", "ctrl+shift+")), binding


def test_every_action_has_words_and_its_own_id() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert [action.id for action in ACTIONS if not (action.label and action.help)] == []


# What has a meaning on a screen only: marks, help, the clipboard, looks, who sits there.
ON_SCREEN = frozenset("copy mark mark_all recent theme help palette lock quit".split())


def test_every_action_has_a_command_that_exists() -> None:
    assert {action.id for action in ACTIONS if not action.cli} == ON_SCREEN
    assert {action.cli for action in ACTIONS if action.cli} - set(COMMANDS) == set()


def test_every_command_that_tells_or_does_something_speaks_json() -> None:
    """But for those that stay: they are the screen, the listener and their demo."""
    stay = {"desk", "demo", "serve", "web"}
    silent = {name for name in COMMANDS if not all(speaks_json(one) for one in leaves(name))}
    assert silent == stay


def leaves(name: str) -> Iterator[click.Command]:
    """The command, or those below it."""
    command = root.get_command(click.Context(root), name)
    assert command is not None
    yield from command.commands.values() if isinstance(command, click.Group) else (command,)


def speaks_json(command: click.Command) -> bool:
    return any("--json" in parameter.opts for parameter in command.params)


def test_no_key_means_two_things_in_one_place() -> None:
    keys = [(action.scope, key) for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
