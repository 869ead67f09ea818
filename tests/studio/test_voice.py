from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from studio.errors import InvalidScript, UnknownOption, VoiceFailed
from studio.voice import LANGUAGES, LEAD_IN_S, TAIL_S, detect_language, speak, worker
from studio.voice.sanitize import MAX_CHARACTERS, sanitize
from studio.voice.voices import engine_voice, find_language

SENTENCES = {
    "en": "Hello and welcome to our new product.",
    "en-GB": "Good morning, and welcome to London.",
    "ar": "مرحبا بكم. اليوم سأريكم كيف يعمل هذا.",
    "bn": "সবাইকে স্বাগতম। আজ আমরা একটি ভিডিও বানাব।",
    "de": "Hallo und willkommen zu unserem Vortrag.",
    "es": "Hola y bienvenidos a nuestra presentación.",
    "fr": "Bonjour à tous et bienvenue chez nous.",
    "hi": "नमस्ते और स्वागत है। आज मैं आपको दिखाऊंगा।",
    "id": "Selamat pagi semuanya, dan selamat datang.",
    "it": "Ciao a tutti e benvenuti nel nostro studio.",
    "ja": "こんにちは、ようこそ。カメラはいりません。",
    "ko": "안녕하세요 오늘은 비디오를 만들어 봅시다.",
    "nl": "Hallo allemaal en welkom bij onze demo.",
    "pl": "Dzień dobry wszystkim i witamy serdecznie.",
    "pt-BR": "Olá a todos e sejam muito bem-vindos.",
    "ru": "Здравствуйте и добро пожаловать.",
    "sv": "Hej och välkommen till vår presentation.",
    "ta": "அனைவருக்கும் வணக்கம். இன்று ஒரு காணொளி.",
    "th": "สวัสดีครับ วันนี้ผมจะแสดงวิดีโอให้ดู",
    "tr": "Merhaba arkadaşlar, hoş geldiniz.",
    "uk": "Привіт усім, ласкаво просимо до відео.",
    "vi": "Xin chào các bạn và chào mừng đã đến.",
    "zh": "你好，欢迎观看。今天我来告诉大家。",
}


def _loudest(pcm: np.ndarray) -> int:
    return int(np.abs(pcm.astype(np.int32)).max())


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_every_word_of_a_language_is_spoken_in_order_and_shown_as_written(
    language: str, text: str
) -> None:
    speech = speak(text, language=language, voice="en-us+f4")

    assert "".join(word.text for word in speech.words) == text.replace(" ", "")
    starts = [word.start_s for word in speech.words]
    assert starts == sorted(set(starts))
    assert all(word.end_s > word.start_s for word in speech.words)
    assert 1 < speech.duration_s < 12
    assert _loudest(speech.pcm) > 3000
    assert len(speech.phonemes) > 8


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_engine_has_a_voice_for_every_language_on_the_list(tag: str) -> None:
    assert speak("1 2 3", language=tag).duration_s > 1


def test_the_same_script_gives_the_same_samples_every_time() -> None:
    first, second = (speak("Numbers: 3, 14 and 159.", voice="en-us+m3") for _ in range(2))

    assert np.array_equal(first.pcm, second.pcm)
    assert first.words == second.words
    assert first.phonemes == second.phonemes


def test_silence_stands_before_the_first_and_after_the_last_word() -> None:
    speech = speak("Hello there.")
    rate = speech.sample_rate_hz

    assert not speech.pcm[: int(LEAD_IN_S * rate)].any()
    assert not speech.pcm[-int(0.2 * rate) :].any()
    assert speech.words[0].start_s == pytest.approx(LEAD_IN_S, abs=0.05)
    assert speech.duration_s - speech.words[-1].end_s == pytest.approx(TAIL_S, abs=0.01)


def test_three_thousand_characters_are_spoken_to_the_last_word() -> None:
    text = ("A presenter speaks. " * 150)[:3000].strip()

    speech = speak(text)

    assert speech.words[-1].text == "speaks."
    assert len(speech.words) == len(text.split())
    assert 120 < speech.duration_s < 400


def test_one_word_is_enough() -> None:
    assert [word.text for word in speak("Hi").words] == ["Hi"]


