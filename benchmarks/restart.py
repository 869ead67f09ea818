"""Seconds from a killed worker's restart until its work goes on, and what an idle worker costs.

    python -m benchmarks.restart

A worker process on SQLite is killed with -9 in the middle of a stage and started anew; the clock
runs from the start of the new process to the moment the interrupted stage runs again. Beside it
stands the floor: the same interpreter importing the same modules and ending. Then the new worker
is left alone for some seconds and its processor time read.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from app.db.database import Database
from benchmarks.report import Figure, machine, show
from tests.chaos.crew import Crew
from tests.chaos.plans import SINGLE

RESTART_LIMIT_S = 3.0
IDLE_LIMIT = 0.05
IDLE_S = 20.0


def floor() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import tests.chaos.program"], check=True, timeout=60)
    return time.perf_counter() - began


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        database.upgrade()
        # The poll of the embedded default, and the real figures of heartbeat and reaper.
        crew = Crew(database, Path(folder), poll_s=0.2, beat_s=5.0, dead_s=30.0)
        first = crew.hire()
        job = crew.create(SINGLE, "sleep:render_avatar:1")
        crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 1, within_s=60)
        crew.kill(first)
        began = time.time()
        second = crew.hire(wait=False)
        crew.until(lambda: len(crew.lines("start", job.id, "render_avatar")) == 2, within_s=60)
        resumed_s = crew.lines("start", job.id, "render_avatar")[1]["at"] - began
        crew.finish([job], within_s=60)
        time.sleep(2)
        process = psutil.Process(second.pid)
        before = sum(process.cpu_times()[:2])
        time.sleep(IDLE_S)
        idle = (sum(process.cpu_times()[:2]) - before) / IDLE_S
        crew.dismiss()
        database.dispose()
    print(json.dumps({"machine": machine(), "floor_s": round(floor(), 2)}))
    return show(
        Figure("restart until interrupted work goes on", resumed_s, RESTART_LIMIT_S, "s"),
        Figure("idle worker, share of a core", idle, IDLE_LIMIT, ""),
    )


if __name__ == "__main__":
    raise SystemExit(main())
