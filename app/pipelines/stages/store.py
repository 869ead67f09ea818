"""The finished video checked, then published: from here on a client may see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.artifact import ArtifactRef
from app.domain.errors import StageFailed
from app.jobs.stage import StageContext, StageResult
from app.pipelines.plans import node_key
from app.providers.base import studio_failures
from app.providers.renderers.clips import is_whole_mp4
from app.storage import ObjectStore, fetch_artifact, save_artifact

_FRAME_S = 1 / 25
_PUBLISHED = {
    "composed_video": "video",
    "composed_srt": "captions_srt",
    "composed_vtt": "captions_vtt",
    "composed_poster": "poster",
}


@dataclass(frozen=True, slots=True)
class Store:
    """Artifacts ``video``, ``captions_srt``, ``captions_vtt`` and ``poster``."""

    work: ObjectStore
    """Where earlier stages left their files."""
    published: ObjectStore
    """Where clients get theirs from."""

    def __call__(self, context: StageContext) -> StageResult:
        """Check the composed video and publish it with what belongs to it."""
        composed = context.inputs["compose"]
        video = fetch_artifact(
            self.work, composed.artifact("composed_video"), context.workdir / "video.mp4"
        )
        facts = self._verify(video, context)
        published = []
        for number, (source, kind) in enumerate(_PUBLISHED.items()):
            ref = composed.artifact(source)
            path = context.workdir / f"publish{Path(ref.key).suffix}"
            fetch_artifact(self.work, ref, path)
            published.append(self._publish(path, kind, ref, facts if kind == "video" else {}))
            context.report((number + 1) / len(_PUBLISHED))
        return StageResult(output=facts, artifacts=tuple(published))

    def _verify(self, video: Path, context: StageContext) -> dict[str, float | int | bool]:
        from studio.media import probe

        with studio_failures("studio"):
            info = probe(video)
        speeches = [
            context.inputs[node_key("synthesize_speech", node.scene)].artifact("speech")
            for node in context.plan.nodes
            if node.stage == "synthesize_speech"
        ]
        spoken_s = sum(float(speech.meta["duration_s"]) for speech in speeches)
        problem = None
        if info.video is None or info.audio is None:
            problem = "it lacks picture or sound"
        elif not info.faststart or not is_whole_mp4(video):
            problem = "it cannot be played while it loads"
        elif abs(info.duration_s - spoken_s) > _FRAME_S * (len(speeches) + 1):
            problem = f"it lasts {info.duration_s:.2f} s and its speech {spoken_s:.2f} s"
        if problem is not None or info.video is None:
            raise StageFailed(
                f"The composed video is not good enough to publish: {problem}.",
                code="video_rejected",
                retryable=False,
                remedy="Retry the job from the rendering stage.",
            )
        return {
            "duration_s": info.duration_s,
            "width": info.video.width,
            "height": info.video.height,
            "fps": info.video.fps,
            "size_bytes": info.size_bytes,
            "speech_s": round(spoken_s, 3),
        }

    def _publish(
        self, path: Path, kind: str, ref: ArtifactRef, facts: dict[str, float | int | bool]
    ) -> ArtifactRef:
        saved = save_artifact(self.published, path, kind, ref.content_type, facts)
        if self.published.size(saved.key) != saved.size_bytes:
            self.published.delete(saved.key)
            raise StageFailed(
                "The video was not saved whole.",
                code="storage_corrupt",
                retryable=True,
                remedy="Check the storage, then retry the job from this stage.",
            )
        return saved
