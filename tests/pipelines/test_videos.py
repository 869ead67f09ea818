from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.errors import InvalidInput
from app.pipelines.catalog import Catalog
from app.pipelines.create_video import CreateVideo
from app.pipelines.limits import ScriptLimits
from app.pipelines.plans import MEASURED_WEIGHTS
from app.pipelines.videos import VideoPipeline
from app.telemetry.metrics import Metrics


@dataclass
class FakeJobs:
    """Remembers what it was asked to create."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def replay(self, tenant, idempotency_key, fingerprint):
        return None

    def create(self, request, plan, **rest):
        self.asked.append({"request": request, "plan": plan, **rest})
        job = type("Job", (), {"plan": plan})()
        return type("Created", (), {"job": job, "created": True})()


PIPELINE = VideoPipeline(
    jobs=FakeJobs(),  # type: ignore[arg-type]
    catalog=Catalog(ScriptLimits(max_characters=3000, max_speech_s=90)),
    metrics=Metrics(),
    livemode=False,
    weights=MEASURED_WEIGHTS,
)


@pytest.fixture
def pipeline() -> VideoPipeline:
    return replace(PIPELINE, jobs=FakeJobs())


def wanted(**members: Any) -> CreateVideo:
    return CreateVideo.model_validate({"script": "Hello there, everyone."} | members)


def test_a_bare_script_gets_the_defaults(pipeline):
    request = pipeline.check(wanted())
    assert request.model_dump(exclude={"script"}) == {
        "template": "presenter1",
        "presenter": None,
        "user_id": None,
        "language": "en",
        "language_detected": True,
        "voice": None,
        "style": "neutral",
        "seed": 42,
        "profile": "default",
        "aspect": "16:9",
        "resolution": "720p",
        "captions": True,
        "enhance": True,
        "scenes": 1,
        "approve_script": False,
        "webhook_url": None,
        "priority": 5,
        "faults": (),
    }


def test_the_body_that_the_front_end_sends_is_taken(pipeline):
    request = pipeline.check(wanted(template="presenter1", userId="user@example.com"))
    assert request.user_id == "user@example.com"


@pytest.mark.parametrize(
    ("member", "value", "choice"),
    [
        ("template", "presenter99", "presenter1"),
        ("presenter", "nobody", "maya"),
        ("voice", "nobody", "maya"),
        ("language", "tlh", "en"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_choices(pipeline, member, value, choice):
    with pytest.raises(InvalidInput, match=rf"{value}.*Choices: .*\b{choice}\b") as refused:
        pipeline.check(wanted(**{member: value}))
    assert (refused.value.field, refused.value.code) == (member, f"unknown_{member}")


@pytest.mark.parametrize(
    ("script", "language"),
    [
        ("Hello everyone", "en"),
        ("Guten Tag, meine Damen und Herren, willkommen zur Sendung.", "de"),
        ("नमस्ते, आप कैसे हैं?", "hi"),
        ("你好，欢迎收看", "zh"),
    ],
)
def test_the_language_is_found_out(pipeline, script, language):
    assert pipeline.check(wanted(script=script)).language == language


def test_a_named_language_is_written_as_we_write_it(pipeline):
    assert pipeline.check(wanted(language="EN-us")).language == "en-US"
    assert pipeline.check(wanted(language="de-AT")).language == "de"


def test_too_many_scenes_for_the_script_are_refused_before_any_work(pipeline):
    with pytest.raises(InvalidInput) as refused:
        pipeline.check(wanted(script="Two words", scenes=3))
    assert refused.value.field == "scenes"


def test_magic_inputs_are_taken_out_before_anything_is_counted_or_spoken(pipeline):
    request = pipeline.check(wanted(script="[[fail:tts:500]] Hello there."))
    assert request.script == "Hello there."
    assert request.faults[0].target == "tts"
    with pytest.raises(InvalidInput) as refused:
        pipeline.check(wanted(script="[[fail:tts:500]]"))
    assert refused.value.code == "empty_script"
    with pytest.raises(InvalidInput) as refused:
        replace(pipeline, livemode=True).check(wanted(script="Hi [[fail:tts:500]]"))
    assert refused.value.code == "magic_input_refused"


def test_an_edit_is_cleaned_like_a_new_script(pipeline):
    request = pipeline.check(wanted(language="en"))
    assert pipeline.edit(" Hi\x07 there.\r\nBye. ", request) == {"script": "Hi there.\nBye."}


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("hi [[fail:render:402]]", "magic_input_refused"),
        ("hi [[slow:nothing]]", "magic_input_refused"),
        ("\x07 ...", "empty_script"),
        ("a" * 3001, "script_too_long"),
        ("Hi", "too_many_scenes"),
    ],
)
def test_an_edit_is_refused_like_a_new_script(pipeline, script, code):
    request = pipeline.check(wanted(script="One. Two. Three.", scenes=3))
    with pytest.raises(InvalidInput) as refused:
        pipeline.edit(script, request)
    assert refused.value.code == code
    assert refused.value.field == "script"


GERMAN = "Guten Morgen zusammen, das ist unser neues Büro in der Stadt."


def test_the_language_of_an_edit_is_found_out_unless_it_was_named(pipeline):
    assert pipeline.edit(GERMAN, pipeline.check(wanted()))["language"] == "de"
    named = pipeline.check(wanted(language="en"))
    assert "language" not in pipeline.edit(GERMAN, named)


@pytest.mark.parametrize(
    "url", ["http://localhost:9/hook", "http://127.0.0.1/x", "http://[::1]:80/"]
)
def test_in_mock_mode_a_webhook_stays_on_the_machine(pipeline, url):
    assert pipeline.check(wanted(webhook_url=url)).webhook_url == url


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "http://10.0.0.1/", "http://localhost.example/"]
)
def test_in_mock_mode_other_webhooks_are_refused(pipeline, url):
    with pytest.raises(InvalidInput) as refused:
        pipeline.check(wanted(webhook_url=url))
    assert refused.value.code == "webhook_not_local"
    assert replace(pipeline, livemode=True).check(wanted(webhook_url=url)).webhook_url == url


def test_a_server_open_to_strangers_calls_no_port_of_its_own_machine(pipeline):
    is_open = replace(pipeline, calls_loopback=False)
    with pytest.raises(InvalidInput) as refused:
        is_open.check(wanted(webhook_url="http://localhost:9/hook"))
    assert refused.value.code == "webhook_not_allowed"
    assert "REQUIRE_API_KEY" in refused.value.remedy
    assert is_open.check(wanted()).webhook_url is None


@pytest.mark.parametrize("url", ["http://[::1", "http://localhost:99999/"])
def test_a_webhook_that_is_no_address_is_refused(pipeline, url):
    with pytest.raises(InvalidInput) as refused:
        pipeline.check(wanted(webhook_url=url))
    assert refused.value.field == "webhook_url"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"script": None},
        {"script": 5},
        {"script": "x", "tempalte": "presenter1"},
        {"script": "x", "aspect": "4:3"},
        {"script": "x", "scenes": 9},
        {"script": "x", "scenes": 0},
        {"script": "x", "priority": 0},
        {"script": "x", "seed": -1},
        {"script": "x", "seed": 2**31},
        {"script": "x", "userId": "a\nb"},
        {"script": "x", "userId": "a" * 321},
        {"script": "x", "template": "../etc/passwd"},
        {"script": "x", "webhook_url": "ftp://localhost/"},
        {"script": "x", "webhook_url": "http://user:pass@localhost/"},
        {"script": "half \ud83d of a letter"},
        {"script": "x", "userId": "\ud83d"},
    ],
)
def test_a_body_that_is_not_right_is_refused(body):
    with pytest.raises(ValidationError):
        CreateVideo.model_validate(body)


def test_control_characters_and_line_ends_of_other_systems_are_tidied():
    assert wanted(script="  One\r\ntwo\rthree\x00\x0b four\t. ").script == "One\ntwo\nthree four\t."


def test_equal_bodies_have_equal_fingerprints_whatever_the_order(pipeline):
    jobs = pipeline.jobs
    for body in (
        {"script": "Hello.", "seed": 1},
        {"seed": 1, "script": "Hello."},
        {"script": "Hello.", "seed": 2},
        {"script": "Hello."},
        {"script": "Hello.", "seed": 42},
    ):
        pipeline.submit(CreateVideo.model_validate(body), tenant="t", idempotency_key="k")
    prints = [asked["fingerprint"] for asked in jobs.asked]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 4


def test_a_job_gets_its_tenant_its_mode_and_its_route(pipeline):
    pipeline.submit(wanted(scenes=2), tenant="acme")
    (asked,) = pipeline.jobs.asked
    assert (asked["tenant"], asked["livemode"], asked["plan"].route) == (
        "acme",
        False,
        "multi_scene",
    )


@given(st.text(max_size=400))
def test_any_script_is_either_taken_or_refused_by_name(script):
    named = None
    try:
        request = PIPELINE.check(CreateVideo(script=script))
    except InvalidInput as refused:
        named = refused.field
    else:
        named = json.loads(request.model_dump_json())["script"].strip()
    assert named
