"""How a job starts out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.domain.ids import new_id
from app.domain.states import JobStatus
from app.domain.video_request import VideoRequest
from app.jobs.plan import Plan


def new_job(request: VideoRequest, plan: Plan, now: datetime) -> dict[str, Any]:
    """The job's row, but for whose it is and what the client calls the request."""
    return {
        "id": new_id("vid"),
        "user_id": request.user_id,
        "status": JobStatus.QUEUED,
        "progress": 0,
        "current_step": "Queued",
        "request": request.model_dump(mode="json"),
        "plan": plan.model_dump(mode="json"),
        "route": plan.route,
        "script": request.script,
        "script_chars": len(request.script),
        "priority": request.priority,
        "webhook_url": request.webhook_url,
        "failure": None,
        "last_event": 0,
        "version": 0,
        "waited_s": 0.0,
        "work_s": None,
        "waiting_since": None,
        "created_at": now,
        "started_at": None,
        "completed_at": None,
        "updated_at": now,
    }
