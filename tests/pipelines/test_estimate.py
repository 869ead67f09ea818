from __future__ import annotations

import pytest

from app.domain.errors import InvalidInput
from app.pipelines.estimate import estimate_speech_s
from app.pipelines.limits import ScriptLimits
from studio.voice import speak

SAMPLES = {
    "en": "Welcome to our tour. Today I will show you how a script becomes a finished video, "
    "with a presenter, captions and sound. It takes a few seconds, in many languages.",
    "de": "Willkommen zu unserer Führung. Heute zeige ich Ihnen, wie aus einem Text ein fertiges "
    "Video wird, mit Moderatorin, Untertiteln und Ton. Das dauert nur wenige Sekunden.",
    "es": "Bienvenidos a nuestra visita. Hoy les mostraré cómo un guion se convierte en un video "
    "terminado, con presentadora, subtítulos y sonido. Solo tarda unos segundos.",
    "fr": "Bienvenue dans notre visite. Je vais vous montrer comment un script devient une vidéo "
    "terminée, avec une présentatrice, des sous-titres et du son.",
    "ru": "Добро пожаловать. Сегодня я покажу вам, как сценарий превращается в готовое видео с "
    "ведущей, субтитрами и звуком. Это занимает всего несколько секунд.",
    "hi": "आपका स्वागत है। आज मैं आपको दिखाऊंगी कि एक स्क्रिप्ट कैसे एक तैयार वीडियो बन जाती है।",
    "zh": "欢迎来到我们的产品演示。今天我将向您展示脚本如何变成完整的视频，包括主持人、字幕和声音。",
    "ar": "مرحبا بكم في جولتنا. سأريكم اليوم كيف يتحول النص إلى فيديو جاهز مع مقدمة وترجمة وصوت.",
}
LIMITS = ScriptLimits(max_characters=3000, max_speech_s=90)


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_the_estimate_is_near_what_the_voice_really_takes(language):
    spoken_s = speak(SAMPLES[language], language=language).duration_s
    assert estimate_speech_s(SAMPLES[language], language) == pytest.approx(spoken_s, rel=0.25)


def test_numbers_count_as_the_words_they_are_spoken_as():
    assert estimate_speech_s("1234567890" * 5, "en") > 2 * estimate_speech_s("abcdefghij" * 5, "en")


def test_a_script_too_long_to_speak_is_refused_with_estimate_and_limit():
    script = "This is a sentence that takes its time. " * 40
    with pytest.raises(
        InvalidInput, match=r"about \d+ seconds to speak; the limit is 90 seconds"
    ) as refused:
        LIMITS.check(script, "en")
    assert refused.value.code == "speech_too_long"


def test_a_script_with_too_many_characters_is_refused_with_both_numbers():
    with pytest.raises(InvalidInput, match="3001 characters; the limit is 3000") as refused:
        LIMITS.check("a" * 3001, "en")
    assert refused.value.code == "script_too_long"


@pytest.mark.parametrize("script", ["", "   ", "...", "🙂 🙂", "—"])
def test_a_script_without_a_word_is_refused(script):
    with pytest.raises(InvalidInput) as refused:
        LIMITS.check(script, "en")
    assert (refused.value.code, refused.value.field) == ("empty_script", "script")


@pytest.mark.parametrize("script", ["a", "7", "好", "नमस्ते"])
def test_one_word_is_enough(script):
    assert LIMITS.check(script, "en") > 0
