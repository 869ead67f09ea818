"""Ask for a video and see how far it is: the two routes that every client knows."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from app.api.answers import VideoAccepted, VideoStatus
from app.api.context import principal, services
from app.api.operation import operation
from app.api.parameters import (
    ACCEPTED_HEADERS,
    IDEMPOTENCY_PARAMETER,
    JOB_ID,
    idempotency_key,
    job_id,
)
from app.api.present import video_status
from app.api.principal import JOBS
from app.pipelines.create_video import CreateVideo

videos = APIBlueprint("videos", __name__)

_EXAMPLES: dict[str, Any] = {
    "smallest": {
        "summary": "A script is enough",
        "value": {"script": "Hello! I am your presenter, and this video was made in seconds."},
    },
    "choices": {
        "summary": "Portrait, calm, with a person's approval of the script",
        "value": {
            "script": "Welcome to the team. Here is what your first week looks like.",
            "template": "presenter2",
            "userId": "user@example.com",
            "aspect": "9:16",
            "style": "calm",
            "approve_script": True,
        },
    },
    "failure": {
        "summary": "Mock mode: see a failing render",
        "value": {"script": "This one will not arrive. [[fail:render:500]]"},
    },
}


@videos.post("/generate-video")
@operation(
    videos,
    access=JOBS,
    tag="Videos",
    refuses=(503,),
    parameters=[IDEMPOTENCY_PARAMETER],
    answers={202: {"headers": ACCEPTED_HEADERS}},
)
@videos.input(CreateVideo, arg_name="wanted", examples=_EXAMPLES)
@videos.output(VideoAccepted, 202, description="Accepted; the video is being made.")
def generate_video(wanted: CreateVideo) -> tuple[VideoAccepted, int, dict[str, str]]:
    """Make a video from a script.

    Answers at once with an id; the work goes on behind it and survives restarts. Send an
    `Idempotency-Key` header to be safe against sending twice: the same key and body give the same
    job and answer, for at least 24 hours; the same key with another body is refused.
    """
    services_ = services()
    created = services_.videos.submit(
        wanted, tenant=principal().tenant, idempotency_key=idempotency_key()
    )
    status_url = f"/video-status/{created.job.id}"
    answer = VideoAccepted(
        id=created.job.id,
        status="queued",
        message="Your video is being made.",
        statusUrl=status_url,
        mock_mode=not services_.http.livemode,
        livemode=services_.http.livemode,
    )
    headers = {"Location": status_url}
    if not created.created:
        headers["Idempotency-Replayed"] = "true"
    return answer, 202, headers


@videos.get("/video-status/<id>")
@operation(videos, access=JOBS, tag="Videos", refuses=(404,), parameters=[JOB_ID])
@videos.output(VideoStatus)
def get_video_status(id: str) -> VideoStatus:
    """See how far a video is.

    Poll every two seconds until `status` is `completed`, `failed` or `cancelled`; `video_url` is
    there the moment it says `completed`. `GET /jobs/{id}/events` tells the same without polling.
    """
    return video_status(services().jobs.get(job_id(id), tenant=principal().sees))
