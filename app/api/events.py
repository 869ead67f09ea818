"""A job's events: as a stream of server-sent events, or as a list for clients that poll."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

from apiflask import APIBlueprint
from flask import Response, current_app, request
from pydantic import BaseModel, ConfigDict, Field

from app.api.answers import EventAnswer, EventList
from app.api.context import principal, services
from app.api.operation import PROBLEM_REF, operation
from app.api.parameters import JOB_ID, LAST_EVENT_ID, job_id, last_event_id
from app.api.present import event as present_event
from app.api.principal import JOBS
from app.api.streams import Streams
from app.jobs.jobs import Jobs

events = APIBlueprint("events", __name__)

PAGE = 500
RECONNECT_MS = 2000
"""How long a browser waits before it reconnects."""


class EventsQuery(BaseModel):
    """Where to go on."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    after: int = Field(default=0, ge=0, le=999_999_999)
    """Sequence of the last event known; the header Last-Event-ID is stronger."""


_ANSWERS: dict[int, dict[str, Any]] = {
    200: {
        "description": "Events after the one named, as a stream or, with "
        "`Accept: application/json`, as a list.",
        "headers": {
            "X-Accel-Buffering": {
                "schema": {"type": "string"},
                "description": "`no`: proxies pass each event on at once.",
            }
        },
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "object",
                    "description": "One server-sent event.",
                    "required": ["id", "event", "data"],
                    "properties": {
                        "id": {"type": "string", "description": "Its `sequence`."},
                        "event": {"type": "string", "description": "Its `type`."},
                        "data": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": {"$ref": "#/components/schemas/EventAnswer"},
                        },
                    },
                },
                "example": 'id: 3\nevent: progress\ndata: {"sequence": 3, "type": "progress"}\n\n',
            }
        },
    },
    503: {
        "description": "Every stream of this server is taken: poll the list instead.",
        "content": {"application/problem+json": {"schema": PROBLEM_REF}},
    },
}


@events.get("/jobs/<id>/events")
@operation(
    events,
    access=JOBS,
    tag="Jobs",
    refuses=(404, 503),
    parameters=[JOB_ID, LAST_EVENT_ID],
    answers=_ANSWERS,
)
@events.input(EventsQuery, location="query", arg_name="query")
@events.output(EventList)
def get_events(id: str, query: EventsQuery) -> tuple[EventList, int, dict[str, str]] | Response:
    """Follow a job.

    Events are numbered from 1 without gaps and are kept: a client that was away goes on where it
    stopped, with `Last-Event-ID` or `after`. The stream ends after the job's last event. A server
    holds few streams open; a client that is answered 503 polls the list.
    """
    jobs = services().jobs
    after = last_event_id(query.after)
    tenant = principal().sees
    job = jobs.get(job_id(id), tenant=tenant)
    best = request.accept_mimetypes.best_match(["text/event-stream", "application/json"])
    if best == "application/json":
        found = jobs.events(id, after=after, limit=PAGE, tenant=tenant)
        answer = EventList(
            job_id=id,
            status=job.status,
            events=[present_event(item, livemode=job.livemode) for item in found],
            last=found[-1].sequence if found else after,
            livemode=job.livemode,
        )
        return answer, 200, {"Vary": "Accept"}
    streams = cast("Streams", current_app.extensions["streams"])
    give_back = streams.open()
    response = Response(
        _given_back(_stream(streams, jobs, id, after), give_back),
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "Vary": "Accept", "X-Accel-Buffering": "no"},
    )
    response.call_on_close(give_back)  # also of an answer that was never begun
    return response


def _given_back(stream: Iterator[str], give_back: Callable[[], None]) -> Iterator[str]:
    try:
        yield from stream
    finally:
        give_back()


def _stream(streams: Streams, jobs: Jobs, job_id: str, after: int) -> Iterator[str]:
    """Events until the job's last one, the server's end, or the client's."""
    yield f"retry: {RECONNECT_MS}\n\n"
    silent_s = open_s = 0.0
    while open_s < streams.longest_s:
        # The state is read before the events: what is not among them then is no last event yet.
        job = jobs.get(job_id)
        found = jobs.events(job_id, after=after, limit=PAGE)
        for item in found:
            yield _frame(present_event(item, livemode=job.livemode))
            after = item.sequence
        if len(found) == PAGE:
            continue
        if job.status.is_final or streams.wait(streams.look_every_s):
            return
        open_s += streams.look_every_s
        silent_s = 0.0 if found else silent_s + streams.look_every_s
        if silent_s >= streams.heartbeat_s:
            silent_s = 0.0
            yield ": still here\n\n"


def _frame(event: EventAnswer) -> str:
    data = json.dumps(
        event.model_dump(mode="json"), separators=(",", ":")
    )  # one line: JSON escapes line breaks
    return f"id: {event.sequence}\nevent: {event.type}\ndata: {data}\n\n"
