"""Pictures of what can be chosen: drawn once by the studio, then kept in memory."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from app.domain.errors import InvalidInput, NotFound
from app.domain.video_request import Aspect
from studio.presenters import PRESENTERS
from studio.previews import presenter_preview, template_preview
from studio.templates import TEMPLATES

_FORMATS = {"webp": "image/webp", "png": "image/png"}
_drawing = threading.Lock()
"""One picture at a time: drawing takes a core, and requests are not what it is for."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the format asked for."""

    content: bytes
    content_type: str
    etag: str


def template_picture(name: str, presenter: str | None, aspect: Aspect) -> Picture:
    """A frame of the template in mid-speech; ``name`` is ``presenter1.webp``.

    Raises:
        NotFound: no such template or format.
        InvalidInput: no such presenter.
    """
    template, form = _parted(name, TEMPLATES)
    if presenter is not None and presenter not in PRESENTERS:
        raise InvalidInput(
            f"There is no such presenter. Choices: {', '.join(PRESENTERS)}.",
            field="presenter",
            code="unknown_presenter",
        )
    return _template(template, presenter, aspect, form)


def presenter_picture(name: str) -> Picture:
    """Head and shoulders of the presenter; ``name`` is ``maya.webp``; NotFound if there is none."""
    return _presenter(*_parted(name, PRESENTERS))


def _parted(name: str, known: object) -> tuple[str, str]:
    stem, _, form = name.rpartition(".")
    if form not in _FORMATS or not isinstance(known, dict) or stem not in known:
        raise NotFound(
            "There is no such picture.", remedy="GET /catalog lists the address of each picture."
        )
    return stem, form


@lru_cache(maxsize=256)
def _template(template: str, presenter: str | None, aspect: Aspect, form: str) -> Picture:
    return _drawn(lambda: template_preview(template, presenter_id=presenter, aspect=aspect), form)


@lru_cache(maxsize=64)
def _presenter(presenter: str, form: str) -> Picture:
    return _drawn(lambda: presenter_preview(presenter), form)


def _drawn(draw: Callable[[], bytes], form: str) -> Picture:
    with _drawing:
        content = draw()
    if form == "png":
        buffer = io.BytesIO()
        Image.open(io.BytesIO(content)).save(buffer, "PNG")
        content = buffer.getvalue()
    return Picture(content, _FORMATS[form], hashlib.sha256(content).hexdigest()[:32])
