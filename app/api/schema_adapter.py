"""APIFlask's reading of requests, made strict.

APIFlask 3.1 parses any content type as JSON, turns an absent body into ``{}``, keeps only the last
of several equal query parameters and answers mistakes in a shape of its own. It asks an adapter to
read each request; this one replaces its pydantic adapter and closes all four. Importing this module
puts it in place; ``app.api.operation``, which every route uses, does so.
"""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin

from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request
from pydantic import BaseModel, ValidationError

from app.api.json_body import read_json_object
from app.api.refusals import MalformedParameter
from app.api.validation import refusal


class StrictPydanticAdapter(PydanticAdapter):
    """Reads ``json`` and ``query`` strictly; other locations are refused at the first request."""

    def validate_input(self, request: Request, location: str, **kwargs: Any) -> BaseModel:
        """The request's part as the model, or an ``AppError`` that names every mistake."""
        model: type[BaseModel] = self.model_class
        if location == "json":
            optional = not any(field.is_required() for field in model.model_fields.values())
            # strict: a JSON client that means 5 can write 5, so "5" is a mistake to be told
            data, strict = read_json_object(request, optional=optional), True
        elif location == "query":
            data, strict = _query(request, model), False
        else:
            raise ValueError(f"no route of ours reads from {location!r}")
        try:
            return model.model_validate(data, strict=strict)
        except ValidationError as exc:
            raise refusal(exc, model) from None


def _query(request: Request, model: type[BaseModel]) -> dict[str, Any]:
    """Every parameter, also for the model to refuse; a list field keeps all values of its own."""
    known = {field.alias or name for name, field in model.model_fields.items()}
    data: dict[str, Any] = {name: "" for name in request.args if name not in known}
    for name, field in model.model_fields.items():
        key = field.alias or name
        values = request.args.getlist(key)
        if not values:
            continue
        if any("\x00" in value or "\ufffd" in value for value in values):
            raise MalformedParameter(
                f"The parameter '{key}' holds characters that cannot be read.",
                field=key,
                remedy="Encode it as percent-encoded UTF-8 without NUL.",
            )
        if _is_list(field.annotation):
            data[key] = values
        elif len(values) > 1:
            raise MalformedParameter(
                f"The parameter '{key}' stands {len(values)} times in the address.",
                field=key,
                remedy=f"Give '{key}' once.",
            )
        else:
            data[key] = values[0]
    return data


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_is_list(member) for member in get_args(annotation))
    return get_origin(annotation) in (list, tuple, set, frozenset)


# At import, because ``input`` asks for an adapter the moment it decorates a view.
registry.register("pydantic", StrictPydanticAdapter)
