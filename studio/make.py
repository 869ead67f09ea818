"""A script made into a finished video in one call."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from studio.errors import StorageFull, UnknownOption
from studio.media import Clip, Package, package
from studio.presenters import presenter
from studio.process import render_in_process
from studio.spec import RenderSpec
from studio.templates import template
from studio.voice import detect_language, speak


def _never() -> bool:
    return False


def presenter_voice(spec: RenderSpec) -> str:
    """The voice of the person who presents, e.g. ``"en-us+f4"``.

    Raises:
        UnknownOption: no such template or presenter.
    """
    return presenter(spec.presenter or template(spec.template).presenter).voice


def make_video(
    text: str,
    out: Path,
    *,
    spec: RenderSpec | None = None,
    language: str | None = None,
    voice: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = _never,
) -> Package:
    """Speak, render and package ``text`` as ``out`` (.mp4) with captions and a poster beside it.

    Args:
        language: BCP 47 tag; None finds it out from the text.
        voice: None takes the presenter's own.
        on_progress: called with (frames drawn, frames in all).

    Raises:
        UnknownOption: the name of ``out`` does not end in .mp4.
        StudioError: see ``studio.errors``; no file is left.
    """
    if out.suffix != ".mp4":
        raise UnknownOption(f"The name {out.name} must end in .mp4: MP4 is all the studio writes.")
    spec = spec or RenderSpec()
    tag = language or detect_language(text)
    speech = speak(text, language=tag, voice=voice or presenter_voice(spec))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        workplace = tempfile.TemporaryDirectory(prefix=".studio-", dir=out.parent)
    except OSError as exc:
        raise StorageFull(f"The folder of {out.name} cannot be written: {exc.strerror}.") from exc
    with workplace as folder:
        clip = Path(folder) / "clip.mp4"
        render_in_process(spec, speech, clip, on_progress=on_progress, cancelled=cancelled)
        return package(
            [Clip.of(clip, speech)],
            out.parent,
            stem=out.stem,
            title=spec.title,
            language=tag,
            mark=spec.mark,
        )
