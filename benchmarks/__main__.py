"""Run every benchmark, one after the other, each in its own process: `make bench`.

Names run only some: `python -m benchmarks startup studio_render`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import machine

FOLDER = Path(__file__).parent
TIMEOUT_S = 1200
SHARED = {"__init__", "__main__", "report"}


def main(names: list[str]) -> int:
    """Run them; 1 when one fails or misses its limit."""
    known = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in SHARED)
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(known)}")
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, load {os.getloadavg()[0]:.1f} at the start")
    failed = [name for name in names or known if not _run(name)]
    print(f"\nMissed or failed: {', '.join(failed)}" if failed else "\nEvery limit is kept.")
    return 1 if failed else 0


def _run(name: str) -> bool:
    print(f"\n# python -m benchmarks.{name}", flush=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"],
            cwd=FOLDER.parent,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"stopped after {TIMEOUT_S} s")
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
