"""One decorator by which a route declares who may call it and everything it may answer.

::

    @videos.post("/generate-video")
    @operation(videos, access=JOBS, tag="Videos", refuses=(409,))
    @videos.input(CreateVideo, arg_name="wanted")
    @videos.output(VideoAccepted, 202)
    def generate_video(wanted: CreateVideo) -> VideoAccepted: ...

It stands above ``input``, so that nothing of a request is read before its sender is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from apiflask import APIBlueprint

from app.api import auth
from app.api import schema_adapter as schema_adapter  # in place before any view is decorated
from app.api.principal import Access

P = ParamSpec("P")
R = TypeVar("R")

ACCESS_ATTRIBUTE = "declared_access"
UNCOUNTED_ATTRIBUTE = "not_counted_by_the_rate_limiter"

EXTRA_PARAMETERS = "x-parameters"
"""Carries ``parameters`` to app.api.openapi, which merges them into the operation."""

PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}


def operation(
    blueprint: APIBlueprint,
    *,
    access: Access,
    tag: str,
    refuses: Iterable[int] = (),
    answers: Mapping[int, dict[str, Any]] | None = None,
    parameters: Iterable[dict[str, Any]] = (),
    counted: bool = True,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a view by ``access`` and document it.

    Args:
        blueprint: where the view is registered.
        access: who may call it.
        tag: chapter of the documentation.
        refuses: further statuses it refuses with, beside those that follow from its access,
            inputs and path.
        answers: OpenAPI response objects of successful answers that ``output`` does not tell.
        parameters: OpenAPI parameter objects that no input model tells: headers, path formats.
        counted: whether the rate limiter counts it.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            auth.check(access)
            return view(*args, **kwargs)

        statuses = {500, *refuses, *_implied(view, access)} | ({429} if counted else set())
        responses: dict[int, Any] = {status: _REFUSALS[status] for status in sorted(statuses)}
        summary, _, description = (view.__doc__ or "").strip().partition("\n\n")
        documented = blueprint.doc(
            summary=summary.replace("\n    ", " ").rstrip("."),
            description="\n\n".join(filter(None, (_dedent(description), access.reason))),
            tags=[tag],
            operation_id=view.__name__,
            responses=cast("Any", {**(answers or {}), **responses}),
            security=_SECURITY if access.scope else None,
            extensions={EXTRA_PARAMETERS: list(parameters)},
        )(guarded)
        setattr(documented, ACCESS_ATTRIBUTE, access)
        setattr(documented, UNCOUNTED_ATTRIBUTE, not counted)
        return cast("Callable[P, R]", documented)

    return decorate


_SECURITY = cast("Any", [{"ApiKey": []}, {"ApiKeyHeader": []}, {}])
"""The empty alternative: mock mode asks for no key on most routes."""


def _implied(view: Callable[..., Any], access: Access) -> set[int]:
    spec: dict[str, Any] = getattr(view, "_spec", {})
    statuses: set[int] = set()
    if access.scope:
        statuses |= {401, 403, 503}  # keys and jobs are in the database
    if spec.get("body"):
        statuses |= {400, 413, 415, 422}
    if spec.get("args"):
        statuses |= {400, 422}
    return statuses


def _dedent(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _refusal(description: str, *headers: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": description,
        "content": {"application/problem+json": {"schema": PROBLEM_REF}},
    }
    if headers:
        answer["headers"] = {
            name: {"schema": {"type": "string"}, "description": _HEADERS[name]} for name in headers
        }
    return answer


_HEADERS = {
    "Retry-After": "Seconds to wait before asking again.",
    "WWW-Authenticate": "How to send a key.",
    "Content-Range": "How long the file is: `bytes */123456`.",
}

_REFUSALS: dict[int, dict[str, Any]] = {
    400: _refusal("The body, a header or a parameter could not be read."),
    401: _refusal("No valid API key came with the request.", "WWW-Authenticate"),
    403: _refusal("The key or the link does not allow this."),
    404: _refusal("There is no such thing, or it belongs to another tenant."),
    409: _refusal("The job is not in a state that allows this."),
    413: _refusal("The body is larger than the server reads."),
    415: _refusal("The body is not `application/json`."),
    416: _refusal("The file ends before the part asked for.", "Content-Range"),
    422: _refusal("A member says something that cannot be done; `errors` names it."),
    429: _refusal("Too many requests; wait as long as `Retry-After` says.", "Retry-After"),
    500: _refusal("A mistake of ours, or the storage did not deliver. Report the request id."),
    503: _refusal("A dependency is away, or all streams are taken.", "Retry-After"),
}
