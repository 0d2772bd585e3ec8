"""Writes what a run measured to results/*.json and prints the table README quotes, with the machine it ran on."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import stats
from benchmarks.stores import RESULTS


def machine() -> dict[str, str | int]:
    """What a reader needs to know to judge the numbers."""
    return {
        "cores": os.cpu_count() or 0,
        "processor": processor_name(),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_before": f"{os.getloadavg()[0]:.2f}",
    }


def processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def publish(name: str, header: Sequence[str], rows: Sequence[Sequence[str]], details: dict[str, Any]) -> None:
    """`results/<name>.json` and the table on standard output."""
    table = stats.markdown_table(header, rows)
    measured_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    document = {"measured_at": measured_at, "machine": machine(), "table": table, **details}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")
    print(table)
    about = ", ".join(f"{key} {value}" for key, value in machine().items())
    print(f"\n{measured_at}; {about}")
