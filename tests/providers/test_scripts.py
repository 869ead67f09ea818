from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BadResponse, InvalidInput, ProviderError
from app.providers.scripts import ScriptRequest, SimulatedEnhancer, VerbatimScript
from app.providers.scripts.scenes import cut_into_scenes, sentences

ENHANCERS = [SimulatedEnhancer("openai"), VerbatimScript()]


def request(script: str, *, scenes: int = 1, language: str = "en") -> ScriptRequest:
    return ScriptRequest(
        script=script, language=language, scenes=scenes, max_characters=3000, idempotency_key="k"
    )


@pytest.fixture(params=ENHANCERS, ids=lambda each: each.capabilities.name)
def enhancer(request):
    return request.param


class TestEveryEnhancer:
    def test_gives_a_title_a_script_and_its_scenes(self, enhancer):
        result = enhancer.enhance(request("One two. Three four! Five six?", scenes=3))
        assert result.title
        assert len(result.scenes) == 3
        assert " ".join(result.scenes).split() == result.script.split()
        assert result.provider == enhancer.capabilities.name

    def test_gives_the_same_for_the_same(self, enhancer):
        script = "some   script & more -- of it"
        assert enhancer.enhance(request(script)) == enhancer.enhance(request(script))

    def test_copes_with_any_script(self, enhancer):
        for script in ("a", "1", "你好，世界", "مرحبا", "🙂 ok", "word " * 600, "A. B. C."):
            result = enhancer.enhance(request(script))
            assert result.script.strip()
            assert result.scenes == (result.script,)

    def test_refuses_more_scenes_than_words(self, enhancer):
        with pytest.raises(InvalidInput) as refused:
            enhancer.enhance(request("Two words", scenes=3))
        assert refused.value.field == "scenes"


def test_the_author_s_script_is_left_alone():
    script = "leave   this & that -- alone  "
    result = VerbatimScript().enhance(request(script))
    assert (result.script, result.changes) == (script, ())


@pytest.mark.parametrize(
    ("script", "better"),
    [
        ("welcome to the show", "Welcome to the show."),
        ("Hello  there ,  you", "Hello there, you."),
        ("first. second! third? fourth", "First. Second! Third? Fourth."),
        ("salt & pepper vs. sugar", "Salt and pepper versus sugar."),
        ("e.g. this one", "For example this one."),
        ("wait... what", "Wait… what."),
        ("fast -- and free", "Fast – and free."),
        ("i think i'm ready, i am", "I think I'm ready, I am."),
        ("iPhone is a name. eBay too.", "iPhone is a name. eBay too."),
        ("visit example.com today", "Visit example.com today."),
        ("see www.example.com. it works", "See www.example.com. It works."),
        ("it costs 3.5 dollars", "It costs 3.5 dollars."),
    ],
)
def test_the_simulated_edit_mends_what_is_plainly_untidy(script, better):
    result = SimulatedEnhancer("openai").enhance(request(script))
    assert result.script == better
    assert bool(result.changes) == (script != better)


@pytest.mark.parametrize(
    ("script", "language"),
    [
        ("Das ist z. B. der Fall, bzw. nicht.", "de"),
        ("你好，世界。今天天气很好", "zh"),
        ("नमस्ते दुनिया", "hi"),
        ("مرحبا بالعالم", "ar"),
        ("A perfectly tidy script. Nothing to mend.", "en"),
    ],
)
def test_what_is_tidy_or_foreign_is_not_touched(script, language):
    result = SimulatedEnhancer("openai").enhance(request(script, language=language))
    assert result.script == script
    assert result.changes == ()


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=300)
)
def test_the_edit_is_modest_and_done_once(script):
    enhancer = SimulatedEnhancer("openai")
    try:
        once = enhancer.enhance(request(script)).script
    except BadResponse:
        return  # hardly anything but spaces
    assert len(once) <= 4 * len(script) + 1
    assert enhancer.enhance(request(once)).script == once


@pytest.mark.parametrize("kind", ["empty", "truncated"])
@pytest.mark.parametrize("target", ["script", "enhance", "openai"])
def test_an_incomplete_answer_is_never_used(failing, target, kind):
    with failing(f"{target}:{kind}"), pytest.raises(BadResponse, match="incomplete"):
        SimulatedEnhancer("openai").enhance(request("A script that is long enough to be cut."))


def test_its_failures_carry_its_name(failing):
    with failing("openai:500"), pytest.raises(ProviderError) as failed:
        SimulatedEnhancer("openai").enhance(request("Hello."))
    assert failed.value.provider == "openai"


def test_sentences_are_told_apart_in_many_scripts():
    assert sentences('He said "go." Then 3.5 left! Yes…  "No?" ok') == [
        'He said "go."',
        "Then 3.5 left!",
        "Yes…",
        '"No?"',
        "ok",
    ]
    assert sentences("你好。世界！好") == ["你好。", "世界！", "好"]
    assert sentences("नमस्ते। दुनिया।") == ["नमस्ते।", "दुनिया।"]


def test_scenes_are_of_about_the_same_length_and_end_with_sentences():
    script = " ".join(f"This is sentence number {number}." for number in range(12))
    scenes = cut_into_scenes(script, 4)
    assert [scene.count(".") for scene in scenes] == [3, 3, 3, 3]
    assert all(scene.endswith(".") for scene in scenes)


def test_where_sentences_are_too_few_a_cut_falls_between_clauses_then_words():
    assert cut_into_scenes("First this, then that; done", 3) == (
        "First this,",
        "then that;",
        "done",
    )
    assert cut_into_scenes("今天天气很好，我们去公园，一起玩吧", 3) == (
        "今天天气很好，",
        "我们去公园，",
        "一起玩吧",
    )
    assert cut_into_scenes("你好。世界！再见。好。", 2) == ("你好。世界！", "再见。好。")
    assert cut_into_scenes("one two three four", 2) == ("one two", "three four")


@given(
    st.lists(st.text("abc .!?", min_size=1, max_size=30), min_size=1, max_size=20),
    st.integers(2, 8),
)
def test_a_cut_loses_no_word_and_makes_no_empty_scene(parts, count):
    script = " ".join(parts)
    try:
        scenes = cut_into_scenes(script, count)
    except InvalidInput:
        assert len(script.split()) < count
        return
    assert len(scenes) == count
    assert all(scene.strip() for scene in scenes)
    assert " ".join(scenes).split() == script.split()
