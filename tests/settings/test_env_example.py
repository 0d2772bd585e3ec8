"""`.env.example` names every variable the settings read, with values that load."""

import re
from pathlib import Path

from travello_desk.settings import load as load_settings
from travello_desk.settings.sources import SECRETS

ROOT = Path(__file__).parents[2]
LINES = re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


def test_it_names_every_variable_once_the_choices_aside() -> None:
    source = (ROOT / "travello_desk" / "settings" / "load.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source))
    assert {name for name, _ in LINES} == read | SECRETS


def test_every_example_loads(tmp_path: Path) -> None:
    for name, value in LINES:
        load_settings({name: value.replace("...", "x1")}, tmp_path)
