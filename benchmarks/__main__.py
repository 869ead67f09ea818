"""Run every benchmark, one after the other, each in its own process: `make bench`.

python -m benchmarks                    all of them
python -m benchmarks startup lip_sync   some
python -m benchmarks --record           all, and write docs/benchmarks.md from them
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import record
from benchmarks.report import RECORD_VARIABLE, machine

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 1200
RUNS: tuple[tuple[str, ...], ...] = (
    ("studio_render",),
    ("lip_sync",),
    ("http_latency",),
    ("pipeline_throughput", "sqlite"),
    ("pipeline_throughput", "postgres"),
    ("restart",),
    ("startup",),
)
"""Module and arguments of every run, in the order of the page."""


def main(words: list[str]) -> int:
    """Run them; 1 when one fails or misses its limit."""
    names = [word for word in words if not word.startswith("--")]
    known = dict.fromkeys(run[0] for run in RUNS)
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(known)}")
        return 2
    about = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}"
    print(f"{about}, load {os.getloadavg()[0]:.1f} at the start")
    chosen = [run for run in RUNS if not names or run[0] in names]
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        failed = [" ".join(run) for run in chosen if not _run(run, figures)]
        if "--record" in words:
            record.write(ROOT / "docs" / "benchmarks.md", about, figures)
    print(f"\nMissed or failed: {', '.join(failed)}" if failed else "\nEvery limit is kept.")
    return 1 if failed else 0


def _run(run: tuple[str, ...], figures: Path) -> bool:
    print(f"\n# python -m benchmarks.{' '.join(run)}", flush=True)
    environment = {**os.environ, RECORD_VARIABLE: str(figures), "BENCH_RUN": " ".join(run)}
    command = [sys.executable, "-m", f"benchmarks.{run[0]}", *run[1:]]
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        print(f"stopped after {TIMEOUT_S} s")
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
