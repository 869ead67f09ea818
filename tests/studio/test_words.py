"""What no text may break: every word is shown once, in order, with a time of its own."""

from __future__ import annotations

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.captions import make_cues, to_srt, to_vtt
from studio.captions.cues import MOST_CHARACTERS, width
from studio.errors import InvalidScript
from studio.voice.sanitize import sanitize
from studio.voice.words import time_words, written_words

TEXTS = st.text(max_size=120) | st.text(
    alphabet="ab 1,.!\"'()[]*_`#<>/:\n-—你今日は、。「」ไทยाक\u0301\u200d\u200b😀{}\\&",
    max_size=120,
)
END_S = 5.0


@given(TEXTS)
@example("<" * 300)
@example("*a" * 60)
@example("[" * 100 + "](" * 100)
def test_sanitizing_twice_changes_nothing_more_and_keeps_only_what_can_be_shown(text: str) -> None:
    try:
        script = sanitize(text)
    except InvalidScript:
        return

    assert unicodedata.is_normalized("NFC", script.written)
    assert not any(unicodedata.category(char) in {"Cs", "Co", "Cn"} for char in script.written)
    assert not any(unicodedata.category(char) == "Cc" and char != "\n" for char in script.written)
    assert len(script.origins) == len(script.spoken)
    assert all(
        script.written[origin] == char
        for origin, char in zip(script.origins, script.spoken, strict=True)
    )


@given(
    TEXTS,
    st.lists(st.tuples(st.floats(0, END_S), st.integers(0, 130)), max_size=40),
)
def test_every_character_is_shown_once_whatever_the_voice_reports(
    text: str, events: list[tuple[float, int]]
) -> None:
    words = time_words(text, events, start_s=0.1, end_s=END_S)

    shown = "".join(word.text for word in words)
    assert "".join(shown.split()) == ("".join(text.split()) if words else "")
    assert all(word.text == " ".join(word.text.split()) for word in words)
    assert all(word.end_s > word.start_s for word in words)
    assert all(one.end_s == two.start_s for one, two in pairwise(words))


@given(TEXTS)
@settings(max_examples=60)
def test_captions_of_any_text_fit_and_are_well_formed(text: str) -> None:
    words = time_words(text, [], start_s=0.35, end_s=END_S)

    cues = make_cues(words)

    assert all(width(cue.text) <= MOST_CHARACTERS for cue in cues)
    assert "".join("".join(cue.text for cue in cues).split()) == "".join(
        "".join(word.text for word in words).split()
    )
    assert to_srt(cues).count(" --> ") == len(cues)
    assert sum(" --> " in line for line in to_vtt(cues).splitlines()) == len(cues)


def test_punctuation_that_stands_alone_joins_a_neighbour() -> None:
    def shown(text: str) -> list[str]:
        return [text[start:end] for start, end in written_words(text)]

    assert shown("Hello — world !") == ["Hello —", "world !"]
    assert shown("« Oui » dit-il") == ["« Oui »", "dit-il"]
    assert shown("¿ Cómo ?") == ["¿ Cómo ?"]
    assert shown("… — !") == []


def test_opening_brackets_go_with_the_word_they_open() -> None:
    text = "今天「视频」很好"

    spans = written_words(text, [0, 3, 6])

    assert [text[start:end] for start, end in spans] == ["今天", "「视频」", "很好"]


def test_words_without_an_event_share_the_time_of_their_neighbours() -> None:
    words = time_words("aa bbbb cc", [(1.0, 0), (4.0, 8)], start_s=0.0, end_s=5.0)

    assert [word.start_s for word in words] == pytest.approx([1.0, 2.0, 4.0])
    assert words[-1].end_s == 5.0


def test_events_that_go_back_in_time_are_not_believed() -> None:
    words = time_words("a b c", [(1.0, 0), (0.5, 2), (2.0, 4)], start_s=0.0, end_s=3.0)

    assert [word.start_s for word in words] == pytest.approx([1.0, 1.5, 2.0])


@pytest.mark.parametrize(
    "pattern",
    [
        "*a ",
        "_a ",
        "`a ",
        "[a",
        "[a](",
        "<a ",
        "<!--",
        "\n ",
        " ",
        "\t",
        "- ",
        "# ",
        "> ",
        "http://",
    ],
)
def test_a_text_made_to_be_slow_is_cleaned_at_once(pattern: str) -> None:
    text = (pattern * 20_000)[:19_998] + "a."

    started = time.process_time()
    sanitize(text)

    assert time.process_time() - started < 1
