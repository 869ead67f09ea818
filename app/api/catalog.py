"""What a video can look and sound like, with a picture of each choice."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, ConfigDict

from app.api.answers import Answer, Live
from app.api.context import absolute, services
from app.api.operation import operation
from app.api.parameters import path_parameter
from app.api.pictures import Picture, presenter_picture, template_picture
from app.api.principal import public
from app.domain.video_request import Aspect

catalog = APIBlueprint("catalog", __name__)

_PUBLIC = public("it describes the product and tells nothing about anyone.")
_DAY_S = 86_400


class TemplateAnswer(Answer):
    """A design of the picture."""

    id: str
    name: str
    description: str
    presenter: str
    """Who stands in it unless another is asked for."""
    preview_url: str
    """A frame of it. Add `?presenter=…&aspect=…` to see another."""


class PresenterAnswer(Answer):
    """A person who can present."""

    id: str
    name: str
    description: str
    preview_url: str


class VoiceAnswer(Answer):
    """A voice; each is named after the presenter it belongs to."""

    id: str
    name: str


class LanguageAnswer(Answer):
    """A language that can be spoken."""

    tag: str
    """BCP 47."""
    name: str


class LimitsAnswer(Answer):
    """How much can be asked for."""

    max_characters: int
    max_speech_s: float
    """Of the estimated speech."""
    max_scenes: int
    max_request_bytes: int


class CatalogAnswer(Live):
    """Everything that can be chosen in `POST /generate-video`."""

    templates: list[TemplateAnswer]
    presenters: list[PresenterAnswer]
    voices: list[VoiceAnswer]
    languages: list[LanguageAnswer]
    aspects: list[str]
    resolutions: list[str]
    styles: list[str]
    profiles: list[str]
    limits: LimitsAnswer


@catalog.get("/catalog")
@operation(catalog, access=_PUBLIC, tag="Catalog")
@catalog.output(CatalogAnswer)
def get_catalog() -> CatalogAnswer:
    """List templates, presenters, voices, languages and limits."""
    services_ = services()
    offered = services_.catalog
    return CatalogAnswer(
        templates=[
            TemplateAnswer(
                id=each.id,
                name=each.name,
                description=each.description,
                presenter=each.presenter,
                preview_url=absolute(f"/catalog/templates/{each.id}.webp"),
            )
            for each in offered.templates
        ],
        presenters=[
            PresenterAnswer(
                id=each.id,
                name=each.name,
                description=each.description,
                preview_url=absolute(f"/catalog/presenters/{each.id}.webp"),
            )
            for each in offered.presenters
        ],
        voices=[VoiceAnswer(id=each.id, name=each.name) for each in offered.voices],
        languages=[LanguageAnswer(tag=each.tag, name=each.name) for each in offered.languages],
        aspects=list(offered.aspects),
        resolutions=list(offered.resolutions),
        styles=list(offered.styles),
        profiles=list(offered.profiles),
        limits=LimitsAnswer(
            max_characters=offered.limits.max_characters,
            max_speech_s=offered.limits.max_speech_s,
            max_scenes=offered.max_scenes,
            max_request_bytes=services_.http.max_request_bytes,
        ),
        livemode=services_.http.livemode,
    )


class PictureQuery(BaseModel):
    """Which look of the template to show."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    presenter: str = ""
    """Who stands in it; empty: the template's own presenter."""
    aspect: Aspect = "16:9"
    """Shape of the picture."""


_PICTURE: dict[int, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {
            "image/webp": {"schema": {"type": "string", "format": "binary"}},
            "image/png": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    304: {"description": "The picture is the one that `If-None-Match` names."},
}
_FORMAT = "The id of the choice and the format of the picture: `.webp` or `.png`."


@catalog.get("/catalog/templates/<name>")
@operation(
    catalog,
    access=_PUBLIC,
    tag="Catalog",
    refuses=(404,),
    answers=_PICTURE,
    parameters=[path_parameter("name", _FORMAT, "presenter1.webp")],
    counted=False,
)
@catalog.input(PictureQuery, location="query", arg_name="query")
def get_template_picture(name: str, query: PictureQuery) -> Response:
    """See a template: a frame in mid-speech."""
    return _shown(template_picture(name, query.presenter or None, query.aspect))


@catalog.get("/catalog/presenters/<name>")
@operation(
    catalog,
    access=_PUBLIC,
    tag="Catalog",
    refuses=(404,),
    answers=_PICTURE,
    parameters=[path_parameter("name", _FORMAT, "maya.webp")],
    counted=False,
)
def get_presenter_picture(name: str) -> Response:
    """See a presenter: head and shoulders."""
    return _shown(presenter_picture(name))


def _shown(picture: Picture) -> Response:
    response = Response(picture.content, content_type=picture.content_type)
    response.set_etag(picture.etag)
    response.headers["Cache-Control"] = f"public, max-age={_DAY_S}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response.make_conditional(request)  # type: ignore[return-value]
