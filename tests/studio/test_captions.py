from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from studio.captions import make_cues, to_srt, to_vtt
from studio.captions.cues import MOST_CHARACTERS, MOST_WORDS, width
from studio.timeline import Cue, Word, join_words
from studio.voice import speak

SCRIPT = (
    "Hello, and welcome! Today I will show you how easy it is to turn a plain script into a "
    "finished video. No camera, no studio, and no waiting around: just type your text."
)


def _words(text: str, step_s: float = 0.3) -> list[Word]:
    return [
        Word(part, index * step_s, (index + 1) * step_s) for index, part in enumerate(text.split())
    ]


def test_a_cue_is_short_and_no_word_is_lost() -> None:
    words = speak(SCRIPT).words

    cues = make_cues(words)

    assert [word for cue in cues for word in cue.words] == list(words)
    assert all(len(cue.words) <= MOST_WORDS for cue in cues)
    assert all(len(cue.text) <= MOST_CHARACTERS for cue in cues)


def test_a_cue_ends_where_a_sentence_does() -> None:
    cues = make_cues(_words('He said "stop." Then he left the house, quite late. Bye'))

    assert [cue.text for cue in cues] == [
        'He said "stop."',
        "Then he left the house,",
        "quite late.",
        "Bye",
    ]


def test_a_heading_without_a_full_stop_stands_alone() -> None:
    speech = speak("Our plan\n\nWe begin today")

    cues = make_cues(speech.words, speech.sentence_starts_s)

    assert [cue.text for cue in cues] == ["Our plan", "We begin today"]


def test_a_full_cue_leaves_no_word_alone_on_the_next() -> None:
    cues = make_cues(_words("one two three four five six seven eight."))

    assert [len(cue.words) for cue in cues] == [6, 2]


def test_a_word_that_is_too_long_is_hyphenated() -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk."
    cues = make_cues([Word(word, 0.0, 2.0)])

    assert [cue.text for cue in cues] == [f"{word[:39]}-", word[39:]]
    assert cues[0].end_s == pytest.approx(2.0 * 39 / len(word))


def test_an_endless_address_is_cut_so_that_it_fits_and_shares_its_time() -> None:
    address = f"https://{'x' * 92}"
    cues = make_cues([Word(address, 1.0, 2.0)])

    assert "".join(cue.text for cue in cues) == address, "a hyphen would be another address"
    assert [len(cue.text) for cue in cues] == [40, 40, 20]
    assert cues[0].start_s == 1.0
    assert cues[0].end_s == pytest.approx(1.4)
    assert cues[-1].end_s == 2.0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "今天我来告诉大家制作视频有多么简单而且这是一个没有任何标点符号的非常长的句子" * 3),
        ("ja", "今日はみなさんに新しい動画の作り方を分かりやすく紹介していきたいと思います" * 3),
        ("th", "วันนี้ผมจะแสดงให้คุณเห็นว่าการทำวิดีโอนั้นง่ายแค่ไหนและไม่ต้องใช้กล้อง" * 3),
    ],
)
def test_scripts_without_spaces_get_cues_of_ordinary_size_and_no_added_spaces(
    language: str, text: str
) -> None:
    cues = make_cues(speak(text, language=language).words)

    assert len(cues) > 3
    assert all(width(cue.text) <= MOST_CHARACTERS for cue in cues)
    assert "".join(cue.text for cue in cues) == text


def test_words_join_with_spaces_only_where_the_script_has_them() -> None:
    assert join_words(["你好，", "世界"]) == "你好，世界"
    assert join_words(["Hello", "world"]) == "Hello world"
    assert join_words(["안녕", "하세요"]) == "안녕 하세요"
    assert join_words([]) == ""


def test_srt_has_numbered_blocks_with_comma_times() -> None:
    cues = (Cue((Word("Hi", 0.35, 0.8), Word("<you>", 0.8, 1.2))), Cue((Word("2", 3661.5, 3662),)))

    assert to_srt(cues) == (
        "1\n00:00:00,350 --> 00:00:01,200\nHi <you>\n\n2\n01:01:01,500 --> 01:01:02,000\n2\n"
    )


def test_vtt_has_a_stamp_before_every_word_but_the_first_and_escapes_markup() -> None:
    cues = (Cue((Word("A", 0.35, 0.8), Word("<b>&", 0.8, 1.2), Word("-->", 1.2, 1.5))),)

    assert to_vtt(cues, language="en-GB") == (
        "WEBVTT\nLanguage: en-GB\n\n1\n00:00:00.350 --> 00:00:01.500\n"
        "A <00:00:00.800>&lt;b&gt;&amp; <00:00:01.200>--&gt;\n"
    )


def test_an_arrow_cannot_break_an_srt_block() -> None:
    text = to_srt((Cue((Word("-->", 0.0, 1.0),)),))

    assert text.count("-->") == 1


@pytest.mark.parametrize("write", [to_srt, to_vtt])
def test_cues_never_overlap(write: Callable[[tuple[Cue, ...]], str]) -> None:
    cues = make_cues(speak(SCRIPT).words)

    times = [
        clock.strip()
        for line in write(cues).splitlines()
        if " --> " in line
        for clock in line.split("-->")
    ]

    assert len(times) == 2 * len(cues)
    assert times == sorted(times)


def test_a_word_stamp_lies_strictly_inside_its_cue() -> None:
    for block in to_vtt(make_cues(speak(SCRIPT).words)).split("\n\n")[1:]:
        _, span, payload = block.strip().split("\n")
        start, end = span.split(" --> ")
        stamps = re.findall(r"<([\d:.]+)>", payload)
        assert stamps == sorted(stamps)
        assert all(start < stamp < end for stamp in stamps)


def test_no_words_give_an_empty_but_valid_file() -> None:
    assert make_cues([]) == ()
    assert to_srt(()) == ""
    assert to_vtt(()) == "WEBVTT\n"