def test_addresses_prices_and_dates_stay_one_word_each() -> None:
    text = 'Visit https://www.example.com/a?b=1 for $3.50, at 10:30, "quoted" state-of-the-art.'

    assert [word.text for word in speak(text).words] == text.split()


def test_the_scheme_of_an_address_is_shown_but_not_read_out() -> None:
    script = sanitize("See https://www.example.com now")

    assert script.written == "See https://www.example.com now"
    assert script.spoken == "See example.com now"


def test_emoji_markup_and_control_characters_are_neither_spoken_nor_shown() -> None:
    text = "# Title\n\n**Bold** 😀👨‍👩‍👧 <b>text</b>, a [link](https://x.example)\x07 and `code`.\n- one\n- two"

    script = sanitize(text)

    assert script.written == "Title\n\nBold text, a link and code. one two"


def test_marks_that_scripts_need_survive() -> None:
    assert sanitize("می‌خواهم क्ष n̈ 25°C C# 5 * 3 snake_case").written == (
        "می‌خواهم क्ष n̈ 25°C C# 5 * 3 snake_case"
    )


@pytest.mark.parametrize("text", ["", "  \n ", "😀 🎉", "?!…", "\u200b\u200d", "<b></b>"])
def test_a_script_with_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(InvalidScript, match="no letter or digit"):
        speak(text)


def test_a_script_beyond_the_voices_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(InvalidScript, match=f"{MAX_CHARACTERS:,}"):
        speak("a " * MAX_CHARACTERS)


def test_a_presenters_timbre_is_kept_in_another_language() -> None:
    assert engine_voice(find_language("de"), "en-us+f4") == "de+f4"
    assert engine_voice(find_language("en"), "en-us+f4") == "en-us+f4"
    assert engine_voice(find_language("en-GB"), "en-us+m3") == "en-gb-x-rp+m3"
    assert engine_voice(find_language("pt-BR"), None) == "pt-br"


def test_a_region_we_do_not_know_falls_back_to_its_language() -> None:
    assert find_language("de-AT").tag == "de"
    assert find_language("zh_Hans_CN").tag == "zh"


@pytest.mark.parametrize("voice", ["nobody", "en-us+klatt4", "en-us+", "../../etc/passwd"])
def test_a_voice_that_is_not_ours_is_refused(voice: str) -> None:
    with pytest.raises(UnknownOption, match="no voice"):
        speak("Hello", voice=voice)


def test_a_language_nobody_speaks_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownOption, match="pt-BR"):
        speak("nuqneH", language="tlh")


def test_a_voice_that_takes_too_long_is_ended() -> None:
    with pytest.raises(VoiceFailed, match="did not answer"):
        speak("Hello " * 2000, timeout_s=0.001)


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "espeakng_loader").mkdir()
    (tmp_path / "espeakng_loader" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(VoiceFailed, match="library file is missing"):
        speak("Hello")


def test_the_worker_finds_its_engine_alone_and_says_when_it_cannot() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", worker.__file__],
        input=b'{"text": "Hi", "voice": "en-us", "rate_wpm": 158, "pitch": 50, "cpu_limit_s": 5}',
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert done.returncode == worker.ENGINE_FAILED
    assert b"not installed" in done.stderr


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello everyone", "en"),
        ("Hi", "en"),
        ("OK", "en"),
        ("12345 😀", "en"),
        ("AI video demo 2026", "en"),
        ("Welcome to our product demo", "en"),
        ("Bonjour à tous et bienvenue", "fr"),
        ("Guten Tag, meine Damen und Herren", "de"),
        ("Olá, tudo bem com vocês?", "pt"),
        ("Hei alle sammen, og velkommen til vår video", "nb"),
        ("Привет всем и добро пожаловать в наше видео", "ru"),
        ("Привіт усім, ласкаво просимо до нашого відео", "uk"),
        ("नमस्ते", "hi"),
        ("今日は動画を作ります", "ja"),
        ("你好，欢迎观看 our video", "zh"),
        ("안녕하세요", "ko"),
        ("مرحبا", "ar"),
    ],
)
def test_the_language_of_a_script_is_found(text: str, language: str) -> None:
    assert detect_language(text) == language
