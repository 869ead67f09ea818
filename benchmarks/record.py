"""Writes docs/benchmarks.md from the figures that a run of all benchmarks left behind."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

HEAD = """\
# Benchmarks

`make bench` measures all of this on your machine and prints each figure beside the limit it must
keep; `.venv/bin/python -m benchmarks --record` also writes this page. *Times* says how many times
better than its limit a figure is. What each measures: [benchmarks/](../benchmarks/README.md).

Measured on: {about}.
"""

ROW = "| {name} | {value:.4g} {unit} | {sign} {limit:g} {unit} | {ratio:.2f} | {verdict} |\n"


def write(page: Path, about: str, figures: Path) -> None:
    """Write the page.

    Args:
        about: date and machine, in a line.
        figures: JSON lines, as ``report.show`` appends them.
    """
    lines = figures.read_text(encoding="utf-8").splitlines() if figures.exists() else []
    parts = [HEAD.format(about=about)]
    for run, group in groupby(map(json.loads, lines), key=lambda figure: figure["run"]):
        parts.append(f"\n## `python -m benchmarks.{run}`\n\n")
        parts.append("| figure | measured | limit | times | |\n|---|---|---|---|---|\n")
        parts.extend(
            ROW.format(
                **figure,
                sign="≤" if figure["better"] == "less" else "≥",
                verdict="kept" if figure["is_kept"] else "**missed**",
            )
            for figure in group
        )
    page.write_text("".join(parts).replace("  |", " |"), encoding="utf-8")
