"""The files of the project and the classes made in it, for tests that look at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDERS = ("travello_desk", "webhook", "tests", "benchmarks", "data", ".ci")
_NOT_OURS = ("__pycache__", "results", "outbox")
_TEXT = frozenset(".py .md .toml .lock .css .tcss .html .js .txt .json .csv .example .sh .yml .yaml".split())


def text_files() -> Iterator[Path]:
    """Everything a person wrote or generates into the repository, binary files aside."""
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and _is_text(path))
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT / folder).parts
            hidden = any(part.startswith(".") or part in _NOT_OURS or part.endswith(".egg-info") for part in inside)
            if not hidden and path.is_file() and _is_text(path):
                yield path


def python_files(*folders: str) -> list[Path]:
    """Python files, of some folders or of all."""
    roots = [ROOT / folder for folder in folders or FOLDERS]
    return [path for path in text_files() if path.suffix == ".py" and any(map(path.is_relative_to, roots))]


def name(path: Path) -> str:
    """As it stands in a failure."""
    return path.relative_to(ROOT).as_posix()


def _is_text(path: Path) -> bool:
    return path.suffix in _TEXT or path.parent.name == ".ci" or path.name in (".gitignore", "LICENSE")


def kinds(base: type[Any]) -> set[type[Any]]:
    """A class and all that are made from it, as far as they are imported."""
    return {base} | {kind for below in base.__subclasses__() for kind in kinds(below)}
