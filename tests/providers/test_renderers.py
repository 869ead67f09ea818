from __future__ import annotations

import time
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import (
    BadRequest,
    BadResponse,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
)
from app.providers.base import CallCancelled
from app.providers.renderers import RenderRequest, SimulatedRenderer, StudioRenderer, Ticket
from app.providers.renderers.clips import check_clip, is_whole_mp4
from app.providers.speech import SimulatedSpeech, SpeechRequest
from studio.media import probe

PATIENCE_S = 60


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> RenderRequest:
    wav = tmp_path_factory.mktemp("spoken") / "speech.wav"
    result = SimulatedSpeech("vibevoice").synthesize(
        SpeechRequest(text="Hi there.", language="en", voice="maya", idempotency_key="k"), wav
    )
    return RenderRequest(
        audio=wav,
        timing=result.timing,
        template="presenter1",
        presenter=None,
        title="Hi",
        aspect="1:1",
        resolution="720p",
        captions=True,
        seed=42,
        idempotency_key="job:render:1",
    )


def studio(workdir: Path) -> StudioRenderer:
    return StudioRenderer(mark="SIMULATED", workdir=workdir / "renders")


def heygen(workdir: Path) -> SimulatedRenderer:
    return SimulatedRenderer("heygen", studio(workdir))


@pytest.fixture(params=[studio, heygen], ids=lambda make: make.__name__)
def renderer(request, tmp_path):
    return request.param(tmp_path)


def finish(renderer, ticket: Ticket) -> list[float]:
    seen = []
    deadline = time.monotonic() + PATIENCE_S
    while (state := renderer.poll(ticket)).status != "done":
        assert time.monotonic() < deadline
        seen.append(state.progress)
        time.sleep(0.05)
    return seen


class TestEveryRenderer:
    def test_draws_a_clip_as_long_as_the_speech(self, renderer, spoken, tmp_path):
        ticket = renderer.submit(spoken)
        assert isinstance(ticket, str)
        seen = finish(renderer, ticket)
        assert seen == sorted(seen)
        out = tmp_path / "clip.mp4"
        assert renderer.fetch(ticket, out) == 0.0
        info = probe(out)
        assert (info.video.width, info.video.height, info.video.codec) == (720, 720, "h264")
        assert info.audio.codec == "aac"
        with wave.open(str(spoken.audio)) as sound:
            speech_s = sound.getnframes() / sound.getframerate()
        assert info.duration_s == pytest.approx(speech_s, abs=0.04)

    def test_the_same_key_is_the_same_work(self, renderer, spoken):
        ticket = renderer.submit(spoken)
        assert renderer.capabilities.honours_idempotency_key
        assert renderer.submit(spoken) == ticket
        other = renderer.submit(replace(spoken, idempotency_key="job:render:2"))
        assert other != ticket
        renderer.cancel(ticket)
        renderer.cancel(other)

    def test_cancelling_stops_it_at_once_and_leaves_nothing(self, renderer, spoken, tmp_path):
        ticket = renderer.submit(spoken)
        began = time.monotonic()
        renderer.cancel(ticket)
        assert time.monotonic() - began < 2
        with pytest.raises(ProviderUnavailable):
            renderer.poll(ticket)
        renderer.cancel(ticket)
        assert list((tmp_path / "renders").iterdir()) == []

    def test_an_unknown_ticket_is_named(self, renderer, tmp_path):
        with pytest.raises(ProviderUnavailable):
            renderer.poll(Ticket("wrk_unknown"))
        with pytest.raises(ProviderUnavailable):
            renderer.fetch(Ticket("wrk_unknown"), tmp_path / "x.mp4")

    def test_a_request_it_cannot_draw_is_our_mistake(self, renderer, spoken):
        ticket = renderer.submit(replace(spoken, template="presenter99", idempotency_key="bad"))
        with pytest.raises(BadRequest, match="presenter99"):
            finish(renderer, ticket)

    def test_sound_that_cannot_be_read_is_named(self, renderer, spoken, tmp_path):
        broken = tmp_path / "broken.wav"
        broken.write_bytes(b"no sound")
        ticket = renderer.submit(replace(spoken, audio=broken, idempotency_key="broken"))
        with pytest.raises(ProviderError):
            finish(renderer, ticket)


