"""The finished clip, judged by what a player would decode from it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import av
import numpy as np
import pytest

from benchmarks.lip_sync import closures, measure
from studio import RenderSpec, Speech, probe, render_in_process, speak
from studio.errors import RenderCancelled, StorageFull, UnknownOption
from studio.media import measure_loudness, read_audio
from studio.media.files import part_path
from studio.mouth import mouth_track
from studio.render import render
from studio.stage import Stage
from studio.timeline import FPS

SQUARE = RenderSpec(aspect="1:1")


def _decoded(path: Path) -> tuple[np.ndarray, list[av.VideoFrame]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return np.stack([frame.to_ndarray(format="yuv420p") for frame in frames]), frames


def test_a_clip_is_h264_and_aac_as_players_want_it(clip: Path) -> None:
    info = probe(clip)

    assert info.video is not None
    assert info.audio is not None
    assert (info.video.codec, info.video.profile, info.video.pix_fmt) == ("h264", "High", "yuv420p")
    assert (info.video.width, info.video.height, info.video.fps) == (1280, 720, FPS)
    assert (info.audio.codec, info.audio.sample_rate_hz) == ("aac", 48_000)
    assert info.faststart
    with av.open(str(clip)) as container:
        context = container.streams.video[0].codec_context
        next(container.decode(video=0))
        assert context.color_range == 1  # limited
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)


def test_sound_and_picture_are_of_one_length(clip: Path, speech: Speech) -> None:
    info = probe(clip)
    pcm, rate_hz = read_audio(clip)

    assert info.video is not None
    assert info.audio is not None
    assert abs(info.video.duration_s - info.audio.duration_s) <= 1 / FPS
    assert abs(info.video.duration_s - speech.duration_s) <= 1 / FPS
    assert abs(len(pcm) / rate_hz - info.video.duration_s) <= 1 / FPS


def test_decoded_sound_is_at_broadcast_loudness_without_peaks(clip: Path) -> None:
    reading = measure_loudness(*read_audio(clip))

    assert reading.integrated_lufs == pytest.approx(-16, abs=1)
    assert reading.true_peak_dbfs <= -1


def test_the_words_are_heard_where_their_timing_says(clip: Path, speech: Speech) -> None:
    pcm, rate_hz = read_audio(clip)
    envelope = np.abs(pcm.astype(np.float32))
    first = int(speech.words[0].start_s * rate_hz)
    window = rate_hz // 10

    assert envelope[: first - window // 2].max() < 1500
    assert envelope[first : first + 3 * window].max() > 3000


def test_lips_in_the_decoded_picture_follow_the_decoded_sound(clip: Path, speech: Speech) -> None:
    sync = measure(RenderSpec(captions=False), speech, clip)

    assert sync.r >= 0.6
    assert sync.r_shifted <= 0.25
    assert closures(speech) == 1


def test_no_part_of_any_frame_goes_black(clip: Path, speech: Speech) -> None:
    planes, _ = _decoded(clip)
    luma = planes[:, :720]
    with Stage(
        RenderSpec(captions=False), mouth_track(speech), (), duration_s=speech.duration_s
    ) as stage:
        left, top, right, _ = stage.head_box_px

    beside = luma[:, top : top + 200, max(0, left - 60) : left - 20].astype(np.int16)
    assert np.abs(beside - beside[0]).mean(axis=(1, 2)).max() < 4
    # as dark as the first frame in no cell of 40 x 40: what moves is a head, not a hole
    cells = luma.reshape(len(luma), 18, 40, 32, 40).mean(axis=(2, 4))
    assert (cells[1:] > 17.5).all()
    assert right > left


def test_the_picture_moves(clip: Path) -> None:
    planes, _ = _decoded(clip)

    changed = np.abs(np.diff(planes[:, :720].astype(np.int16), axis=0)).max(axis=(1, 2))
    assert (changed > 8).mean() > 0.5


def test_frames_stand_at_even_times(clip: Path) -> None:
    _, frames = _decoded(clip)

    assert np.allclose([frame.time for frame in frames], np.arange(len(frames)) / FPS)


def test_in_this_process_and_in_two_others_the_bytes_are_the_same(
    short_speech: Speech, tmp_path: Path
) -> None:
    spec = RenderSpec(aspect="1:1", title="The same", mark="SIMULATED")

    render(spec, short_speech, tmp_path / "a.mp4")
    render_in_process(spec, short_speech, tmp_path / "b.mp4")
    render_in_process(spec, short_speech, tmp_path / "c.mp4")

    first = (tmp_path / "a.mp4").read_bytes()
    assert first == (tmp_path / "b.mp4").read_bytes() == (tmp_path / "c.mp4").read_bytes()


def test_a_mark_and_another_seed_change_the_picture(short_speech: Speech, tmp_path: Path) -> None:
    specs = [SQUARE, RenderSpec(aspect="1:1", mark="SIMULATED"), RenderSpec(aspect="1:1", seed=8)]

    for index, spec in enumerate(specs):
        render(spec, short_speech, tmp_path / f"{index}.mp4")

    assert len({(tmp_path / f"{index}.mp4").read_bytes() for index in range(3)}) == 3


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("hi", "नमस्ते और स्वागत है।"),
        ("ar", "مرحبا بكم في الاستوديو."),
        ("zh", "你好，欢迎观看。"),
        ("de", "Donaudampfschifffahrtsgesellschaftskapitän!"),
        ("en", "😀 Hi 🎉"),
    ],
)
def test_every_script_makes_a_clip(language: str, text: str, tmp_path: Path) -> None:
    speech = speak(text, language=language)

    render(SQUARE, speech, tmp_path / "a.mp4")

    info = probe(tmp_path / "a.mp4")
    assert info.duration_s == pytest.approx(speech.duration_s, abs=1 / FPS)


def test_a_recording_without_words_still_moves_its_lips(
    short_speech: Speech, tmp_path: Path
) -> None:
    recording = Speech(short_speech.pcm, short_speech.sample_rate_hz, ())

    render(SQUARE, recording, tmp_path / "a.mp4")

    planes, _ = _decoded(tmp_path / "a.mp4")
    assert len(planes) == probe(tmp_path / "a.mp4").video.frames  # type: ignore[union-attr]


def test_progress_counts_every_frame(short_speech: Speech, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    render(SQUARE, short_speech, tmp_path / "a.mp4", on_progress=lambda *at: seen.append(at))

    total = seen[0][1]
    assert seen == [(done, total) for done in range(1, total + 1)]


def test_a_render_stops_when_asked_and_leaves_nothing(short_speech: Speech, tmp_path: Path) -> None:
    asked: list[bool] = []

    def stop_at_the_tenth_frame() -> bool:
        asked.append(True)
        return len(asked) == 10

    with pytest.raises(RenderCancelled):
        render(SQUARE, short_speech, tmp_path / "a.mp4", should_stop=stop_at_the_tenth_frame)

    assert len(asked) == 10
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_a_callback_comes_out_and_leaves_nothing(
    short_speech: Speech, tmp_path: Path
) -> None:
    def break_down(done: int, total: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        render(SQUARE, short_speech, tmp_path / "a.mp4", on_progress=break_down)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_named(short_speech: Speech, tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    part_path(out).symlink_to("/dev/full")

    with pytest.raises(StorageFull, match=r"No space is left to write a\.mp4"):
        render(SQUARE, short_speech, out)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_named(short_speech: Speech, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageFull, match=os.strerror(errno.ENOTDIR).lower()):
        render(SQUARE, short_speech, tmp_path / "file" / "a.mp4")


def test_an_unknown_template_is_refused(short_speech: Speech, tmp_path: Path) -> None:
    with pytest.raises(UnknownOption, match="presenter99"):
        render(RenderSpec(template="presenter99"), short_speech, tmp_path / "a.mp4")
