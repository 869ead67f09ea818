from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from PIL import Image

from studio import Clip, RenderSpec, Speech, package, probe, render_in_process, speak
from studio.errors import StorageFull, UnreadableMedia
from studio.media import join_clips, read_audio, write_wav
from studio.media.files import appearing
from studio.mouth import mouth_track
from studio.spec import DISCLOSURE
from studio.stage import Stage
from studio.timeline import FPS, Word

SQUARE = RenderSpec(aspect="1:1", captions=False)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Speech]]:
    """Three small clips of one renderer."""
    folder = tmp_path_factory.mktemp("scenes")
    made = []
    for index, text in enumerate(("First {scene} \\ here.", "Second & <last>, almost.", "Third.")):
        speech = speak(text)
        path = folder / f"{index}.mp4"
        render_in_process(replace(SQUARE, template=f"presenter{index + 1}"), speech, path)
        made.append((path, speech))
    return made


def _clips(scenes: list[tuple[Path, Speech]]) -> list[Clip]:
    return [Clip.of(path, speech) for path, speech in scenes]


def _soft_captions(path: Path) -> list[tuple[float, float, str]]:
    found = []
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.subtitles[0]):
            text = bytes(packet)[2:].decode()
            if text and packet.pts is not None and packet.duration is not None:
                start = float(packet.pts * packet.time_base)
                found.append((start, start + float(packet.duration * packet.time_base), text))
    return found


def test_a_package_is_everything_a_player_and_a_platform_want(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    made = package(_clips(scenes), tmp_path, stem="final", title="Drei Szenen é", language="de-AT")

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "final.jpg",
        "final.mp4",
        "final.srt",
        "final.vtt",
    ]
    info = made.info
    assert info.video is not None
    assert info.audio is not None
    assert (info.video.codec, info.video.profile, info.video.pix_fmt) == ("h264", "High", "yuv420p")
    assert (info.video.width, info.video.height, info.video.fps) == (720, 720, FPS)
    assert (info.audio.codec, info.audio.sample_rate_hz, info.audio.channels) == ("aac", 48_000, 1)
    assert [track.codec for track in info.subtitles] == ["mov_text"]
    assert {track.language for track in info.subtitles} == {"deu"}
    assert info.faststart
    assert info.metadata["title"] == "Drei Szenen é"
    assert info.metadata["comment"] == DISCLOSURE
    assert info.size_bytes == made.video.stat().st_size


