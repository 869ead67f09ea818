"""Scenes joined into the finished video, with captions beside it and a poster."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.jobs.stage import StageContext, StageResult
from app.pipelines.plans import node_key
from app.pipelines.stages.script import spoken_language, title
from app.providers.base import studio_failures
from app.storage import ObjectStore, fetch_artifact, save_artifact

if TYPE_CHECKING:
    from studio.media import Clip

_NAME = "studio"


@dataclass(frozen=True, slots=True)
class Compose:
    """Artifacts ``composed_video``, ``composed_srt``, ``composed_vtt`` and ``composed_poster``."""

    store: ObjectStore
    mark: str
    """Goes into the metadata beside the disclosure: ``SIMULATED``; empty for none."""

    def __call__(self, context: StageContext) -> StageResult:
        """Join what the scenes left behind."""
        from studio.media import package

        scenes = [node.scene for node in context.plan.nodes if node.stage == "render_avatar"]
        with studio_failures(_NAME):
            made = package(
                [self._clip(context, scene) for scene in scenes],
                context.workdir,
                title=title(context),
                language=spoken_language(context),
                mark=self.mark,
            )
        picture = made.info.video
        facts = {
            "duration_s": made.info.duration_s,
            "width": picture.width if picture else 0,
            "height": picture.height if picture else 0,
        }
        return StageResult(
            output={**facts, "scenes": len(scenes), "captions": len(made.cues)},
            artifacts=(
                save_artifact(self.store, made.video, "composed_video", "video/mp4", facts),
                save_artifact(self.store, made.srt, "composed_srt", "application/x-subrip"),
                save_artifact(self.store, made.vtt, "composed_vtt", "text/vtt"),
                save_artifact(self.store, made.poster, "composed_poster", "image/jpeg"),
            ),
            provider=_NAME,
        )

    def _clip(self, context: StageContext, scene: int | None) -> Clip:
        import numpy as np

        from studio.media import Clip
        from studio.speech_file import speech_from

        suffix = scene or 1
        drawn = context.inputs[node_key("render_avatar", scene)]
        spoken = context.inputs[node_key("synthesize_speech", scene)]
        clip = fetch_artifact(
            self.store, drawn.artifact("clip"), context.workdir / f"clip-{suffix}.mp4"
        )
        timing = fetch_artifact(
            self.store, spoken.artifact("timing"), context.workdir / f"timing-{suffix}.json"
        )
        words = json.loads(timing.read_text(encoding="utf-8"))
        speech = speech_from(words, np.zeros(0, np.int16), int(words["sample_rate_hz"]))
        return Clip.of(clip, speech)
