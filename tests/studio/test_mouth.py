from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from studio.mouth import mouth_from_sound, mouth_track
from studio.mouth.curves import envelope
from studio.mouth.visemes import phoneme_shape
from studio.timeline import FPS, Phoneme, Speech
from studio.voice import speak

OPEN, ROUND, TEETH, TUCK, PRESS = 0, 2, 3, 5, 6
LIMITS_LOW = (0, -1, 0, 0, 0, 0, 0)

TEXTS = {
    "en": "Maybe the brown bear became a member. Pepper pumps up a big ball, my brother.",
    "de": "Papa probiert bald wieder bunte Bilder am Computer im Museum.",
    "es": "Mi hermano puede ver el mapa bonito del pueblo por la mañana.",
    "hi": "पापा और मम्मी बाहर बड़े बाग में घूम रहे हैं।",
    "zh": "爸爸妈妈不怕麻烦，慢慢爬坡，明白吗。",
}


def _correlation(mouth: np.ndarray, sound: np.ndarray) -> float:
    """The best of: together, and the mouth one frame ahead, as it is drawn."""
    return max(
        float(np.corrcoef(mouth[: len(mouth) - lead], sound[lead:])[0, 1]) for lead in (0, 1)
    )


def _loudness(speech: Speech, frames: int) -> np.ndarray:
    return envelope(speech.pcm, speech.sample_rate_hz, frames, FPS, window_s=0.06)


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
@pytest.mark.parametrize("rate_wpm", [120, 158, 220])
def test_lips_close_on_every_p_b_and_m(language: str, text: str, rate_wpm: int) -> None:
    speech = speak(text, language=language, rate_wpm=rate_wpm)
    opening = mouth_track(speech).rows[:, OPEN]

    bilabials = [sound for sound in speech.phonemes if any(letter in sound.ipa for letter in "pbm")]

    assert len(bilabials) >= 5
    for sound in bilabials:
        at = int(sound.start_s * FPS)
        assert opening[max(0, at - 1) : at + 3].min() < 0.12, sound


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_the_mouth_follows_the_loudness_with_or_without_phonemes(language: str, text: str) -> None:
    speech = speak(text, language=language, voice="en-us+f4")
    known = mouth_track(speech).rows
    heard = mouth_track(replace(speech, phonemes=())).rows
    loudness = _loudness(speech, len(known))

    assert _correlation(known[:, OPEN], loudness) > 0.6
    assert _correlation(heard[:, OPEN], loudness) > 0.6
    assert np.corrcoef(known[:, OPEN], heard[:, OPEN])[0, 1] > 0.6


def test_the_mouth_does_not_follow_other_sound() -> None:
    speech = speak(TEXTS["en"] + " And now for something else entirely, if you please.")
    opening = mouth_track(speech).rows[:, OPEN]
    loudness = _loudness(speech, len(opening))

    assert _correlation(opening, np.roll(loudness, round(2.7 * FPS))) < 0.3


@pytest.mark.parametrize("with_phonemes", [True, False])
def test_there_is_one_row_a_frame_within_the_documented_ranges(with_phonemes: bool) -> None:
    speech = speak("Five wolves shook the judge's rough voice, oh why?")
    if not with_phonemes:
        speech = replace(speech, phonemes=())

    track = mouth_track(speech)

    assert track.rows.shape == (math.ceil(speech.duration_s * FPS), 7)
    assert track.rows.dtype == np.float32
    assert (track.rows >= LIMITS_LOW).all()
    assert (track.rows <= 1).all()
    assert len(track.beats_s) > 2
    assert all(0 <= beat < speech.duration_s for beat in track.beats_s)


@pytest.mark.parametrize("with_phonemes", [True, False])
def test_the_mouth_rests_in_silence(with_phonemes: bool) -> None:
    speech = speak("Hello there. And hello again.")
    if not with_phonemes:
        speech = replace(speech, phonemes=())

    opening = mouth_track(speech).rows[:, OPEN]

    assert opening[:5].max() < 0.05
    assert opening[-8:].max() < 0.05
    assert opening.max() > 0.5


def test_the_mouth_is_formed_before_its_sound() -> None:
    silence = np.zeros(22_050, np.int16)
    speech = Speech(silence, 22_050, (), (Phoneme("ˈɑ", 0.5, 0.7), Phoneme("", 0.7, 1.0)))

    opening = mouth_track(speech).rows[:, OPEN]

    assert opening[int(0.48 * FPS)] > 0.2
    assert int(opening.argmax()) / FPS < 0.6


def test_the_lip_is_tucked_for_f_and_rounded_for_u() -> None:
    silence = np.zeros(22_050, np.int16)
    sounds = (Phoneme("f", 0.2, 0.32), Phoneme("ˈuː", 0.32, 0.6), Phoneme("m", 0.6, 0.7))

    rows = mouth_track(Speech(silence, 22_050, (), sounds)).rows

    assert rows[int(0.2 * FPS) : int(0.32 * FPS), TUCK].max() > 0.6
    assert rows[int(0.36 * FPS) : int(0.55 * FPS), ROUND].max() > 0.7
    assert rows[int(0.55 * FPS) : int(0.7 * FPS), PRESS].max() > 0.6


def test_a_diphthong_has_two_shapes_and_a_mark_alone_rests() -> None:
    assert phoneme_shape("ˈoʊ").visemes == ("oh", "ou")
    assert phoneme_shape("tʃ").visemes == ("DD", "CH")
    assert phoneme_shape("ˈ").visemes == ("sil",)
    assert phoneme_shape("ˈiː").opening > phoneme_shape("iː").opening > phoneme_shape("ə").opening


def test_noise_at_the_floor_and_digital_silence_do_not_move_the_mouth() -> None:
    hiss = np.random.default_rng(3).integers(-4, 5, 48_000).astype(np.int16)

    assert mouth_from_sound(hiss, 16_000).rows[:, OPEN].max() < 0.05
    assert mouth_from_sound(np.zeros(48_000, np.int16), 16_000).rows[:, OPEN].max() == 0
    assert mouth_from_sound(np.zeros(48_000, np.int16), 16_000).beats_s == ()


def test_a_sibilant_shows_teeth_and_hardly_opens() -> None:
    rng = np.random.default_rng(5)
    hiss = np.diff(rng.normal(0, 9000, 16_001)).clip(-32_000, 32_000)  # a falling floor: bright
    gap = np.zeros(16_000)
    vowel = 9000 * np.sign(np.sin(2 * np.pi * 140 * np.arange(16_000) / 16_000))
    pcm = np.concatenate([gap, hiss, gap, vowel, gap]).astype(np.int16)

    rows = mouth_from_sound(pcm, 16_000).rows

    assert rows[35:40, TEETH].mean() > 0.6
    assert rows[35:40, OPEN].mean() < rows[85:90, OPEN].mean()


@pytest.mark.parametrize("samples", [1, 100, 2000])
def test_the_shortest_sounds_are_taken(samples: int) -> None:
    track = mouth_from_sound(np.full(samples, 900, np.int16), 16_000)

    assert len(track.rows) == math.ceil(samples / 16_000 * FPS)
    assert np.isfinite(track.rows).all()
