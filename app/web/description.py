"""What ``/`` answers to programs: the service in a few facts and where to go from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.bootstrap import Services


def describe(services: Services) -> dict[str, Any]:
    """The service description."""
    return {
        "name": "AI Video Engineer",
        "version": services.version,
        "livemode": services.http.livemode,
        "mock_mode": not services.http.livemode,
        "links": {
            "docs": "/docs",
            "openapi": "/openapi.json",
            "health": "/health",
            "catalog": "/catalog",
        },
        "routes": {
            "create": "POST /generate-video",
            "status": "GET /video-status/{id}",
            "jobs": "GET /jobs",
            "job": "GET /jobs/{id}",
            "events": "GET /jobs/{id}/events",
            "cancel": "POST /jobs/{id}/cancel",
            "retry": "POST /jobs/{id}/retry",
        },
    }
