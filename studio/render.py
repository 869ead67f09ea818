"""A spec and a speech made into a clip, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.captions import make_cues
from studio.media.encode import encode
from studio.media.files import appearing
from studio.mouth import mouth_track
from studio.spec import RenderSpec
from studio.stage import Stage
from studio.timeline import Speech


def _never() -> bool:
    return False


def _nowhere(done: int, total: int) -> None:
    """Progress that nobody asked for."""


def render(
    spec: RenderSpec,
    speech: Speech,
    out: Path,
    *,
    on_progress: Callable[[int, int], None] = _nowhere,
    should_stop: Callable[[], bool] = _never,
) -> None:
    """Draw and encode ``out``: an MP4 with picture and sound, which appears when it is whole.

    The drawing engine is one per process; use ``studio.process.render_in_process`` from a server.

    Args:
        on_progress: called with (frames drawn, frames in all).
        should_stop: asked before each frame.

    Raises:
        UnknownOption: no such template or presenter.
        RenderCancelled: ``should_stop`` said so; no file is left.
        StorageFull: the disk refused the file.
    """
    cues = make_cues(speech.words, speech.sentence_starts_s) if spec.captions else ()
    with (
        Stage(
            spec,
            mouth_track(speech),
            cues,
            duration_s=speech.duration_s,
            sentence_starts_s=speech.sentence_starts_s,
        ) as stage,
        appearing(out) as part,
    ):
        encode(
            stage,
            speech.pcm,
            speech.sample_rate_hz,
            part,
            size_px=spec.size_px,
            on_progress=on_progress,
            should_stop=should_stop,
        )
