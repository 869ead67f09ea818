"""The presenter drawn, speaking one scene."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.jobs.stage import StageCancelled, StageContext, StageResult
from app.pipelines.plans import node_key
from app.pipelines.stages.script import title
from app.providers.renderers import Renderer, RenderRequest, Ticket
from app.providers.renderers.clips import check_clip
from app.storage import ObjectStore, fetch_artifact, save_artifact


@dataclass(frozen=True, slots=True)
class RenderAvatar:
    """Artifact ``clip``: picture and sound of one scene."""

    renderer: Renderer
    store: ObjectStore
    wait: Callable[[float], None] = time.sleep

    def __call__(self, context: StageContext) -> StageResult:
        """Hand the speech in, follow the render, fetch and check the clip."""
        speech = context.inputs[node_key("synthesize_speech", context.node.scene)]
        sound = speech.artifact("speech")
        wav = fetch_artifact(self.store, sound, context.workdir / "speech.wav")
        timing = fetch_artifact(
            self.store, speech.artifact("timing"), context.workdir / "timing.json"
        )
        request = context.request
        ticket = self.renderer.submit(
            RenderRequest(
                audio=wav,
                timing=json.loads(timing.read_text(encoding="utf-8")),
                template=request.template,
                presenter=request.presenter,
                title=title(context),
                aspect=request.aspect,
                resolution=request.resolution,
                captions=request.captions,
                seed=request.seed + (context.node.scene or 1) - 1,
                idempotency_key=f"{context.job_id}:{context.node.key}:{sound.sha256[:16]}",
            )
        )
        self._follow(ticket, context)
        clip = context.workdir / "clip.mp4"
        cost_usd = self.renderer.fetch(ticket, clip)
        name = self.renderer.capabilities.name
        duration_s = check_clip(clip, name, at_least_s=float(sound.meta["duration_s"]))
        facts = {"duration_s": duration_s}
        return StageResult(
            output=facts,
            artifacts=(save_artifact(self.store, clip, "clip", "video/mp4", facts),),
            provider=name,
            cost_usd=cost_usd,
        )

    def _follow(self, ticket: Ticket, context: StageContext) -> None:
        """Poll to the end. Free and repeatable: whoever holds the ticket may go on with it."""
        pause_s = self.renderer.capabilities.poll_every_s
        while True:
            if context.cancelled():
                self.renderer.cancel(ticket)
                raise StageCancelled
            state = self.renderer.poll(ticket)
            if state.status == "done":
                return
            context.report(state.progress)
            self.wait(pause_s)
