from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import (
    BadResponse,
    InvalidInput,
    ProviderError,
    ProviderTimeout,
    StageFailed,
)
from app.domain.video_request import Fault
from app.jobs.stage import StageCancelled, StageResult
from app.pipelines.attempt import Attempt
from app.pipelines.limits import ScriptLimits
from app.pipelines.magic import TARGETS
from app.pipelines.simulation import FaultyStage, SimulatedStore
from app.pipelines.stages import (
    Compose,
    EnhanceScript,
    RenderAvatar,
    Store,
    SynthesizeSpeech,
    Validate,
)
from app.providers.faults import ERRORS
from app.providers.renderers import SimulatedRenderer, StudioRenderer
from app.providers.scripts import SimulatedEnhancer, VerbatimScript
from app.providers.speech import FallbackSpeech, SimulatedSpeech
from app.storage import LocalStore, fetch_artifact, save_artifact
from app.telemetry.metrics import Metrics
from studio.media import probe

LIMITS = ScriptLimits(max_characters=3000, max_speech_s=90)
ENHANCE = EnhanceScript(SimulatedEnhancer("openai"), VerbatimScript(), LIMITS)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "media")


@pytest.fixture
def speak(store: LocalStore) -> SynthesizeSpeech:
    voices = FallbackSpeech([SimulatedSpeech("vibevoice"), SimulatedSpeech("elevenlabs")])
    return SynthesizeSpeech(voices, store, LIMITS)


@pytest.fixture
def render(store: LocalStore, tmp_path: Path) -> RenderAvatar:
    engine = StudioRenderer(mark="SIMULATED", workdir=tmp_path / "renders")
    return RenderAvatar(SimulatedRenderer("heygen", engine), store)


def script_of(text: str, *scenes: str, title: str = "A title") -> dict[str, StageResult]:
    return {"enhance_script": StageResult({"script": text, "title": title, "scenes": list(scenes)})}


def timing_of(result: StageResult, store: LocalStore, tmp_path: Path) -> list[str]:
    ref = next(ref for ref in result.artifacts if ref.kind == "timing")
    path = fetch_artifact(store, ref, tmp_path / "timing.json")
    return [word for word, _, _ in json.loads(path.read_text())["words"]]


def test_validate_says_what_it_measured_and_refuses_what_is_beyond_today_s_limits(attempt):
    output = Validate(LIMITS)(attempt("validate").context).output
    assert output == {"language": "en", "characters": 12, "estimated_speech_s": 1.7}
    with pytest.raises(InvalidInput):
        Validate(ScriptLimits(max_characters=5, max_speech_s=90))(attempt("validate").context)


def test_enhancing_improves_titles_and_cuts(attempt):
    made = attempt("enhance_script", script="hello there. this is it", scenes=2)
    result = ENHANCE(made.context)
    assert result.output["script"] == "Hello there. This is it."
    assert result.output["scenes"] == ["Hello there.", "This is it."]
    assert result.output["title"]
    assert result.output["changes"]
    assert result.provider == "openai"


def test_without_enhancing_the_script_is_left_alone_and_still_titled(attempt):
    made = attempt("enhance_script", script="hello there -- this is it", enhance=False)
    result = ENHANCE(made.context)
    assert result.output["script"] == "hello there -- this is it"
    assert result.output["changes"] == []
    assert result.output["title"]
    assert result.provider == "author"


def test_an_edit_beyond_the_limits_is_never_used(attempt):
    tight = EnhanceScript(
        ENHANCE.enhancer, ENHANCE.verbatim, ScriptLimits(max_characters=11, max_speech_s=90)
    )
    with pytest.raises(BadResponse, match="limits"):
        tight(attempt("enhance_script", script="salt & lime").context)


def test_speech_is_saved_with_the_times_of_its_words(attempt, speak, store, tmp_path):
    made = attempt("synthesize_speech", inputs=script_of("Hello there."))
    result = speak(made.context)
    assert [ref.kind for ref in result.artifacts] == ["speech", "timing"]
    assert result.artifacts[0].meta["duration_s"] == result.output["duration_s"]
    assert timing_of(result, store, tmp_path) == ["Hello", "there."]
    assert result.provider == "vibevoice"


def test_a_scene_speaks_its_own_part(attempt, speak, store, tmp_path):
    inputs = script_of("One is here. Two is there.", "One is here.", "Two is there.")
    made = attempt("synthesize_speech[scene-2]", scenes=2, inputs=inputs)
    assert timing_of(speak(made.context), store, tmp_path) == ["Two", "is", "there."]


