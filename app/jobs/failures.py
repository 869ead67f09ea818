"""From an exception to words for the job's owner."""

from __future__ import annotations

import errno
from typing import Any

from app.domain.errors import AppError, StageFailed
from app.jobs.views import Failure

_STORAGE_FULL = (errno.ENOSPC, errno.EDQUOT)
_STORAGE_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


class StageTimedOut(StageFailed):
    """An attempt ran past its ``timeout_s``."""

    code = "stage_timed_out"
    retryable = True


class AttemptLost(StageFailed):
    """The engine's record of an attempt went away under it."""

    code = "attempt_lost"
    retryable = True


class WorkerCrashed(StageFailed):
    """An attempt took its worker down with it, again and again."""

    code = "worker_crashed"
    default_remedy = "Change the input, or ask the operator to read the worker's log; then retry."


class ApprovalRejected(StageFailed):
    """A person said no at a gate."""

    code = "approval_rejected"
    default_remedy = "Change the script and submit it again, or resume from this stage."


def named(error: Exception) -> AppError | None:
    """The error as one of ours: itself, or a full or closed disk; None for a bug."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, OSError) and error.errno in _STORAGE_FULL:
        return StageFailed(
            "There is no space left on the server's disk.",
            code="storage_full",
            remedy="Ask the operator to free space, then retry the job.",
        )
    if isinstance(error, OSError) and error.errno in _STORAGE_CLOSED:
        return StageFailed(
            "The server may not write to its own storage.",
            code="storage_read_only",
            remedy="Ask the operator to make the storage writable, then retry the job.",
        )
    return None


def failure_of(error: Exception, key: str | None) -> Failure:
    """What is stored and shown. The text of an unknown exception stays in the log."""
    known = named(error)
    if known is None:
        return Failure(
            stage=key,
            code=AppError.code,
            message="Something went wrong on our side.",
            retryable=False,
            remedy=AppError.default_remedy,
        )
    return Failure(
        stage=key,
        code=known.code,
        message=known.message,
        retryable=known.retryable,
        remedy=known.remedy,
    )


def to_json(failure: Failure) -> dict[str, Any]:
    """For the database and for events."""
    return {
        "stage": failure.stage,
        "code": failure.code,
        "message": failure.message,
        "retryable": failure.retryable,
        "remedy": failure.remedy,
    }


def from_json(value: dict[str, Any] | None) -> Failure | None:
    """Back from the database."""
    return None if value is None else Failure(**value)
