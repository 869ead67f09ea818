"""The steps of a video, one file each. ``STAGES`` in a plan are these by name."""

from __future__ import annotations

from app.pipelines.stages.compose import Compose
from app.pipelines.stages.enhance_script import EnhanceScript
from app.pipelines.stages.render_avatar import RenderAvatar
from app.pipelines.stages.store import Store
from app.pipelines.stages.synthesize_speech import SynthesizeSpeech
from app.pipelines.stages.validate import Validate

__all__ = ["Compose", "EnhanceScript", "RenderAvatar", "Store", "SynthesizeSpeech", "Validate"]
