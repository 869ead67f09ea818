from __future__ import annotations

import threading

import pytest

from app.domain import errors
from app.providers.base import CallCancelled
from app.providers.faults import ERRORS, asked, spoil, spoilt_text, strike

EXPECTED = {
    "timeout": errors.ProviderTimeout,
    "500": errors.ProviderUnavailable,
    "503": errors.ProviderUnavailable,
    "429": errors.RateLimited,
    "401": errors.AuthenticationFailed,
    "402": errors.CreditExhausted,
    "400": errors.BadRequest,
    "rejected": errors.ContentRejected,
    "invalid": errors.BadResponse,
}


@pytest.mark.parametrize("kind", sorted(ERRORS))
def test_each_kind_is_the_error_that_a_real_adapter_would_raise(failing, kind):
    with failing(f"heygen:{kind}"), pytest.raises(errors.ProviderError) as raised:
        strike("heygen", "render", "heygen")
    assert type(raised.value) is EXPECTED[kind]
    assert raised.value.provider == "heygen"
    assert "HeyGen" in raised.value.message
    assert "another provider" not in raised.value.remedy


@pytest.mark.parametrize("kind", sorted(ERRORS))
@pytest.mark.parametrize("provider", ["vibevoice", "elevenlabs", "openai", "wasabi", "studio"])
def test_a_sentence_about_a_provider_starts_like_a_sentence(failing, kind, provider):
    with failing(f"{provider}:{kind}"), pytest.raises(errors.ProviderError) as raised:
        strike(provider, provider)
    assert raised.value.message[0].isupper()
    assert provider not in raised.value.message


def test_nothing_happens_without_faults():
    strike("heygen", "render")
    assert spoilt_text("script", "script") == "script"


def test_a_fault_strikes_only_its_target(failing):
    with failing("vibevoice:500"):
        strike("elevenlabs", "tts", "elevenlabs")
        with pytest.raises(errors.ProviderUnavailable):
            strike("vibevoice", "tts", "vibevoice")


@pytest.mark.parametrize(("attempt", "fails"), [(1, True), (2, True), (3, False), (4, False)])
def test_a_count_strikes_the_first_attempts_only(failing, attempt, fails):
    with failing("tts:429x2", attempt=attempt):
        if fails:
            with pytest.raises(errors.RateLimited):
                strike("vibevoice", "tts")
        else:
            strike("vibevoice", "tts")


def test_slowness_takes_its_time_and_then_lets_the_call_through(failing):
    waited: list[float] = []
    with failing("render:30s", wait=waited.append):
        strike("heygen", "render")
    assert sum(waited) == pytest.approx(30)


def test_slowness_ends_at_once_when_the_job_is_cancelled(failing):
    waited: list[float] = []
    with (
        failing("render:30s", wait=waited.append, cancelled=lambda: len(waited) >= 5),
        pytest.raises(CallCancelled),
    ):
        strike("heygen", "render")
    assert sum(waited) <= 1


def test_damage_is_done_to_the_file_itself(failing, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"x" * 300)
    with failing("render:truncated"):
        spoil(path, "render")
    assert path.stat().st_size == 100
    with failing("render:empty"):
        spoil(path, "render")
    assert path.stat().st_size == 0


def test_faults_of_one_request_do_not_reach_another_thread(failing):
    reached: list[bool] = []
    with failing("store:full"):
        thread = threading.Thread(target=lambda: reached.append(asked("full", "store")))
        thread.start()
        thread.join()
        assert asked("full", "store")
    assert reached == [False]
    assert not asked("full", "store")
