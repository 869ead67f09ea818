"""Builds the web application around the services it is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from apiflask import APIFlask
from flask import Flask

from app.api import (
    admin,
    auth,
    catalog,
    events,
    health,
    jobs,
    media,
    middleware,
    openapi,
    problem_pages,
    problems,
    rate_limits,
    scenarios,
    videos,
)
from app.api.operation import ACCESS_ATTRIBUTE, UNCOUNTED_ATTRIBUTE
from app.api.principal import public
from app.api.streams import Streams
from app.bootstrap import Services

_DOCUMENT = public("the API's description holds nothing of anyone.")
_PAGES = public("pages carry no data; what they show they ask the API for.")


def create_app(services: Services) -> Flask:
    """The WSGI application. Starts no thread and opens no connection.

    ``app.extensions["streams"].stop()`` ends its event streams; servers call it when they stop.
    """
    app = APIFlask(
        "app",
        title="AI Video Engineer",
        version=services.version,
        docs_path=None,
        json_errors=False,
        static_folder=cast("str", None),  # APIFlask says str, Flask also takes None for none
    )
    app.extensions["services"] = services
    app.extensions["streams"] = Streams(
        services.http.sse_max_streams, services.metrics.event_streams
    )
    app.config["MAX_CONTENT_LENGTH"] = services.http.max_request_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]  # answers read in their own order
    app.url_map.strict_slashes = False

    offered = services.catalog
    openapi.configure(
        app,
        server_url=services.http.public_base_url,
        choices={
            "template": [each.id for each in offered.templates],
            "presenter": [each.id for each in offered.presenters],
            "voice": [each.id for each in offered.voices],
        },
    )
    middleware.trust_proxies(app, services.http.trusted_proxies)
    middleware.observe(app)
    auth.install(app)
    problems.install(app)
    for blueprint in (
        videos.videos,
        jobs.jobs,
        events.events,
        media.media,
        catalog.catalog,
        health.health,
        admin.admin,
        scenarios.scenarios,
        problem_pages.problem_pages,
    ):
        app.register_blueprint(blueprint)
    _register_pages(app)
    setattr(app.view_functions["openapi.spec"], ACCESS_ATTRIBUTE, _DOCUMENT)
    if services.http.rate_limit_enabled:
        rate_limits.install(
            app,
            every=services.http.rate_limit,
            by_endpoint={"videos.generate_video": services.http.rate_limit_create},
            exempt=frozenset(
                endpoint
                for endpoint, view in app.view_functions.items()
                if getattr(view, UNCOUNTED_ATTRIBUTE, False) or endpoint == "web.static"
            ),
        )
    middleware.allow_origins(app, services.http.cors_origins)
    return cast("Flask", app)


def _register_pages(app: Flask) -> None:
    """The studio page and the API reference: public on purpose."""
    from app.web import blueprint

    app.register_blueprint(blueprint)
    for endpoint, view in list(app.view_functions.items()):
        if endpoint.startswith(f"{blueprint.name}."):
            app.view_functions[endpoint] = _declared_public(view)


def _declared_public(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def page(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    setattr(page, ACCESS_ATTRIBUTE, _PAGES)
    return page
