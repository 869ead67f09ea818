from __future__ import annotations

import pytest

from app.domain.video_request import MAX_SCENES, VideoRequest
from app.pipelines.plans import LABELS, PACED_WEIGHTS, plan_for


def request(**changes) -> VideoRequest:
    return VideoRequest(script="Hello.", **changes)


def test_one_scene_goes_straight_through():
    plan = plan_for(request())
    assert plan.route == "single_scene"
    assert list(plan.keys()) == [
        "validate",
        "enhance_script",
        "synthesize_speech",
        "render_avatar",
        "compose",
        "store",
    ]
    assert all(len(node.needs) == (node.key != "validate") for node in plan.nodes)
    assert plan.node("render_avatar").queue == "render"


@pytest.mark.parametrize("scenes", range(2, MAX_SCENES + 1))
def test_scenes_fan_out_and_join(scenes):
    plan = plan_for(request(scenes=scenes))
    assert plan.route == "multi_scene"
    after_script = plan.ready(
        done={"validate", "enhance_script"}, started={"validate", "enhance_script"}
    )
    assert [node.scene for node in after_script] == list(range(1, scenes + 1))
    assert plan.node("render_avatar[scene-2]").needs == ("synthesize_speech[scene-2]",)
    assert plan.node("compose").needs == tuple(
        f"render_avatar[scene-{scene}]" for scene in range(1, scenes + 1)
    )
    assert "synthesize_speech[scene-2]" not in plan.downstream("synthesize_speech[scene-1]")


@pytest.mark.parametrize("scenes", [1, 3])
def test_the_gate_stands_between_the_script_and_everything_that_costs_money(scenes):
    gated = plan_for(request(approve_script=True, scenes=scenes))
    assert [node.key for node in gated.nodes if node.gate] == ["enhance_script"]
    assert gated.node("enhance_script").gate == "script"
    assert not any(node.gate for node in plan_for(request(scenes=scenes)).nodes)


@pytest.mark.parametrize("scenes", [1, 4])
def test_progress_passes_through_the_steps_that_users_know(scenes):
    plan = plan_for(request(scenes=scenes), PACED_WEIGHTS)
    done: dict[str, float] = {}
    steps = []
    for stage in LABELS:
        done |= {node.key: 1.0 for node in plan.nodes if node.stage == stage}
        steps.append(round(100 * plan.progress(done)))
    assert steps == [10, 25, 45, 65, 85, 100]


def test_each_stage_has_the_words_that_users_know():
    assert [node.label for node in plan_for(request()).nodes] == [
        "Validating script...",
        "Enhancing script...",
        "Generating voiceover...",
        "Rendering presenter...",
        "Composing video...",
        "Saving video...",
    ]