def test_a_script_edited_by_a_person_is_cut_anew(attempt, speak, store, tmp_path):
    inputs = script_of("Now all is new. Really new.", "One is here.", "Two is there.")
    made = attempt("synthesize_speech[scene-2]", scenes=2, inputs=inputs)
    assert timing_of(speak(made.context), store, tmp_path) == ["Really", "new."]


def test_an_edit_in_another_language_is_spoken_in_that_language(attempt, store, tmp_path):
    english = SimulatedSpeech("vibevoice", languages=frozenset({"en"}))
    speak = SynthesizeSpeech(
        FallbackSpeech([english, SimulatedSpeech("elevenlabs")]), store, LIMITS
    )
    inputs = {"enhance_script": StageResult({"script": "Guten Tag.", "language": "de"})}
    result = speak(attempt("synthesize_speech", inputs=inputs).context)
    assert result.provider == "elevenlabs"


@pytest.mark.parametrize("edited", ["", "   ", "word " * 700])
def test_an_edit_that_cannot_be_spoken_is_refused_by_name(attempt, speak, edited):
    made = attempt("synthesize_speech", inputs=script_of(edited))
    with pytest.raises(InvalidInput) as refused:
        speak(made.context)
    assert refused.value.field == "script"


def test_words_are_aligned_when_a_provider_tells_no_times(attempt, store, tmp_path):
    class Silent(SimulatedSpeech):
        def synthesize(self, request, out, **rest):
            from dataclasses import replace

            return replace(super().synthesize(request, out, **rest), timing=None)

    stage = SynthesizeSpeech(Silent("vendor"), store, LIMITS)
    result = stage(attempt("synthesize_speech", inputs=script_of("Hello there.")).context)
    assert timing_of(result, store, tmp_path) == ["Hello", "there."]


def run_all(attempt, speak, render, store, **request) -> dict[str, StageResult]:
    done: dict[str, StageResult] = {}
    stages = {
        "validate": Validate(LIMITS),
        "enhance_script": ENHANCE,
        "synthesize_speech": speak,
        "render_avatar": render,
        "compose": Compose(store, "SIMULATED"),
        "store": Store(work=store, published=store),
    }
    plan = attempt("validate", **request).context.plan
    for node in plan.nodes:
        done[node.key] = stages[node.stage](attempt(node.key, inputs=done, **request).context)
    return done


@pytest.mark.parametrize("scenes", [1, 2])
def test_a_script_becomes_a_video_with_everything_beside_it(
    attempt, speak, render, store, tmp_path, scenes
):
    done = run_all(
        attempt, speak, render, store, script="Hi there. Bye now.", scenes=scenes, aspect="1:1"
    )
    files = {ref.kind: ref for ref in done["store"].artifacts}
    assert set(files) == {"video", "captions_srt", "captions_vtt", "poster"}
    info = probe(fetch_artifact(store, files["video"], tmp_path / "video.mp4"))
    assert (info.video.width, info.video.height) == (720, 720)
    assert info.faststart
    assert info.subtitles
    assert "SIMULATED" in info.metadata["comment"]
    assert info.metadata["title"]
    assert abs(info.duration_s - done["store"].output["speech_s"]) <= 0.04 * (scenes + 1)
    assert files["video"].meta["duration_s"] == pytest.approx(info.duration_s)
    assert (
        "bye"
        in fetch_artifact(store, files["captions_srt"], tmp_path / "x.srt").read_text().lower()
    )


def test_a_render_in_progress_is_told_and_stops_when_cancelled(attempt, speak, render, tmp_path):
    spoken = speak(attempt("synthesize_speech", inputs=script_of("Hello there.")).context)
    inputs = script_of("Hello there.") | {"synthesize_speech": spoken}
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    made = attempt("render_avatar", inputs=inputs, cancelled=cancelled, aspect="1:1")
    with pytest.raises(StageCancelled):
        render(made.context)
    assert list((tmp_path / "renders").iterdir()) == []


def simulated(name: str, stage: Callable[..., StageResult]) -> Attempt:
    return Attempt(name, FaultyStage(name, stage), Metrics())


def fault(target: str, kind: str, times: int | None = None) -> tuple[Fault, ...]:
    return (Fault(action="fail", target=target, kind=kind, times=times),)


