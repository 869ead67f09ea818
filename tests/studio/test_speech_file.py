from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from studio import Speech, align_words, load_speech, save_speech, speak
from studio.errors import InvalidScript, UnreadableMedia

TEXT = "Hello, and welcome! Today I will show you something new, and then we are done."


def test_a_speech_is_read_back_as_it_was(speech: Speech, tmp_path: Path) -> None:
    wav, timing = tmp_path / "speech.wav", tmp_path / "speech.json"

    save_speech(speech, wav, timing)
    loaded = load_speech(wav, timing)

    assert np.array_equal(loaded.pcm, speech.pcm)
    assert loaded.words == speech.words
    assert loaded.phonemes == speech.phonemes
    assert loaded.sentence_starts_s == speech.sentence_starts_s
    assert sorted(path.name for path in tmp_path.iterdir()) == ["speech.json", "speech.wav"]


def test_sound_without_timing_has_no_words(speech: Speech, tmp_path: Path) -> None:
    save_speech(speech, tmp_path / "speech.wav", tmp_path / "speech.json")

    loaded = load_speech(tmp_path / "speech.wav")

    assert loaded.words == ()
    assert loaded.duration_s == speech.duration_s


@pytest.mark.parametrize("content", ["", "[]", '{"version": 99}', '{"version": 1, "words": [[1]]}'])
def test_a_timing_file_that_is_not_ours_is_refused(
    speech: Speech, tmp_path: Path, content: str
) -> None:
    wav, timing = tmp_path / "speech.wav", tmp_path / "speech.json"
    save_speech(speech, wav, timing)
    timing.write_text(content)

    with pytest.raises(UnreadableMedia, match=r"speech\.json"):
        load_speech(wav, timing)


def test_timing_is_plain_json(short_speech: Speech, tmp_path: Path) -> None:
    save_speech(short_speech, tmp_path / "a.wav", tmp_path / "a.json")

    timing = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))

    assert [word[0] for word in timing["words"]] == ["One", "moment,", "please."]


def test_words_are_aligned_to_another_voices_pace_and_pauses() -> None:
    # another timbre, much slower, and half a second of extra silence at the start and the comma
    other = speak(TEXT, voice="en-us+m3", rate_wpm=110)
    comma = int(other.words[1].start_s * other.sample_rate_hz)
    silence = np.zeros(other.sample_rate_hz // 2, np.int16)
    recording = np.concatenate([silence, other.pcm[:comma], silence, other.pcm[comma:]])
    truth = [word.start_s + (0.5 if index == 0 else 1.0) for index, word in enumerate(other.words)]

    aligned = align_words(TEXT, recording, other.sample_rate_hz, "en")

    assert [word.text for word in aligned.words] == TEXT.split()
    errors = [abs(word.start_s - start) for word, start in zip(aligned.words, truth, strict=True)]
    assert max(errors) < 0.3
    assert float(np.mean(errors)) < 0.12
    assert aligned.timing_is_estimated
    assert aligned.phonemes == ()
    assert aligned.pcm is recording


def test_aligned_words_follow_one_another_strictly_inside_the_recording() -> None:
    recording = speak("Yes.").pcm  # far too short for the text

    aligned = align_words(TEXT, recording, 22_050)

    starts = [word.start_s for word in aligned.words]
    assert starts == sorted(set(starts))
    assert all(word.end_s > word.start_s for word in aligned.words)


def test_a_language_without_a_voice_is_timed_by_the_length_of_its_words() -> None:
    recording = speak("Some sound of a few seconds, whatever it says.").pcm

    aligned = align_words("tlhIngan maH taH je", recording, 22_050, "tlh")

    lengths = [word.end_s - word.start_s for word in aligned.words]
    assert [word.text for word in aligned.words] == ["tlhIngan", "maH", "taH", "je"]
    assert lengths[0] == max(lengths)


def test_silence_and_nothing_to_align_are_taken_calmly() -> None:
    aligned = align_words("One two", np.zeros(22_050, np.int16), 22_050)

    assert [word.text for word in aligned.words] == ["One", "two"]
    with pytest.raises(InvalidScript):
        align_words("…", np.zeros(22_050, np.int16), 22_050)
