from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.title import title_from_script


@pytest.mark.parametrize(
    ("script", "title"),
    [
        ("Welcome to the new office. Coffee is on the left.", "Welcome to the new office"),
        ("Hi! Here is what changed this week.", "Here is what changed this week"),
        (
            "Dr. Smith explains the law of gravity. It is fun.",
            "Dr. Smith explains the law of gravity",
        ),
        ("Sales grew by 12.5% in 2026! Great.", "Sales grew by 12.5% in 2026"),
        ("Why us? Because we listen to you.", "Because we listen to you"),
        ("Great news 🎉 for everyone 🚀!", "Great news for everyone"),
        ("Hello", "Hello"),
        ("Hello, and welcome! I am your presenter today.", "I am your presenter today"),
        ("  \n Spaces   and\nlines  in the way.  ", "Spaces and lines in the way"),
        ("«Привет, мир» — сказал он. Потом ушёл.", "«Привет, мир» — сказал он"),
        ("नमस्ते दुनिया। आज हम सीखेंगे कि यह कैसे होता है।", "आज हम सीखेंगे कि यह कैसे होता है"),
        ("今天我们学习新的东西。明天再来。", "今天我们学习新的东西"),
        ("¿Cómo estás hoy, amigo? Bien.", "¿Cómo estás hoy, amigo"),
        ("<script>alert(1)</script> was typed. So be it.", "<script>alert(1)</script> was typed"),
        ("It is written <b>bold</b>. So be it.", "It is written <b>bold</b>"),
        ("< The first sign stands alone.", "The first sign stands alone"),
        ("", ""),
        ("🎉🎉🎉", ""),
        ("?!…", ""),
    ],
)
def test_a_title_is_the_first_telling_sentence(script: str, title: str) -> None:
    assert title_from_script(script) == title


def test_a_long_sentence_is_cut_at_a_clause_if_there_is_one_late_enough() -> None:
    script = "When the river rises in the spring, the whole valley moves its herds to the hills."
    assert title_from_script(script) == "When the river rises in the spring"


def test_a_long_sentence_is_cut_at_a_word_and_not_left_dangling() -> None:
    script = "Today I will show you how a plain script turns into the video of your dreams tonight"
    title = title_from_script(script, max_chars=58)
    assert title == "Today I will show you how a plain script turns into"
    assert script.startswith(title + " ")


def test_a_single_endless_word_is_cut_hard() -> None:
    title = title_from_script("Donaudampf" * 20, max_chars=40)
    assert 30 <= len(title) <= 40


@given(st.text(max_size=300), st.integers(min_value=12, max_value=80))
def test_any_text_gives_a_short_clean_title(script: str, max_chars: int) -> None:
    title = title_from_script(script, max_chars=max_chars)
    assert len(title) <= max_chars
    assert title == title.strip()
    assert "\n" not in title
    if title:
        assert any(c.isalnum() for c in title)
        assert unicodedata.category(title[-1]) != "Cc"
        assert title[-1] not in ".,;:!?…。，、"
