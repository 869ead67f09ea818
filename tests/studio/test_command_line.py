"""The whole studio at once: as a function and as a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio import RenderSpec, make_video, presenter_voice
from studio.__main__ import main
from studio.errors import InvalidScript, RenderCancelled, UnknownOption


def test_a_script_becomes_a_packaged_video_and_nothing_else(tmp_path: Path) -> None:
    spec = RenderSpec(template="presenter2", aspect="9:16", title="Guten Tag", mark="SIMULATED")

    made = make_video(
        "Guten Tag, meine Damen und Herren.", tmp_path / "new" / "hello.mp4", spec=spec
    )

    assert made.video == tmp_path / "new" / "hello.mp4"
    assert sorted(path.name for path in made.video.parent.iterdir()) == [
        "hello.jpg",
        "hello.mp4",
        "hello.srt",
        "hello.vtt",
    ]
    assert made.info.video is not None
    assert (made.info.video.width, made.info.video.height) == (720, 1280)
    assert made.info.metadata["title"] == "Guten Tag"
    assert made.info.metadata["comment"].startswith("SIMULATED. ")
    assert made.info.subtitles[0].language == "deu"  # found out from the text
    assert "Guten Tag," in made.srt.read_text(encoding="utf-8")


def test_the_same_request_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_video("Hello there.", tmp_path / f"{name}.mp4", spec=RenderSpec(aspect="1:1"))

    for suffix in ("mp4", "srt", "vtt", "jpg"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_what_fails_leaves_no_file_and_no_folder_of_work(tmp_path: Path) -> None:
    with pytest.raises(InvalidScript):
        make_video("…", tmp_path / "a.mp4")
    with pytest.raises(UnknownOption, match="presenter99"):
        make_video("Hello", tmp_path / "a.mp4", spec=RenderSpec(template="presenter99"))
    with pytest.raises(RenderCancelled):
        make_video("Hello", tmp_path / "a.mp4", cancelled=lambda: True)

    assert list(tmp_path.iterdir()) == []


def test_every_template_names_a_voice() -> None:
    assert presenter_voice(RenderSpec(template="presenter1"))
    assert presenter_voice(RenderSpec(presenter="alex")) == "en-us"
    with pytest.raises(UnknownOption):
        presenter_voice(RenderSpec(presenter="nobody"))


def test_the_command_shows_progress_and_where_the_video_is(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-W", "error", "-m", "studio", "-", str(tmp_path / "a.mp4")),
            *("--aspect", "1:1", "--presenter", "zoe", "--no-captions"),
        ],
        input="Hello there.",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert "100 %" in done.stderr
    assert f"{tmp_path / 'a.mp4'}: " in done.stdout
    assert (tmp_path / "a.vtt").exists()


def test_the_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0

    shown = capsys.readouterr().out
    assert "presenter2" in shown
    assert "maya" in shown
    assert "pt-BR" in shown


def test_the_command_says_in_a_sentence_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["😀", str(tmp_path / "a.mp4")]) == 1

    assert "no letter or digit" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.avi", "a", "a.MP4", "a.mp4.webm"])
def test_only_a_name_that_ends_in_mp4_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["Hello", str(tmp_path / "new" / name)]) == 1

    assert f"{name} must end in .mp4" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_which_folder_it_makes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "a.mp4"
    for _ in range(2):
        assert main(["Hi.", str(out), "--aspect", "1:1"]) == 0

    assert capsys.readouterr().err.count(f"{out.parent} is not there yet: it is made.") == 1


def test_the_command_refuses_half_a_request() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["Hello"])

    assert ended.value.code == 2