def test_simulated_videos_say_so_in_their_metadata(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    made = package(_clips(scenes)[:1], tmp_path, title="x", language="en", mark="SIMULATED")

    assert made.info.metadata["comment"] == f"SIMULATED. {DISCLOSURE}"


def test_no_frame_and_no_caption_is_lost_at_a_join(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    made = package(_clips(scenes), tmp_path, title="", language="en")
    parts = [probe(path) for path, _ in scenes]

    with av.open(str(made.video)) as container:
        stamps = [frame.pts for frame in container.decode(video=0)]
        step = (stamps[-1] - stamps[0]) / (len(stamps) - 1)
    assert len(stamps) == sum(part.video.frames for part in parts if part.video)
    assert np.allclose(np.diff(stamps), step)

    begin_s = 0.0
    expected = []
    for part, (_, speech) in zip(parts, scenes, strict=True):
        expected += [begin_s + speech.words[0].start_s]
        begin_s += part.video.duration_s if part.video else 0
    soft = _soft_captions(made.video)
    assert [text for _, _, text in soft] == [cue.text for cue in made.cues]
    for start_s in expected:
        assert min(abs(start - start_s) for start, _, _ in soft) < 0.002


def test_special_characters_reach_the_soft_track_as_written(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    words = tuple(
        Word(text, 0.3 + index * 0.2, 0.5 + index * 0.2)
        for index, text in enumerate(["{\\b1}x", "a\\Nb", "C:\\new", "{y}", "<i>", "é你好"])
    )

    made = package([Clip(scenes[0][0], words)], tmp_path, title="", language="en")

    assert " ".join(text for _, _, text in _soft_captions(made.video)) == (
        "{\\b1}x a\\Nb C:\\new {y} <i> é你好"
    )


def test_sound_and_picture_stay_together_over_joins(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    made = package(_clips(scenes) * 4, tmp_path, title="", language="en")
    info = made.info
    assert info.video is not None
    assert info.audio is not None

    assert abs(info.video.duration_s - info.audio.duration_s) <= 1 / FPS
    with av.open(str(made.video)) as container:
        times = [packet.pts for packet in container.demux(audio=0) if packet.pts is not None]
    assert np.all(np.diff(times) > 0)
    assert np.abs(np.diff(times) - 1024).max() <= 1024  # never more than one packet's gap


def test_the_same_clips_give_the_same_bytes(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    first = package(_clips(scenes), tmp_path, stem="a", title="t", language="en")
    second = package(_clips(scenes), tmp_path, stem="b", title="t", language="en")

    for one, other in (
        (first.video, second.video),
        (first.srt, second.srt),
        (first.vtt, second.vtt),
        (first.poster, second.poster),
    ):
        assert one.read_bytes() == other.read_bytes()


def test_the_poster_shows_the_video_in_its_true_colours(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    made = package(_clips(scenes), tmp_path, title="", language="en", poster_at_s=0.4)

    with Image.open(made.poster) as image:
        poster = np.asarray(image.convert("RGB"), np.int16)
    speech = scenes[0][1]
    with Stage(SQUARE, mouth_track(speech), (), duration_s=speech.duration_s) as stage:
        drawn = stage.frame(10)
        wanted = drawn.reformat(format="rgb24", src_colorspace=Colorspace.ITU709).to_ndarray()
    assert poster.shape == (720, 720, 3)
    assert np.abs(poster - wanted.astype(np.int16)).mean() < 4


def test_a_poster_beyond_the_end_is_taken_from_the_middle(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    made = package(_clips(scenes)[2:], tmp_path, title="", language="en", poster_at_s=3600)

    with Image.open(made.poster) as image:
        assert image.size == (720, 720)


def test_clips_of_different_shape_are_not_joined(
    scenes: list[tuple[Path, Speech]], clip: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableMedia, match="cannot be joined"):
        join_clips([scenes[0][0], clip], tmp_path / "out.mp4")

    assert list(tmp_path.iterdir()) == []


def test_joining_tells_where_each_clip_begins(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    paths = [path for path, _ in scenes]

    starts = join_clips(paths, tmp_path / "out.mp4")

    lengths = [part.video.duration_s for part in map(probe, paths) if part.video]
    assert starts == pytest.approx((0, lengths[0], lengths[0] + lengths[1]))
    pcm, rate_hz = read_audio(tmp_path / "out.mp4")
    assert len(pcm) / rate_hz == pytest.approx(sum(lengths), abs=0.1)


@pytest.mark.parametrize("cut", [0, 60, 5000, 15_000])
def test_a_damaged_clip_is_unreadable_and_leaves_nothing(
    scenes: list[tuple[Path, Speech]], tmp_path: Path, cut: int
) -> None:
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(scenes[0][0].read_bytes()[:cut])

    with pytest.raises(UnreadableMedia):
        package([Clip(damaged)], tmp_path, title="", language="en")

    assert [path.name for path in tmp_path.iterdir()] == ["damaged.mp4"]


def test_no_clips_and_no_folder_are_named(
    scenes: list[tuple[Path, Speech]], tmp_path: Path
) -> None:
    with pytest.raises(UnreadableMedia, match="no clip"):
        package([], tmp_path)
    with pytest.raises(StorageFull):
        package(_clips(scenes), tmp_path / "none")


def test_a_full_disk_is_a_storage_error_and_leaves_no_part(tmp_path: Path) -> None:
    def fill_up() -> None:
        with appearing(tmp_path / "a") as part:
            part.write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StorageFull, match="No space"):
        fill_up()

    assert list(tmp_path.iterdir()) == []


def test_a_text_file_is_no_media(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("not media")

    for path in (tmp_path / "a.mp4", tmp_path / "none.mp4", tmp_path):
        with pytest.raises(UnreadableMedia):
            probe(path)


def test_sound_alone_is_probed_too(speech: Speech, tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", speech.pcm, speech.sample_rate_hz)
    info = probe(tmp_path / "a.wav")

    assert info.video is None
    assert info.audio is not None
    assert info.audio.duration_s == pytest.approx(speech.duration_s, abs=0.001)
    assert not info.faststart
