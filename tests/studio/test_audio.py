from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from studio import Speech
from studio.errors import StorageFull, UnreadableMedia
from studio.media import measure_loudness, polish, read_audio, write_wav
from studio.voice import speak

RATE_HZ = 22_050


def _tone(level: float, seconds: float = 3.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    wave = np.sin(2 * np.pi * 997 * np.arange(int(seconds * rate_hz)) / rate_hz)
    return (32767 * level * wave).astype(np.int16)


def _polished(pcm: np.ndarray, rate_hz: int) -> np.ndarray:
    blocks = [frame.to_ndarray()[0] for frame in polish(pcm, rate_hz)]
    return (np.concatenate(blocks).clip(-1, 1) * 32767).astype(np.int16)


def test_the_meter_reads_a_reference_tone_right() -> None:
    # EBU Tech 3341: a 1 kHz sine at -20 dBFS in one channel reads -23 LUFS
    reading = measure_loudness(_tone(0.1, rate_hz=48_000), 48_000)

    assert reading.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert reading.true_peak_dbfs == pytest.approx(-20.0, abs=0.2)


def test_silence_reads_as_silence() -> None:
    assert measure_loudness(np.zeros(RATE_HZ, np.int16), RATE_HZ).integrated_lufs <= -69


@pytest.mark.parametrize("gain", [0.02, 0.3, 1.0])
@pytest.mark.parametrize("voice", ["en-us+f4", "en-us+m3", "en-us"])
def test_speech_comes_out_at_sixteen_lufs_however_loud_it_was(voice: str, gain: float) -> None:
    speech = speak("Hello, and welcome! Today I will show you something new.", voice=voice)
    pcm = (speech.pcm * gain).astype(np.int16)

    reading = measure_loudness(_polished(pcm, speech.sample_rate_hz), 48_000)

    assert reading.integrated_lufs == pytest.approx(-16, abs=0.7)
    assert reading.true_peak_dbfs <= -1.3


def test_a_single_word_is_neither_lost_nor_blown_up() -> None:
    speech = speak("Hi")

    reading = measure_loudness(_polished(speech.pcm, speech.sample_rate_hz), 48_000)

    assert -19 < reading.integrated_lufs < -13
    assert reading.true_peak_dbfs <= -1.3


def test_silence_stays_silence() -> None:
    assert np.abs(_polished(np.zeros(RATE_HZ, np.int16), RATE_HZ)).max() == 0


def test_frames_are_what_the_aac_encoder_takes_and_as_long_as_the_speech(speech: Speech) -> None:
    frames = list(polish(speech.pcm, speech.sample_rate_hz))

    assert {frame.samples for frame in frames[:-1]} == {1024}
    assert {frame.sample_rate for frame in frames} == {48_000}
    assert [frame.pts for frame in frames] == [1024 * index for index in range(len(frames))]
    total = sum(frame.samples for frame in frames)
    assert total / 48_000 == pytest.approx(speech.duration_s, abs=0.005)


def test_a_wav_is_read_back_to_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    write_wav(path, _tone(0.5), RATE_HZ)

    pcm, rate_hz = read_audio(path)

    assert rate_hz == RATE_HZ
    assert np.array_equal(pcm, _tone(0.5))


def test_stereo_of_another_format_becomes_mono_at_the_rate_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "stereo.flac"
    tone = _tone(0.5, 1.0, 44_100)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=44_100, layout="stereo")
        frame = av.AudioFrame.from_ndarray(
            np.stack([tone, tone], axis=1).reshape(1, -1), format="s16", layout="stereo"
        )
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    pcm, rate_hz = read_audio(path, sample_rate_hz=16_000)

    assert rate_hz == 16_000
    assert len(pcm) == pytest.approx(16_000, abs=40)
    assert np.abs(pcm.astype(int)).max() == pytest.approx(16_383, rel=0.05)


@pytest.mark.parametrize("content", [b"", b"not sound at all", b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.wav"
    path.write_bytes(content)

    with pytest.raises(UnreadableMedia, match=r"odd\.wav"):
        read_audio(path)


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia):
        read_audio(tmp_path / "none.wav")


def test_a_folder_that_does_not_exist_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        write_wav(tmp_path / "none" / "tone.wav", _tone(0.1), RATE_HZ)
