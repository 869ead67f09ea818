"""The routes from a script to a video, as data."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.video_request import VideoRequest
from app.jobs.plan import Node, Plan, Queue

MEASURED_WEIGHTS: Mapping[str, float] = {
    "validate": 1,
    "enhance_script": 1,
    "synthesize_speech": 5,
    "render_avatar": 85,
    "compose": 5,
    "store": 3,
}
"""Shares of the time that a simulated video really takes: drawing is nearly all of it."""

PACED_WEIGHTS: Mapping[str, float] = {
    "validate": 10,
    "enhance_script": 15,
    "synthesize_speech": 20,
    "render_avatar": 20,
    "compose": 20,
    "store": 15,
}
"""The steps 0, 10, 25, 45, 65, 85, 100 that users of the front end know."""

LABELS: Mapping[str, str] = {
    "validate": "Validating script...",
    "enhance_script": "Enhancing script...",
    "synthesize_speech": "Generating voiceover...",
    "render_avatar": "Rendering presenter...",
    "compose": "Composing video...",
    "store": "Saving video...",
}

_QUEUES: Mapping[str, Queue] = {
    "validate": "cpu",
    "enhance_script": "llm",
    "synthesize_speech": "speech",
    "render_avatar": "render",
    "compose": "cpu",
    "store": "cpu",
}
_TIMEOUTS_S = {"render_avatar": 3600.0}
_TIMEOUT_S = 600.0


def plan_for(request: VideoRequest, weights: Mapping[str, float] = MEASURED_WEIGHTS) -> Plan:
    """The route that a request takes.

    Args:
        weights: each stage's share of the progress bar; its scenes divide it among them.
    """
    if request.scenes == 1:
        return single_scene(weights, approve_script=request.approve_script)
    return multi_scene(request.scenes, weights, approve_script=request.approve_script)


def single_scene(weights: Mapping[str, float], *, approve_script: bool) -> Plan:
    """One after the other: validate, enhance, speak, draw, compose, store."""
    return Plan(
        route="single_scene",
        nodes=(
            _node("validate", weights),
            _enhance(weights, approve_script),
            _node("synthesize_speech", weights, needs=("enhance_script",)),
            _node("render_avatar", weights, needs=("synthesize_speech",)),
            _node("compose", weights, needs=("render_avatar",)),
            _node("store", weights, needs=("compose",)),
        ),
    )


def multi_scene(scenes: int, weights: Mapping[str, float], *, approve_script: bool) -> Plan:
    """Scenes are spoken and drawn side by side, then joined."""
    numbers = range(1, scenes + 1)
    speeches = tuple(
        _node("synthesize_speech", weights, scene=scene, of=scenes, needs=("enhance_script",))
        for scene in numbers
    )
    clips = tuple(
        _node("render_avatar", weights, scene=scene, of=scenes, needs=(speech.key,))
        for scene, speech in zip(numbers, speeches, strict=True)
    )
    return Plan(
        route="multi_scene",
        nodes=(
            _node("validate", weights),
            _enhance(weights, approve_script),
            *speeches,
            *clips,
            _node("compose", weights, needs=tuple(clip.key for clip in clips)),
            _node("store", weights, needs=("compose",)),
        ),
    )


def node_key(stage: str, scene: int | None) -> str:
    """``render_avatar``, or of a scene ``render_avatar[scene-2]``."""
    return stage if scene is None else f"{stage}[scene-{scene}]"


def _enhance(weights: Mapping[str, float], approve_script: bool) -> Node:
    return _node(
        "enhance_script",
        weights,
        needs=("validate",),
        gate="script" if approve_script else None,
    )


def _node(
    stage: str,
    weights: Mapping[str, float],
    *,
    needs: tuple[str, ...] = (),
    scene: int | None = None,
    of: int = 1,
    gate: str | None = None,
) -> Node:
    return Node(
        key=node_key(stage, scene),
        stage=stage,
        queue=_QUEUES[stage],
        label=LABELS[stage],
        needs=needs,
        scene=scene,
        weight=weights[stage] / of,
        gate=gate,
        timeout_s=_TIMEOUTS_S.get(stage, _TIMEOUT_S),
    )
