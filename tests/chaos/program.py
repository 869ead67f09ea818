"""A worker process for the chaos tests: ``python -m tests.chaos.program {json options}``.

Its stages only write to a ledger, one line when they start and one when they end, each appended in
one piece. What happened can be counted there, whatever became of the process.

A script may say ``die:STAGE:WHEN`` to make the worker kill itself in that stage, once: at its
``start`` or ``end``; ``poison:STAGE``: every time; ``sleep:STAGE:SECONDS``: take that long.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import structlog

from app.db.database import Database
from app.jobs.engine import Engine, QueueLimits
from app.jobs.stage import StageCancelled, StageContext, StageResult
from tests.chaos.plans import QUEUES, STAGES


class Ledger:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, what: str, context: StageContext, worker: str) -> None:
        line = {
            "what": what,
            "job": context.job_id,
            "key": context.node.key,
            "attempt": context.attempt,
            "worker": worker,
            "at": time.time(),
        }
        os.write(self._file, (json.dumps(line) + "\n").encode())

    def count(self, what: str, context: StageContext) -> int:
        lines = [json.loads(line) for line in self._path.read_text().splitlines()]
        return sum(
            (line["what"], line["job"], line["key"]) == (what, context.job_id, context.node.key)
            for line in lines
        )


def perform(context: StageContext, ledger: Ledger, pause_s: float) -> StageResult:
    worker = context.workdir.parent.name
    ledger.write("start", context, worker)
    orders = [word.split(":") for word in context.request.script.split()]
    mine = [order for order in orders if len(order) > 1 and order[1] == context.node.key]
    for order in mine:
        if order[0] == "sleep":
            pause_s = float(order[2])
        elif order[0] == "poison" or (
            order[:1] + order[2:] == ["die", "start"] and ledger.count("start", context) == 1
        ):
            os.kill(os.getpid(), signal.SIGKILL)
    until = time.monotonic() + pause_s
    while time.monotonic() < until:
        if context.cancelled():
            ledger.write("cancelled", context, worker)
            raise StageCancelled
        context.report(1.0 - (until - time.monotonic()) / max(pause_s, 0.001))
        time.sleep(0.01)
    ledger.write("end", context, worker)
    if ["die", context.node.key, "end"] in mine and ledger.count("end", context) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return StageResult(output={"worker": worker})


def main() -> None:
    options = json.loads(sys.argv[1])
    ledger = Ledger(Path(options["ledger"]))
    database = Database(options["url"])
    drained = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: drained.set())
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    engine = Engine(
        database,
        dict.fromkeys(STAGES, lambda c: perform(c, ledger, options["pause_s"])),
        queues={name: QueueLimits(per_worker=options["per_worker"]) for name in QUEUES},
        workdir=Path(options["workdir"]),
        poll_s=options["poll_s"],
        beat_s=options["beat_s"],
        dead_s=options["dead_s"],
        max_crashes=options["max_crashes"],
    )
    engine.start()
    sys.stdout.write(f"{engine.worker_id}\n")
    sys.stdout.flush()
    drained.wait()
    engine.drain(options["grace_s"])
    os._exit(0)


if __name__ == "__main__":
    main()
