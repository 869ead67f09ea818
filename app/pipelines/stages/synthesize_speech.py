"""The script spoken: a WAV, and a file that says which word is spoken when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.jobs.stage import StageContext, StageResult
from app.pipelines.limits import ScriptLimits
from app.pipelines.stages.script import final_script, scene_script, spoken_language
from app.providers.base import studio_failures
from app.providers.speech import SpeechProvider, SpeechRequest
from app.storage import ObjectStore, save_artifact
from studio.presenters import presenter
from studio.templates import template


@dataclass(frozen=True, slots=True)
class SynthesizeSpeech:
    """Artifacts ``speech`` and ``timing``; one provider and one voice from first word to last."""

    speech: SpeechProvider
    store: ObjectStore
    limits: ScriptLimits

    def __call__(self, context: StageContext) -> StageResult:
        """Speak the script, or the part of it that this scene says."""
        request = context.request
        language = spoken_language(context)
        # a person may have edited the script since it was first checked
        self.limits.check(final_script(context), language)
        text = scene_script(context)
        wav = context.workdir / "speech.wav"
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        result = self.speech.synthesize(
            SpeechRequest(
                text=text,
                language=language,
                voice=request.voice or _presenter(request.template, request.presenter),
                style=request.style,
                seed=request.seed,
                profile=request.profile,
                idempotency_key=f"{context.job_id}:{context.node.key}:{digest}",
            ),
            wav,
            cancelled=context.cancelled,
        )
        timing = result.timing or _aligned(text, wav, language, result.provider)
        facts = {"duration_s": result.duration_s, "sample_rate_hz": result.sample_rate_hz}
        timing_path = context.workdir / "timing.json"
        with studio_failures(result.provider):
            timing_path.write_text(json.dumps(timing, ensure_ascii=False), encoding="utf-8")
        return StageResult(
            output={
                **facts,
                "words": len(timing["words"]),
                "fallback_used": result.fallback_used,
                "attempts": result.attempts,
            },
            artifacts=(
                save_artifact(self.store, wav, "speech", "audio/wav", facts),
                save_artifact(self.store, timing_path, "timing", "application/json"),
            ),
            provider=result.provider,
            cost_usd=result.cost_usd,
        )


def _presenter(template_id: str, presenter_id: str | None) -> str:
    return presenter(presenter_id or template(template_id).presenter).id


def _aligned(text: str, wav: Path, language: str, provider: str) -> Mapping[str, Any]:
    from studio.alignment import align_words
    from studio.media import read_audio
    from studio.speech_file import timing_of

    with studio_failures(provider):
        pcm, sample_rate_hz = read_audio(wav)
        return timing_of(align_words(text, pcm, sample_rate_hz, language))
