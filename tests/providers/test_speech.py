from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import (
    BadRequest,
    BadResponse,
    ContentRejected,
    InvalidInput,
    ProviderError,
    ProviderTimeout,
)
from app.providers.base import CallCancelled
from app.providers.speech import FallbackSpeech, SimulatedSpeech, SpeechRequest
from app.providers.speech.fallback import AllSpeechFailed

VIBEVOICE = SimulatedSpeech("vibevoice", languages=frozenset({"en"}))
ELEVENLABS = SimulatedSpeech("elevenlabs")
PROVIDERS = {
    "vibevoice": VIBEVOICE,
    "elevenlabs": ELEVENLABS,
    "fallback": FallbackSpeech([VIBEVOICE, ELEVENLABS]),
}
HELLO = SpeechRequest(text="Hello there.", language="en", voice="maya", idempotency_key="k")


@pytest.fixture(params=sorted(PROVIDERS))
def provider(request):
    return PROVIDERS[request.param]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "speech.wav"


class TestEveryProvider:
    def test_writes_mono_16_bit_wav_of_the_length_it_says(self, provider, out):
        result = provider.synthesize(HELLO, out)
        with wave.open(str(out)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
            assert sound.getframerate() == result.sample_rate_hz
            assert sound.getnframes() / sound.getframerate() == pytest.approx(result.duration_s)

    def test_tells_when_each_word_is_spoken_if_it_says_so(self, provider, out):
        result = provider.synthesize(HELLO, out)
        assert provider.capabilities.reports_timing == (result.timing is not None)
        words = result.timing["words"]
        assert [word for word, _, _ in words] == ["Hello", "there."]
        assert words[-1][2] <= result.duration_s

    def test_gives_the_same_bytes_for_the_same_request(self, provider, out, tmp_path):
        again = tmp_path / "again.wav"
        provider.synthesize(HELLO, out)
        provider.synthesize(replace(HELLO, idempotency_key="other"), again)
        assert out.read_bytes() == again.read_bytes()

    def test_sounds_different_in_another_voice_and_style(self, provider, out):
        heard = set()
        for changes in ({}, {"voice": "omar"}, {"style": "excited"}, {"profile": "casual"}):
            provider.synthesize(replace(HELLO, **changes), out)
            heard.add(out.read_bytes())
        assert len(heard) == 4

    def test_says_by_name_what_cannot_be_spoken(self, provider, out):
        with pytest.raises(InvalidInput) as refused:
            provider.synthesize(replace(HELLO, text="🙂🙂"), out)
        assert refused.value.field == "script"
        assert not out.exists()

    def test_leaves_no_file_when_it_is_cancelled(self, provider, out):
        with pytest.raises(CallCancelled):
            provider.synthesize(HELLO, out, cancelled=lambda: True)
        assert not out.exists()

    @pytest.mark.parametrize("kind", ["timeout", "500", "429", "401", "empty", "truncated"])
    def test_fails_with_a_named_error_and_leaves_no_file(self, provider, out, failing, kind):
        with failing(f"tts:{kind}"), pytest.raises(ProviderError) as failed:
            provider.synthesize(HELLO, out)
        assert failed.value.falls_over or isinstance(failed.value, AllSpeechFailed)
        assert not out.exists()


def test_a_sound_that_is_cut_off_is_noticed_not_delivered(out, failing):
    with failing("vibevoice:truncated"), pytest.raises(BadResponse, match="does not play"):
        VIBEVOICE.synthesize(HELLO, out)


def test_the_first_provider_speaks_when_it_can(out):
    result = PROVIDERS["fallback"].synthesize(HELLO, out)
    assert (result.provider, result.fallback_used, result.attempts) == ("vibevoice", False, 1)


@pytest.mark.parametrize("kind", ["timeout", "500", "429", "401", "402", "empty", "truncated"])
def test_the_next_provider_speaks_the_whole_text(out, tmp_path, failing, kind):
    with failing(f"vibevoice:{kind}"):
        result = PROVIDERS["fallback"].synthesize(HELLO, out)
    assert (result.provider, result.fallback_used, result.attempts) == ("elevenlabs", True, 2)
    alone = tmp_path / "alone.wav"
    ELEVENLABS.synthesize(HELLO, alone)
    assert out.read_bytes() == alone.read_bytes()


@pytest.mark.parametrize(("kind", "error"), [("rejected", ContentRejected), ("400", BadRequest)])
def test_what_no_other_provider_could_cure_is_not_tried_elsewhere(out, failing, kind, error):
    with failing(f"vibevoice:{kind}"), pytest.raises(error) as failed:
        PROVIDERS["fallback"].synthesize(HELLO, out)
    assert failed.value.provider == "vibevoice"


def test_when_all_fail_every_cause_is_kept(out, failing):
    with failing("vibevoice:timeout", "elevenlabs:402"), pytest.raises(AllSpeechFailed) as failed:
        PROVIDERS["fallback"].synthesize(HELLO, out)
    causes = failed.value.__cause__
    assert isinstance(causes, ExceptionGroup)
    assert [(type(cause).__name__, cause.provider) for cause in causes.exceptions] == [
        ("ProviderTimeout", "vibevoice"),
        ("CreditExhausted", "elevenlabs"),
    ]
    assert isinstance(causes.exceptions[0], ProviderTimeout)
    assert failed.value.code == "speech_unavailable"
    assert failed.value.retryable


def test_trying_again_is_pointless_when_no_failure_can_pass(out, failing):
    with failing("tts:402"), pytest.raises(AllSpeechFailed) as failed:
        PROVIDERS["fallback"].synthesize(HELLO, out)
    assert not failed.value.retryable


def test_patience_is_that_of_the_soonest_when_all_ask_for_it(out, failing):
    with failing("tts:429"), pytest.raises(AllSpeechFailed) as failed:
        PROVIDERS["fallback"].synthesize(HELLO, out)
    assert failed.value.retry_after_s == 1


def test_other_languages_go_to_those_who_speak_them_which_is_no_fallback(out):
    result = PROVIDERS["fallback"].synthesize(replace(HELLO, text="Guten Tag.", language="de"), out)
    assert (result.provider, result.fallback_used) == ("elevenlabs", False)


def test_a_language_nobody_speaks_is_our_mistake(out):
    with pytest.raises(BadRequest, match="'xx'"):
        FallbackSpeech([VIBEVOICE]).synthesize(replace(HELLO, language="xx"), out)


def test_the_fallback_can_do_what_any_of_its_members_can():
    together = PROVIDERS["fallback"].capabilities
    assert together.speaks("en-GB")
    assert together.speaks("de")
    assert together.name == "vibevoice"
    with pytest.raises(ValueError, match="at least one"):
        FallbackSpeech([])
