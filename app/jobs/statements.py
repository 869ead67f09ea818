"""Statements of the hot path, built once: building one anew costs as much as running it.

Parameters of conditions begin with ``at_``, so that they cannot collide with columns to set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.db.tables import APPROVALS, ARTIFACTS, EVENTS, JOBS, STAGES

LOCK_JOB = sa.select(JOBS).where(JOBS.c.id == sa.bindparam("at_job")).with_for_update()

ATTEMPT_COLUMNS = (
    "key",
    "attempt",
    "status",
    "progress",
    "try_number",
    "crashes",
    "superseded",
    "lease",
    "output",
    "failure",
    "carried",
)
ATTEMPTS_OF_JOB = (
    sa.select(*(STAGES.c[name] for name in ATTEMPT_COLUMNS))
    .where(STAGES.c.job_id == sa.bindparam("at_job"))
    .order_by(STAGES.c.attempt)
)
GATES_OF_JOB = (
    sa.select(
        APPROVALS.c.id, APPROVALS.c.gate, APPROVALS.c.key, APPROVALS.c.attempt, APPROVALS.c.status
    )
    .where(APPROVALS.c.job_id == sa.bindparam("at_job"))
    .order_by(APPROVALS.c.id)
)
ARTIFACTS_OF_JOB = (
    sa.select(ARTIFACTS)
    .where(ARTIFACTS.c.job_id == sa.bindparam("at_job"))
    .order_by(ARTIFACTS.c.ordinal)
)
INSERT_JOB = sa.insert(JOBS)
INSERT_STAGES = sa.insert(STAGES)
INSERT_EVENTS = sa.insert(EVENTS)
INSERT_ARTIFACTS = sa.insert(ARTIFACTS)
INSERT_APPROVALS = sa.insert(APPROVALS)


def insert(
    connection: sa.Connection, statement: sa.Insert, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert these rows, if any. A list of one costs more than the one."""
    if rows:
        connection.execute(statement, rows[0] if len(rows) == 1 else list(rows))


@lru_cache(maxsize=128)
def update_job(columns: tuple[str, ...]) -> sa.Update:
    """Set these columns of one job, if it is still of the version that is known."""
    return (
        sa.update(JOBS)
        .where(JOBS.c.id == sa.bindparam("at_job"), JOBS.c.version == sa.bindparam("at_version"))
        .values({name: sa.bindparam(name) for name in columns})
    )


@lru_cache(maxsize=128)
def update_attempt(columns: tuple[str, ...]) -> sa.Update:
    """Set these columns of one attempt."""
    return (
        sa.update(STAGES)
        .where(
            STAGES.c.job_id == sa.bindparam("at_job"),
            STAGES.c.key == sa.bindparam("at_key"),
            STAGES.c.attempt == sa.bindparam("at_attempt"),
        )
        .values({name: sa.bindparam(name) for name in columns})
    )
