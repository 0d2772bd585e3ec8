"""The one way a setting can be wrong: an error that is a single clear line. Pure."""

from __future__ import annotations


class SettingsError(Exception):
    """A setting that cannot be used. `str()` is one line: the variable, what is wrong with it, an example.

    Whoever raises it keeps secrets out of `wrong`.
    """

    def __init__(self, variable: str, wrong: str, example: str = "") -> None:
        self.variable = variable
        self.wrong = " ".join(wrong.split())
        self.example = example
        line = f"{variable}: {self.wrong}"
        super().__init__(f"{line}. Example: {example}" if example else line)
