"""The OpenAPI 3.1 document: what APIFlask collects, made complete and pleasant to read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from apiflask import APIFlask

from app.api.operation import EXTRA_PARAMETERS

DESCRIPTION = """\
Script in, talking-avatar video out.

**First video.** `POST /generate-video` with a script answers with an id at once. Poll
`GET /video-status/{id}` every two seconds, or follow `GET /jobs/{id}/events`, until `status` is
`completed`; then open `video_url`.

**Keys.** Mock mode asks for none. In live mode send `Authorization: Bearer avk_…` (or `X-API-Key`).
A client sees its own tenant's jobs only.

**Errors** are `application/problem+json` (RFC 9457): `message` is a plain sentence to show to a
person, `code` is stable and for programs, `errors` names each field that is wrong, and `type` leads
to a page about the code.

**Sending twice.** Put an `Idempotency-Key` on `POST /generate-video`, and a request that is
repeated after a lost connection never makes a second video.
"""

TAGS = [
    {"name": "Videos", "description": "Ask for a video, and see how far it is."},
    {"name": "Jobs", "description": "What happens behind a video, and how to steer it."},
    {"name": "Files", "description": "Finished media, by signed links."},
    {"name": "Catalog", "description": "What a video can look and sound like."},
    {"name": "Operations", "description": "Health, metrics, workers."},
    {"name": "Help", "description": "What error codes mean; how to try failures."},
]

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details, with plain sentences for people.",
    "required": [
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "error",
        "message",
        "remedy",
        "errors",
        "retry_after",
        "request_id",
        "livemode",
    ],
    "properties": {
        "type": {"type": "string", "description": "Address of a page about this code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, in one sentence."},
        "instance": {"type": "string", "description": "Path of the request."},
        "code": {"type": "string", "description": "Stable; for programs."},
        "error": {"type": "string", "description": "What is wrong and what to do."},
        "message": {"type": "string", "description": "The same as `error`."},
        "remedy": {"type": "string", "description": "What to do."},
        "errors": {
            "type": "array",
            "description": "Each field that is wrong; empty when none is to blame.",
            "items": {
                "type": "object",
                "required": ["field", "message", "remedy"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "remedy": {"type": "string"},
                },
            },
        },
        "retry_after": {
            "type": ["integer", "null"],
            "description": "Seconds to wait, when waiting helps.",
        },
        "request_id": {"type": "string", "description": "Name it when you report the problem."},
        "livemode": {"type": "boolean"},
    },
    "examples": [
        {
            "type": "/problems/invalid_input",
            "title": "Invalid input",
            "status": 422,
            "detail": "'aspect' must be one of '16:9', '9:16' or '1:1'.",
            "instance": "/generate-video",
            "code": "invalid_input",
            "error": "'aspect' must be one of '16:9', '9:16' or '1:1'. Correct 'aspect'.",
            "message": "'aspect' must be one of '16:9', '9:16' or '1:1'. Correct 'aspect'.",
            "remedy": "Correct 'aspect'.",
            "errors": [
                {
                    "field": "aspect",
                    "message": "'aspect' must be one of '16:9', '9:16' or '1:1'.",
                    "remedy": "Correct 'aspect'.",
                }
            ],
            "retry_after": None,
            "request_id": "req_01kacv4m8p3q5r7s9t1v3w5x7z",
            "livemode": False,
        }
    ],
}

_KEYS: dict[str, dict[str, str]] = {
    "ApiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "`Authorization: Bearer avk_…`; keys are made with `scripts/keys.py`.",
    },
    "ApiKeyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key, for clients that cannot set `Authorization`.",
    },
}


_NESTED = re.compile(r"(#/components/schemas/)\w+\.(\w+)")


def configure(
    app: APIFlask, *, server_url: str | None, choices: Mapping[str, Sequence[str]]
) -> None:
    """Describe the application. APIFlask's guesses are off: routes declare what they answer.

    Args:
        server_url: where clients reach it; None: where the document came from.
        choices: what members of ``CreateVideo`` may be, known only when the product is built.
    """
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        LICENSE=None,
        TAGS=TAGS,
        SERVERS=[{"url": server_url}] if server_url else [{"url": "/"}],
        SECURITY_SCHEMES=_KEYS,
        AUTO_200_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
    )

    @app.spec_processor
    def complete(spec: Any) -> Any:
        return _complete(cast("dict[str, Any]", spec), choices)


def _complete(spec: dict[str, Any], choices: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    spec = _share_schemas(spec)
    asked = spec["components"]["schemas"]["CreateVideo"]["properties"]
    for member, values in choices.items():
        # a member that may be null says so by anyOf, whose first half is the text
        text = asked[member].get("anyOf", [asked[member]])[0]
        text["enum"] = list(values)
    spec["components"]["schemas"]["Problem"] = _PROBLEM
    for path in spec["paths"].values():
        for operation in path.values():
            _merge_parameters(operation)
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
            operation["responses"] = dict(sorted(operation["responses"].items()))
    optional = spec["paths"].get("/jobs/{id}/retry", {}).get("post", {}).get("requestBody")
    if optional:
        optional["required"] = False
    return spec


def _share_schemas(spec: dict[str, Any]) -> dict[str, Any]:
    """One schema for each model: APIFlask makes ``JobList.JobStatus``, ``VideoStatus.JobStatus`` …

    Raises:
        ValueError: two different models of ours have the same name.
    """
    shared: dict[str, Any] = json.loads(_NESTED.sub(r"\1\2", json.dumps(spec)))
    schemas: dict[str, Any] = {}
    for name, schema in sorted(shared["components"]["schemas"].items()):
        plain = name.rpartition(".")[2]
        if schemas.setdefault(plain, schema) != schema:
            raise ValueError(f"two different schemas are named {plain!r}")
    shared["components"]["schemas"] = schemas
    return shared


def _merge_parameters(operation: dict[str, Any]) -> None:
    """Let declared parameters replace what APIFlask guessed, and lift descriptions up."""
    declared = {
        (parameter["in"], parameter["name"]): parameter
        for parameter in operation.pop(EXTRA_PARAMETERS, [])
    }
    merged = [
        declared.pop((parameter["in"], parameter["name"]), parameter)
        for parameter in operation.get("parameters", [])
    ]
    for parameter in merged:
        schema = parameter.get("schema", {})
        if "description" in schema and "description" not in parameter:
            parameter["description"] = schema["description"]
    operation["parameters"] = [*merged, *declared.values()]
