"""The script as its author wrote it, for ``enhance: false``: titled and cut, never touched."""

from __future__ import annotations

from app.providers.base import CancelCheck, never
from app.providers.scripts.base import ScriptCapabilities, ScriptRequest, ScriptResult
from app.providers.scripts.scenes import cut_into_scenes
from studio.title import title_from_script


class VerbatimScript:
    """An enhancer that changes nothing and asks nobody."""

    capabilities = ScriptCapabilities(name="author", is_simulated=False, max_characters=100_000)

    def enhance(self, request: ScriptRequest, *, cancelled: CancelCheck = never) -> ScriptResult:
        """See ``ScriptEnhancer.enhance``; nothing can fail but the cut into scenes."""
        return ScriptResult(
            title=title_from_script(request.script),
            script=request.script,
            scenes=(
                cut_into_scenes(request.script, request.scenes)
                if request.scenes > 1
                else (request.script,)
            ),
            changes=(),
            provider=self.capabilities.name,
        )
