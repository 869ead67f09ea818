"""Jobs: list them, look into one, cancel, retry, decide at a gate."""

from __future__ import annotations

from typing import Annotated, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.answers import JobAnswer, JobList, VideoStatus
from app.api.context import principal, services
from app.api.operation import operation
from app.api.parameters import JOB_ID, cursor, job_id, path_parameter
from app.api.present import job_answer, video_status
from app.api.principal import JOBS
from app.domain.errors import InvalidInput
from app.domain.states import JobStatus

jobs = APIBlueprint("jobs", __name__)

_GATE = path_parameter("gate", "Name of the gate, as the job's plan tells it.", "script")


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class JobsQuery(_Request):
    """Which jobs to list."""

    user_id: str | None = Field(default=None, alias="userId", max_length=320)
    """Only this user's."""
    status: JobStatus | None = None
    """Only those in this state."""
    limit: int = Field(default=50, ge=1, le=200)
    """How many on a page."""
    cursor: str | None = Field(
        default=None, max_length=500, json_schema_extra={"pattern": "^vid_[0-9a-z]{26}$"}
    )
    """``next_cursor`` of the page before."""


class Retry(_Request):
    """What to run again."""

    stage: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    """Key of the stage, ``render_avatar[scene-2]``; left out: whatever failed."""
    mode: Literal["downstream", "only"] = "downstream"
    """``downstream``: the stage and everything that depends on it; ``only``: the stage alone."""


class Decision(_Request):
    """What a person says at a gate."""

    decision: Literal["approve", "reject", "edit"]
    """``edit`` replaces the script and approves it."""
    script: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = None
    """The corrected script; with ``edit`` only."""
    comment: Annotated[str, StringConstraints(max_length=2000)] | None = None
    """For the record."""


@jobs.get("/jobs")
@operation(jobs, access=JOBS, tag="Jobs")
@jobs.input(JobsQuery, location="query", arg_name="query")
@jobs.output(JobList)
def list_jobs(query: JobsQuery) -> JobList:
    """List jobs, newest first.

    Failed and cancelled jobs stay in the list. `total` counts all pages.
    """
    page = services().jobs.page(
        tenant=principal().sees,
        user_id=query.user_id,
        status=query.status,
        limit=query.limit,
        cursor=cursor(query.cursor),
    )
    return JobList(
        total=page.total,
        jobs=[video_status(job) for job in page.jobs],
        next_cursor=page.next_cursor,
        livemode=services().http.livemode,
    )


@jobs.get("/jobs/<id>")
@operation(jobs, access=JOBS, tag="Jobs", refuses=(404,), parameters=[JOB_ID])
@jobs.output(JobAnswer)
def get_job(id: str) -> JobAnswer:
    """Look into a job: its plan, every attempt at every stage, approvals, files, events, cost."""
    jobs_, tenant = services().jobs, principal().sees
    return job_answer(jobs_.detail(job_id(id), tenant=tenant), jobs_.events(id, tenant=tenant))


@jobs.post("/jobs/<id>/cancel")
@operation(jobs, access=JOBS, tag="Jobs", refuses=(404, 409), parameters=[JOB_ID])
@jobs.output(VideoStatus)
def cancel_job(id: str) -> VideoStatus:
    """Cancel a job.

    Final within a second, wherever the job stands; what already runs is stopped and its result
    dropped. Cancelling again answers the same. A completed or failed job cannot be cancelled.
    """
    client = principal()
    return video_status(services().jobs.cancel(job_id(id), tenant=client.sees, actor=client.actor))


@jobs.post("/jobs/<id>/retry")
@operation(jobs, access=JOBS, tag="Jobs", refuses=(404, 409), parameters=[JOB_ID])
@jobs.input(Retry, arg_name="wanted", example={"mode": "downstream"})
@jobs.output(VideoStatus, 202, description="The stages are queued again.")
def retry_job(id: str, wanted: Retry) -> VideoStatus:
    """Run a failed, cancelled or finished job again from a stage.

    What was finished before that stage is kept and never run, or paid for, again. The body may be
    left out: then whatever failed is tried again, with everything that depends on it.
    """
    client = principal()
    return video_status(
        services().jobs.resume(
            job_id(id),
            stage=wanted.stage,
            mode=wanted.mode,
            tenant=client.sees,
            actor=client.actor,
        )
    )


@jobs.post("/jobs/<id>/approvals/<gate>")
@operation(jobs, access=JOBS, tag="Jobs", refuses=(404, 409), parameters=[JOB_ID, _GATE])
@jobs.input(
    Decision,
    arg_name="said",
    examples={
        "approve": {"summary": "Go on", "value": {"decision": "approve"}},
        "edit": {
            "summary": "Correct the script, then go on",
            "value": {"decision": "edit", "script": "Welcome, everyone!", "comment": "Shorter."},
        },
        "reject": {"summary": "Stop here", "value": {"decision": "reject"}},
    },
)
@jobs.output(VideoStatus)
def decide(id: str, gate: str, said: Decision) -> VideoStatus:
    """Approve, correct or reject what a job waits for.

    Ask for a gate with `approve_script: true` in `POST /generate-video`. Approving twice changes
    nothing; a rejected job fails with the code `approval_rejected` and can be retried.
    """
    client = principal()
    jobs_, asked = services().jobs, job_id(id)
    if said.decision == "edit" and said.script is None:
        raise InvalidInput(
            "'script' is missing: an edit brings the corrected text.",
            field="script",
            remedy="Add 'script', or say 'approve' to keep the text.",
        )
    if said.decision != "edit" and said.script is not None:
        raise InvalidInput(
            "'script' goes only with the decision 'edit'.",
            field="script",
            remedy="Say 'edit', or leave 'script' out.",
        )
    output = None
    if said.script is not None:
        request = jobs_.get(asked, tenant=client.sees).request
        output = services().videos.edit(said.script, request)
    return video_status(
        jobs_.decide(
            asked,
            gate,
            said.decision,
            tenant=client.sees,
            actor=client.actor,
            comment=said.comment,
            output=output,
        )
    )
