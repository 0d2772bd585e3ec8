"""Files that the project makes of itself: text snapshots, README's pictures, the lists of keys.

`.venv/bin/python -m tests.golden` writes all of them anew; read the difference before you commit it. Tests fail while
one of them is stale.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SWITCH = "DESK_SNAPSHOTS"
HOW = "run `python -m tests.golden`, read the difference, and commit it"
MADE_BY = ("tests/looks",)


def same(path: Path, text: str) -> None:
    """The file says this; while regenerating it is made to."""
    if os.environ.get(SWITCH) == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == expected, f"{path.name} is stale: {HOW}. It would be now:\n{text[:4000]}"


def main() -> int:
    import pytest

    os.environ[SWITCH] = "write"
    return pytest.main(["-q", "-p", "no:cacheprovider", *MADE_BY, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
