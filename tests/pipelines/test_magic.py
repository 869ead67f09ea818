from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.video_request import Fault
from app.pipelines import magic


def fault(action: str, target: str, kind: str, times: int | None = None) -> Fault:
    return Fault(action=action, target=target, kind=kind, times=times)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[fail:vibevoice:timeout]]", fault("fail", "vibevoice", "timeout")),
        ("[[fail:tts:429x2]]", fault("fail", "tts", "429", 2)),
        ("[[fail:render:500]]", fault("fail", "render", "500")),
        ("[[fail:render:timeout_after_accept]]", fault("fail", "render", "timeout_after_accept")),
        (
            "[[fail:render:timeout_after_acceptx3]]",
            fault("fail", "render", "timeout_after_accept", 3),
        ),
        ("[[fail:store:truncated]]", fault("fail", "store", "truncated")),
        ("[[slow:render:30s]]", fault("slow", "render", "30s")),
        ("[[slow:render:2.5sx1]]", fault("slow", "render", "2.5s", 1)),
        ("[[ FAIL : Render : 500 ]]", fault("fail", "render", "500")),
    ],
)
def test_what_the_contract_names_is_understood(text, expected):
    script, faults = magic.take_out(f"Hello {text} there.", livemode=False)
    assert (script, faults) == ("Hello there.", (expected,))


def test_several_are_taken_out_and_kept_in_order():
    script, faults = magic.take_out(
        "[[fail:tts:500x1]] One. [[slow:render:1s]] Two. [[fail:store:fullx1]]", livemode=False
    )
    assert script == "One. Two."
    assert [each.target for each in faults] == ["tts", "render", "store"]


@pytest.mark.parametrize(
    "text",
    [
        "[[fail:nobody:500]]",
        "[[fail:render:explode]]",
        "[[fail:render]]",
        "[[fail]]",
        "[[slow:render:soon]]",
        "[[slow:render:999s]]",
        "[[fail:tts:timeout_after_accept]]",
        "[[fail:render:500x0]]",
        "[[fail:compose:full]]",
    ],
)
def test_one_that_means_nothing_is_refused_with_the_choices(text):
    with pytest.raises(InvalidInput, match="Choices:") as refused:
        magic.take_out(f"Hello {text}", livemode=False)
    assert (refused.value.field, refused.value.code) == ("script", "unknown_magic_input")
    assert "/mock/scenarios" in refused.value.remedy


@pytest.mark.parametrize("text", ["[[fail:tts:500]]", "[[slow:render:1s]]", "[[fail:what:ever]]"])
def test_live_mode_refuses_them_all(text):
    with pytest.raises(InvalidInput) as refused:
        magic.take_out(text, livemode=True)
    assert refused.value.code == "magic_input_refused"


@pytest.mark.parametrize("text", ["[[note]] stays", "a [link] b", "[[failure]] is a word", "[[ ]]"])
@pytest.mark.parametrize("livemode", [True, False])
def test_other_brackets_are_the_author_s_own(text, livemode):
    assert magic.take_out(text, livemode=livemode) == (text, ())


@given(st.text(max_size=200), st.booleans())
def test_a_script_without_magic_is_never_changed(script, livemode):
    if "[[" not in script:
        assert magic.take_out(script, livemode=livemode) == (script, ())


@pytest.mark.parametrize("scenario", magic.SCENARIOS, ids=lambda each: each.input)
def test_every_scenario_shown_is_one_that_is_understood(scenario):
    _, (fault_,) = magic.take_out(scenario.input, livemode=False)
    assert magic.TARGETS[fault_.target][0] == scenario.stage
    assert (scenario.outcome == "fails") == (scenario.code is not None)


def test_there_is_a_scenario_for_every_stage():
    assert {scenario.stage for scenario in magic.SCENARIOS} == {
        stage for stage, _ in magic.TARGETS.values()
    }
