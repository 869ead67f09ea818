"""The routes of the pages and their static files."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from app.web.content_security import protect
from app.web.description import describe
from app.web.facts import services, studio_facts

blueprint = Blueprint(
    "web",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)

_YEAR_S = 31_536_000


@blueprint.get("/")
def studio() -> Response:
    """The studio page for people; for programs that prefer JSON, what this service is."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if best == "application/json":
        response = jsonify(describe(services()))
    else:
        response = protect(make_response(render_template("studio.html", **studio_facts())))
    response.vary.add("Accept")
    return response


@blueprint.get("/docs")
def docs() -> Response:
    """The API reference, drawn from /openapi.json without any other host."""
    return protect(make_response(render_template("docs.html")), reference=True)


@blueprint.app_context_processor
def _page_context() -> dict[str, object]:
    return {
        "asset": _asset,
        "picture": _picture,
        "livemode": services().http.livemode,
        "needs_key": services().http.require_api_key,
    }


def _picture(kind: str, choice: str) -> str:
    """Address of the picture of a template or a presenter."""
    return f"/catalog/{kind}/{choice}.webp"


def _asset(path: str) -> str:
    """Address of a static file."""
    return url_for("web.static", filename=path)


@blueprint.after_request
def _cache_static(response: Response) -> Response:
    """Vendored files carry their version in the path; ours are asked for again, by ETag."""
    if request.endpoint == "web.static" and response.status_code in {200, 206, 304}:
        versioned = request.path.startswith("/assets/vendor/")
        response.headers["Cache-Control"] = (
            f"public, max-age={_YEAR_S}, immutable" if versioned else "no-cache"
        )
    return response
