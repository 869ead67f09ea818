"""The script made better, titled, and cut into scenes."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import BadResponse, InvalidInput
from app.jobs.stage import StageContext, StageResult
from app.pipelines.limits import ScriptLimits
from app.providers.names import display_name
from app.providers.scripts import ScriptEnhancer, ScriptRequest


@dataclass(frozen=True, slots=True)
class EnhanceScript:
    """What the presenter will say. Others read ``script``, ``title``, ``scenes``, ``changes``."""

    enhancer: ScriptEnhancer
    verbatim: ScriptEnhancer
    """Used when the author wants no change: asks nobody, costs nothing."""
    limits: ScriptLimits

    def __call__(self, context: StageContext) -> StageResult:
        """Have the script improved, or take it as it is."""
        request = context.request
        enhancer = self.enhancer if request.enhance else self.verbatim
        language = request.language or "en"
        result = enhancer.enhance(
            ScriptRequest(
                script=request.script,
                language=language,
                scenes=request.scenes,
                max_characters=self.limits.max_characters,
                idempotency_key=f"{context.job_id}:{context.node.key}",
            ),
            cancelled=context.cancelled,
        )
        if request.enhance:
            self._check(result.script, language, result.provider)
        return StageResult(
            output={
                "script": result.script,
                "title": result.title,
                "scenes": list(result.scenes),
                "changes": list(result.changes),
            },
            provider=result.provider,
            cost_usd=result.cost_usd,
        )

    def _check(self, script: str, language: str, provider: str) -> None:
        try:
            self.limits.check(script, language)
        except InvalidInput as exc:
            raise BadResponse(
                f"{display_name(provider)} gave back a script that cannot be spoken within the "
                "limits.",
                provider=provider,
            ) from exc
