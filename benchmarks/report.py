"""One form for every figure: what was measured, beside its limit, as a ratio."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from typing import Literal

RECORD_VARIABLE = "BENCH_FIGURES"
"""Names the file that figures are appended to as JSON lines; set by `python -m benchmarks`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and the limit it must keep."""

    name: str
    value: float
    limit: float
    unit: str
    better: Literal["less", "more"] = "less"

    @property
    def is_kept(self) -> bool:
        """Whether the value is on the right side of its limit."""
        return self.value <= self.limit if self.better == "less" else self.value >= self.limit

    @property
    def ratio(self) -> float:
        """How many times better than the limit; below 1 the limit is missed."""
        better, worse = self.value, self.limit
        if self.better == "less":
            better, worse = worse, better
        return better / worse if worse else float("inf")

    def __str__(self) -> str:
        sign = "<=" if self.better == "less" else ">="
        verdict = "kept" if self.is_kept else "MISSED"
        value = f"{self.value:.4g} {self.unit}".strip()
        limit = f"{sign} {self.limit:g} {self.unit}".strip()
        return f"{self.name:<52} {value:>14}   limit {limit:<16} {self.ratio:>6.2f}x  {verdict}"


def show(*figures: Figure) -> int:
    """Print the figures; 1 when a limit is missed."""
    for figure in figures:
        print(figure, flush=True)
        _record(figure)
    return 0 if all(figure.is_kept for figure in figures) else 1


def _record(figure: Figure) -> None:
    path = os.environ.get(RECORD_VARIABLE)
    if path:
        told = {**asdict(figure), "ratio": figure.ratio, "is_kept": figure.is_kept}
        told["run"] = os.environ.get("BENCH_RUN", "")
        with open(path, "a", encoding="utf-8") as lines:
            lines.write(json.dumps(told) + "\n")


def machine() -> str:
    """The machine in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {_processor()}, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or sys.platform
