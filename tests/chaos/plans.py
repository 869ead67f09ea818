"""The plans that the chaos tests run: the product's six stages, and three scenes that are joined."""

from __future__ import annotations

from app.jobs.plan import Node, Plan

STAGES = {
    "validate": "cpu",
    "enhance_script": "llm",
    "synthesize_speech": "speech",
    "render_avatar": "render",
    "compose": "cpu",
    "store": "cpu",
}
QUEUES = sorted(set(STAGES.values()))


def _node(key: str, *needs: str) -> Node:
    stage = key.partition("[")[0]
    return Node.model_validate(
        {"key": key, "stage": stage, "queue": STAGES[stage], "label": key, "needs": needs}
    )


_NAMES = list(STAGES)
SINGLE = Plan(
    route="single_scene",
    nodes=tuple(_node(name, *_NAMES[i - 1 : i] if i else ()) for i, name in enumerate(_NAMES)),
)
SCENES = Plan(
    route="multi_scene",
    nodes=(
        _node("validate"),
        *(_node(f"render_avatar[scene-{n}]", "validate") for n in (1, 2, 3)),
        _node("compose", *(f"render_avatar[scene-{n}]" for n in (1, 2, 3))),
        _node("store", "compose"),
    ),
)