def test_a_lost_answer_is_found_again_not_paid_twice(spoken, tmp_path, failing):
    renderer = heygen(tmp_path)
    with failing("render:timeout_after_acceptx1"), pytest.raises(ProviderTimeout, match="lost"):
        renderer.submit(spoken)
    assert len(list((tmp_path / "renders").iterdir())) == 1
    with failing("render:timeout_after_acceptx1", attempt=2):
        ticket = renderer.submit(spoken)
    assert len(list((tmp_path / "renders").iterdir())) == 1
    renderer.cancel(ticket)


@pytest.mark.parametrize("kind", ["timeout", "500", "429", "401", "402", "rejected"])
def test_a_refused_submit_starts_no_work(spoken, tmp_path, failing, kind):
    renderer = heygen(tmp_path)
    with failing(f"heygen:{kind}"), pytest.raises(ProviderError) as failed:
        renderer.submit(spoken)
    assert failed.value.provider == "heygen"
    assert not (tmp_path / "renders").exists()


@pytest.mark.parametrize("kind", ["empty", "truncated"])
def test_a_clip_that_is_cut_off_is_noticed_not_delivered(spoken, tmp_path, failing, kind):
    renderer = heygen(tmp_path)
    ticket = renderer.submit(spoken)
    finish(renderer, ticket)
    out = tmp_path / "clip.mp4"
    with failing(f"render:{kind}"), pytest.raises(BadResponse):
        renderer.fetch(ticket, out)
    assert not out.exists()


def test_a_clip_that_nobody_comes_for_is_dropped_after_an_hour(spoken, tmp_path):
    now = 0.0
    renderer = StudioRenderer(workdir=tmp_path / "renders", monotonic=lambda: now)
    left = renderer.submit(spoken)
    finish(renderer, left)
    now = 3599
    renderer.cancel(renderer.submit(replace(spoken, idempotency_key="second")))
    assert renderer.poll(left).status == "done"
    now = 3601
    renderer.cancel(renderer.submit(replace(spoken, idempotency_key="third")))
    with pytest.raises(ProviderUnavailable):
        renderer.poll(left)
    assert list((tmp_path / "renders").iterdir()) == []


def test_a_render_beyond_its_time_is_a_timeout(spoken, tmp_path):
    renderer = StudioRenderer(timeout_s=0.05, workdir=tmp_path)
    with pytest.raises(ProviderTimeout):
        finish(renderer, renderer.submit(spoken))


def test_folders_of_killed_processes_are_removed(spoken, tmp_path):
    renderer = studio(tmp_path)
    orphan = tmp_path / "renders" / "render-999999999-abc"
    orphan.mkdir(parents=True)
    renderer.cancel(renderer.submit(spoken))
    assert not orphan.exists()


def test_work_that_nobody_wants_any_more_ends_as_cancelled(spoken, tmp_path):
    renderer = studio(tmp_path)
    ticket = renderer.submit(spoken)
    work = renderer._work[ticket]  # the vendor's side: a stop that did not come through cancel
    work.stop.set()
    with pytest.raises(CallCancelled):
        finish(renderer, ticket)


def test_a_truncated_file_is_told_from_a_whole_one(spoken, tmp_path):
    renderer = studio(tmp_path)
    ticket = renderer.submit(spoken)
    finish(renderer, ticket)
    clip = tmp_path / "clip.mp4"
    renderer.fetch(ticket, clip)
    assert is_whole_mp4(clip)
    length_s = check_clip(clip, "heygen", at_least_s=0.5)
    whole = clip.read_bytes()
    for size in (len(whole) - 1, len(whole) // 2, 40, 9):
        clip.write_bytes(whole[:size])
        assert not is_whole_mp4(clip)
    clip.write_bytes(whole)
    with pytest.raises(BadResponse, match="shorter"):
        check_clip(clip, "heygen", at_least_s=length_s + 1)
    assert not clip.exists()
