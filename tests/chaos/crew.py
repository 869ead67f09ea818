"""Worker processes of a test, and what their ledger says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.db.database import Database
from app.domain.states import JobStatus
from app.domain.video_request import VideoRequest
from app.jobs.engine import EngineClient
from app.jobs.jobs import Jobs
from app.jobs.plan import Plan
from app.jobs.views import JobView

ROOT = Path(__file__).resolve().parents[2]


class Crew:
    """Starts, kills and replaces workers; creates jobs; reads the ledger."""

    def __init__(self, database: Database, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.ledger = folder / "ledger.jsonl"
        self.ledger.touch()
        self.options: dict[str, Any] = {
            "url": database.url,
            "ledger": str(self.ledger),
            "workdir": str(folder / "work"),
            "pause_s": 0.05,
            "per_worker": 4,
            "poll_s": 0.1,
            "beat_s": 0.5,
            "dead_s": 3.0,
            "max_crashes": 3,
            "grace_s": 20.0,
        } | options
        self.client = EngineClient(database)
        self.jobs = Jobs(database, self.client)
        self.workers: list[subprocess.Popen[str]] = []
        self.names: dict[int, str] = {}
        self.kills = 0

    def hire(self, *, wait: bool = True) -> subprocess.Popen[str]:
        log = (self.folder / "workers.log").open("a")
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.program", json.dumps(self.options)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        self.workers.append(worker)
        if wait:
            self.name(worker)
        return worker

    def name(self, worker: subprocess.Popen[str]) -> str:
        """Its id, once it has started."""
        if worker.pid not in self.names:
            assert worker.stdout is not None
            self.names[worker.pid] = worker.stdout.readline().strip()
        return self.names[worker.pid]

    def kill(self, worker: subprocess.Popen[str]) -> None:
        worker.send_signal(signal.SIGKILL)
        self.bury(worker)
        self.kills += 1

    def bury(self, worker: subprocess.Popen[str]) -> None:
        worker.wait(30)
        if worker.stdout is not None:
            worker.stdout.close()
        self.workers.remove(worker)

    def replace_dead(self) -> int:
        """Workers that killed themselves are followed by new ones."""
        dead = [worker for worker in self.workers if worker.poll() is not None]
        for worker in dead:
            self.bury(worker)
            self.hire(wait=False)
        return len(dead)

    def create(self, plan: Plan, script: str = "Hello.") -> JobView:
        wanted = VideoRequest(script=script)
        return self.jobs.create(wanted, plan, tenant="acme", livemode=False).job

    def lines(self, what: str, job_id: str | None = None, key: str | None = None) -> list[Any]:
        found = [json.loads(line) for line in self.ledger.read_text().splitlines()]
        return [
            line
            for line in found
            if line["what"] == what and job_id in (None, line["job"]) and key in (None, line["key"])
        ]

    def until(self, holds: Callable[[], bool], within_s: float) -> float:
        began = time.monotonic()
        while not holds():
            took = time.monotonic() - began
            assert took < within_s, f"not within {within_s} s\n{self.log()}"
            time.sleep(0.05)
        return time.monotonic() - began

    def finish(self, jobs: list[JobView], within_s: float, *, replace: bool = False) -> None:
        """Wait until all jobs are at their end; they must be completed."""

        def all_final() -> bool:
            if replace:
                self.replace_dead()
            return all(self.jobs.get(job.id).status.is_final for job in jobs)

        self.until(all_final, within_s)
        for job in jobs:
            view = self.jobs.get(job.id)
            assert view.status == JobStatus.COMPLETED, (view.failure, self.log())

    def assert_nothing_was_repeated(self, jobs: list[JobView]) -> None:
        """No stage was started again after its result had been stored; events have no gap."""
        for job in jobs:
            detail = self.jobs.detail(job.id)
            completed = {s.key: s for s in detail.stages if s.status == "completed"}
            assert set(completed) == set(job.plan.keys())
            assert len([s for s in detail.stages if s.status == "completed"]) == len(completed)
            for key, stage in completed.items():
                assert stage.completed_at is not None
                starts = self.lines("start", job.id, key)
                late = [s for s in starts if s["at"] > stage.completed_at.timestamp()]
                assert not late, f"{key} of {job.id} ran again after it was done"
                assert stage.output["worker"] in {s["worker"] for s in starts}
            sequences = [event.sequence for event in self.jobs.events(job.id, limit=10_000)]
            assert sequences == list(range(1, len(sequences) + 1))
            ends = [e for e in self.jobs.events(job.id, limit=10_000) if e.type == "completed"]
            assert len(ends) == 1

    def log(self) -> str:
        path = self.folder / "workers.log"
        return path.read_text()[-3000:] if path.exists() else ""

    def dismiss(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.kill(worker.pid, signal.SIGCONT)
                worker.kill()
        for worker in list(self.workers):
            self.bury(worker)
        self.client.close()