def test_stages_without_a_provider_fail_on_request_too(attempt):
    stage = simulated("validate", Validate(LIMITS))
    with pytest.raises(ProviderTimeout):
        stage(attempt("validate", faults=fault("validate", "timeout", 1)).context)
    again = attempt("validate", faults=fault("validate", "timeout", 1), number=2)
    assert stage(again.context).output


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (target, kind)
        for target, (stage, kinds) in TARGETS.items()
        for kind in sorted(kinds)
        # drawing and saving take their time; their damages have tests of their own
        if stage != "store" and not (stage == "render_avatar" and kind not in ERRORS)
    ],
)
def test_no_magic_input_that_is_offered_does_nothing(attempt, speak, render, store, target, kind):
    stage = TARGETS[target][0]
    saved = LocalStore(store.root)
    stages = {
        "validate": Validate(LIMITS),
        "enhance_script": ENHANCE,
        "synthesize_speech": speak,
        "render_avatar": RenderAvatar(render.renderer, saved),
        "compose": Compose(saved, "SIMULATED"),
    }
    inputs = script_of("Hello there.")
    if stage == "render_avatar":
        inputs["synthesize_speech"] = speak(attempt("synthesize_speech", inputs=inputs).context)
    made = attempt(stage, inputs=inputs, faults=fault(target, kind))
    try:
        result = simulated(stage, stages[stage])(made.context)
    except ProviderError:
        return
    assert target == "elevenlabs" or result.output["fallback_used"]


def test_every_attempt_is_counted(attempt):
    metrics = Metrics()

    def broken(context):
        raise RuntimeError("a bug")

    for stage, error in ((Validate(LIMITS), None), (broken, RuntimeError)):
        counted = Attempt("validate", stage, metrics)
        if error is None:
            counted(attempt("validate").context)
        else:
            with pytest.raises(error):
                counted(attempt("validate").context)
    with pytest.raises(StageCancelled):
        Attempt("validate", Validate(LIMITS), metrics)(
            attempt("validate", cancelled=lambda: True).context
        )
    text = metrics.render().decode()
    for outcome in ("completed", "failed", "cancelled"):
        assert f'avatar_stage_seconds_count{{outcome="{outcome}",stage="validate"}} 1.0' in text
    assert 'code="internal_error"' in text


class TestSaving:
    @pytest.fixture
    def composed(self, attempt, speak, render, store) -> dict[str, StageResult]:
        done = run_all(attempt, speak, render, store, aspect="1:1")
        del done["store"]
        return done

    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("truncated", "storage_corrupt"),
            ("empty", "storage_corrupt"),
            ("full", "storage_full"),
            ("read_only", "storage_read_only"),
        ],
    )
    def test_a_video_that_is_not_saved_whole_is_not_published(
        self, attempt, composed, store, tmp_path, kind, code
    ):
        published = LocalStore(tmp_path / "published")
        stage = simulated("store", Store(work=store, published=SimulatedStore("wasabi", published)))
        for target in ("store", "wasabi"):
            with pytest.raises(StageFailed) as failed:
                stage(attempt("store", inputs=composed, faults=fault(target, kind, 1)).context)
            assert (failed.value.code, failed.value.retryable) == (code, True)
        assert list(published.list()) == []
        later = attempt("store", inputs=composed, faults=fault("store", kind, 1), number=2)
        assert stage(later.context).artifacts
        assert len(list(published.list())) == 4

    def test_a_video_that_does_not_last_as_long_as_its_speech_is_not_published(
        self, attempt, composed, store, tmp_path
    ):
        from dataclasses import replace

        spoken = composed["synthesize_speech"]
        sound, timing = spoken.artifacts
        longer = replace(sound, meta={"duration_s": sound.meta["duration_s"] + 1})
        composed["synthesize_speech"] = replace(spoken, artifacts=(longer, timing))
        published = LocalStore(tmp_path / "published")
        with pytest.raises(StageFailed, match="speech") as failed:
            Store(work=store, published=published)(attempt("store", inputs=composed).context)
        assert failed.value.code == "video_rejected"
        assert list(published.list()) == []

    def test_a_cut_off_composition_is_not_published(self, attempt, composed, store, tmp_path):
        from dataclasses import replace

        result = composed["compose"]
        video = next(ref for ref in result.artifacts if ref.kind == "composed_video")
        cut = fetch_artifact(store, video, tmp_path / "video.mp4")
        cut.write_bytes(cut.read_bytes()[: video.size_bytes // 2])
        other = save_artifact(store, cut, "composed_video", "video/mp4")
        composed["compose"] = replace(
            result, artifacts=(other, *(ref for ref in result.artifacts if ref is not video))
        )
        with pytest.raises(StageFailed) as failed:
            Store(work=store, published=store)(attempt("store", inputs=composed).context)
        assert failed.value.code == "video_rejected"
