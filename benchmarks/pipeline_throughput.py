"""Jobs per second through the six-stage pipeline, its stages doing nothing.

    python -m benchmarks.pipeline_throughput sqlite|postgres [--jobs 300] [--workers N]

Everything else is real: creation, queue, leases, events, completion. A worker goes on with a job by
itself where it can, so most jobs pass the queue once. Unless told otherwise it takes one worker on
SQLite and two on PostgreSQL, which is there for having several. Beside it stands the peer: the same
machine and database committing the bare minimum of six stages, one after the other. The target is
20 jobs/s on SQLite and 80 on PostgreSQL.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
import structlog

from app.db.database import Database
from app.domain.states import JobStatus
from app.domain.video_request import VideoRequest
from app.jobs.engine import Engine, EngineClient, QueueLimits
from app.jobs.jobs import Jobs
from app.jobs.plan import Node, Plan
from app.jobs.stage import StageContext, StageResult
from benchmarks.report import Figure, show

TARGETS = {"sqlite": 20.0, "postgres": 80.0}
WORKERS = {"sqlite": 1, "postgres": 2}
STAGES = {
    "validate": "cpu",
    "enhance_script": "llm",
    "synthesize_speech": "speech",
    "render_avatar": "render",
    "compose": "cpu",
    "store": "cpu",
}


def plan() -> Plan:
    names = list(STAGES)
    return Plan.model_validate(
        {
            "route": "single_scene",
            "nodes": [
                Node(
                    key=name,
                    stage=name,
                    queue=STAGES[name],
                    label=name,
                    needs=tuple(names[place - 1 : place]) if place else (),
                )
                for place, name in enumerate(names)
            ],
        }
    )


def nothing(_context: StageContext) -> StageResult:
    return StageResult(output={"done": True})


def quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def work(url: str, poll_s: float, per_worker: int) -> None:
    """A worker process: runs until its standard input ends."""
    quiet()
    database = Database(url, pool_size=20)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(
            database,
            dict.fromkeys(STAGES, nothing),
            queues={
                queue: QueueLimits(per_worker=per_worker) for queue in sorted(set(STAGES.values()))
            },
            workdir=Path(folder),
            poll_s=poll_s,
        )
        engine.start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        engine.drain(10)
        sys.stdout.write(f"{time.process_time():.2f}\n")
        sys.stdout.flush()
        os._exit(0)


@contextlib.contextmanager
def workers(url: str, count: int, poll_s: float, per_worker: int) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.pipeline_throughput", "work", url]
    command += ["--poll", str(poll_s), "--per-worker", str(per_worker)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    try:
        yield
    finally:
        for process in running:
            out, _ = process.communicate(timeout=60)
            print(f"  worker CPU {out.strip()} s")


def peer(database: Database, jobs: int) -> float:
    """Jobs per second if a job were only six committed one-row updates."""
    with database.session() as session:
        session.execute(sa.text("CREATE TABLE peer (id INTEGER PRIMARY KEY, n INTEGER)"))
        session.execute(sa.text("INSERT INTO peer VALUES (1, 0)"))
    began = time.perf_counter()
    for _ in range(jobs * len(STAGES)):
        with database.session() as session:
            session.execute(sa.text("UPDATE peer SET n = n + 1 WHERE id = 1"))
    return jobs / (time.perf_counter() - began)


def measure(url: str, jobs: int, count: int, poll_s: float, per_worker: int) -> float:
    database = Database(url)
    client = EngineClient(database)
    door = Jobs(database, client)
    the_plan = plan()
    with workers(url, count, poll_s, per_worker):
        began = time.perf_counter()

        def create(number: int) -> None:
            for _ in range(number):
                door.create(VideoRequest(script="Hi."), the_plan, tenant="bench", livemode=False)

        creators = [threading.Thread(target=create, args=(jobs // 2,)) for _ in range(2)]
        for creator in creators:
            creator.start()
        for creator in creators:
            creator.join()
        print(f"  created at {jobs / (time.perf_counter() - began):.0f} jobs/s")
        while door.counts()[JobStatus.COMPLETED] < jobs // 2 * 2:
            time.sleep(0.05)
            if time.perf_counter() - began > 120:
                raise SystemExit(f"stuck: {door.counts()}")
        return jobs / (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backend", choices=("sqlite", "postgres", "work"))
    parser.add_argument("url", nargs="?")
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--poll", type=float, default=0.2)
    parser.add_argument("--per-worker", type=int, default=16)
    options = parser.parse_args()
    if options.backend == "work":
        work(options.url, options.poll, options.per_worker)
    quiet()
    with contextlib.ExitStack() as stack:
        if options.backend == "sqlite":
            url = f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/bench.db"
        elif options.url:
            url = options.url
        else:
            from tests.postgres import cluster, installation

            programs = installation()
            if programs is None:
                raise SystemExit("no PostgreSQL installation found")
            url = stack.enter_context(cluster(programs)).url()
        database = Database(url)
        database.upgrade()
        limit = peer(database, 100)
        count = options.workers or WORKERS[options.backend]
        got = measure(url, options.jobs, count, options.poll, options.per_worker)
    target = TARGETS[options.backend]
    print(f"  {got * len(STAGES):.0f} stages/s; six bare commits would allow {limit:.0f} jobs/s")
    name = f"{options.backend}, {count} worker(s), six empty stages a job"
    return show(Figure(name, got, target, "jobs/s", "more"))


if __name__ == "__main__":
    raise SystemExit(main())
