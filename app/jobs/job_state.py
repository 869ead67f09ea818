"""What is known of a job: its plan, its attempts, its gates, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.states import ApprovalStatus, JobStatus, StageStatus
from app.jobs.plan import Node, Plan

ACTIVE = (StageStatus.QUEUED, StageStatus.RUNNING)


@dataclass(slots=True)
class Attempt:
    """What a transition knows of an attempt."""

    key: str
    attempt: int
    status: StageStatus
    progress: float
    try_number: int
    crashes: int
    superseded: bool
    lease: str | None
    output: Mapping[str, Any] | None
    failure: dict[str, Any] | None
    carried: bool
    """It runs without a queue entry, in the worker that made it ready."""

    @property
    def is_active(self) -> bool:
        """Waiting to run, or running."""
        return self.status in ACTIVE


@dataclass(slots=True)
class Gate:
    """What a transition knows of an approval."""

    id: str
    gate: str
    key: str
    attempt: int
    status: ApprovalStatus


@dataclass(frozen=True, slots=True)
class Known:
    """A job as this process left it: good for its next transition if nobody wrote meanwhile."""

    job: Mapping[str, Any]
    plan: Plan
    attempts: tuple[Attempt, ...]
    gates: tuple[Gate, ...]


class JobState:
    """A job and all that decides what happens to it next."""

    def __init__(
        self,
        job: Mapping[str, Any],
        attempts: list[Attempt],
        gates: list[Gate],
        plan: Plan | None = None,
    ) -> None:
        self.job = job
        self.id: str = job["id"]
        self.plan = plan or Plan.model_validate(job["plan"])
        self.status = JobStatus(job["status"])
        self.attempts = attempts
        self.gates = gates

    def latest(self) -> dict[str, Attempt]:
        """The newest attempt that counts, by node key."""
        return {a.key: a for a in self.attempts if not a.superseded}

    def attempt(self, key: str, attempt: int) -> Attempt | None:
        """One attempt, superseded or not."""
        for a in self.attempts:
            if a.key == key and a.attempt == attempt:
                return a
        return None

    def leased(self, lease: str) -> Attempt | None:
        """The running attempt that this lease names."""
        for a in self.attempts:
            if a.lease == lease and a.status == StageStatus.RUNNING:
                return a
        return None

    def gate_of(self, attempt: Attempt) -> Gate | None:
        """The approval asked for after this attempt."""
        for gate in self.gates:
            if gate.key == attempt.key and gate.attempt == attempt.attempt:
                return gate
        return None

    def is_done(self, attempt: Attempt) -> bool:
        """Completed, and no gate holds what follows."""
        if attempt.status != StageStatus.COMPLETED:
            return False
        gate = self.gate_of(attempt)
        return gate is None or gate.status == ApprovalStatus.APPROVED

    def done(self) -> set[str]:
        """Keys of the nodes that are done."""
        return {key for key, attempt in self.latest().items() if self.is_done(attempt)}

    def upstream(self, node: Node) -> list[Attempt]:
        """The completed attempts of every node above this one, however far up."""
        above: set[str] = set()
        for other in reversed(self.plan.nodes):
            if other.key in node.needs or other.key in above:
                above |= {other.key, *other.needs}
        return [a for key, a in self.latest().items() if key in above]

    def add_attempt(self, node: Node, *, try_number: int) -> Attempt:
        """One more attempt at a node, the newest."""
        number = 1 + max((a.attempt for a in self.attempts if a.key == node.key), default=0)
        attempt = Attempt(
            key=node.key,
            attempt=number,
            status=StageStatus.QUEUED,
            progress=0.0,
            try_number=try_number,
            crashes=0,
            superseded=False,
            lease=None,
            output=None,
            failure=None,
            carried=False,
        )
        self.attempts.append(attempt)
        return attempt
