"""Is there something to speak, and not too much of it? Asked again by the code that will do it."""

from __future__ import annotations

from dataclasses import dataclass

from app.jobs.stage import StageContext, StageResult
from app.pipelines.limits import ScriptLimits


@dataclass(frozen=True, slots=True)
class Validate:
    """The request is still one that this version of the product can fulfil."""

    limits: ScriptLimits

    def __call__(self, context: StageContext) -> StageResult:
        """Check the script against the limits of today."""
        request = context.request
        language = request.language or "en"
        estimated_s = self.limits.check(request.script, language)
        return StageResult(
            output={
                "language": language,
                "characters": len(request.script),
                "estimated_speech_s": round(estimated_s, 1),
            }
        )
