"""One render = one process: its limits, its end, and what it leaves behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from studio import RenderSpec, Speech, probe, render_in_process, speak
from studio.errors import (
    RenderCancelled,
    RenderFailed,
    RenderOutOfMemory,
    RenderTimedOut,
    StorageFull,
    UnknownOption,
)

SQUARE = RenderSpec(aspect="1:1")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def long_speech() -> Speech:
    """Takes seconds to render, so that there is time to interfere."""
    return speak("There is a lot to say about this, and it will take its time. " * 8)


def _renders(parent: int | None = None) -> list[psutil.Process]:
    children = psutil.Process(parent).children(recursive=True)
    return [child for child in children if "studio.render_worker" in child.cmdline()]


def _eventually(is_so: Callable[[], bool], within_s: float = 10) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.02)
    return is_so()


def test_progress_arrives_while_the_child_draws(short_speech: Speech, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    info = render_in_process(
        SQUARE, short_speech, tmp_path / "a.mp4", on_progress=lambda *at: seen.append(at)
    )

    assert info == probe(tmp_path / "a.mp4")
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_cancelling_stops_the_child_within_a_second_and_leaves_no_file(
    long_speech: Speech, tmp_path: Path
) -> None:
    asked_at: list[float] = []
    drawn: list[int] = []

    def cancelled() -> bool:
        if not drawn:
            return False
        asked_at.append(time.monotonic())
        return True

    with pytest.raises(RenderCancelled):
        render_in_process(
            SQUARE,
            long_speech,
            tmp_path / "a.mp4",
            on_progress=lambda done, total: drawn.append(done),
            cancelled=cancelled,
        )

    assert time.monotonic() - asked_at[0] < 1
    assert _renders() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_cancelled_before_it_starts_starts_nothing(
    short_speech: Speech, tmp_path: Path
) -> None:
    with pytest.raises(RenderCancelled):
        render_in_process(SQUARE, short_speech, tmp_path / "a.mp4", cancelled=lambda: True)

    assert list(tmp_path.iterdir()) == []


def test_a_render_past_its_time_is_killed(long_speech: Speech, tmp_path: Path) -> None:
    with pytest.raises(RenderTimedOut, match=r"longer than 0\.9 s"):
        render_in_process(SQUARE, long_speech, tmp_path / "a.mp4", timeout_s=0.9)

    assert _renders() == []
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_hangs_is_killed_at_its_limit(long_speech: Speech, tmp_path: Path) -> None:
    def freeze(done: int, total: int) -> None:
        for child in _renders():
            child.suspend()

    with pytest.raises(RenderTimedOut):
        render_in_process(SQUARE, long_speech, tmp_path / "a.mp4", on_progress=freeze, timeout_s=3)

    assert _renders() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux only")
@pytest.mark.parametrize("limit_mb", [1, 90])
def test_a_render_beyond_its_memory_is_stopped(
    long_speech: Speech, tmp_path: Path, limit_mb: int
) -> None:
    with pytest.raises(RenderOutOfMemory):
        render_in_process(
            RenderSpec(resolution="1080p"),
            long_speech,
            tmp_path / "a.mp4",
            memory_limit_mb=limit_mb,
        )

    assert _renders() == []
    assert list(tmp_path.iterdir()) == []


def test_a_720p_render_stays_under_its_memory_figure(long_speech: Speech, tmp_path: Path) -> None:
    held: list[int] = []

    def weigh(done: int, total: int) -> None:
        held.extend(child.memory_info().rss for child in _renders())

    render_in_process(RenderSpec(), long_speech, tmp_path / "a.mp4", on_progress=weigh)

    quarter = len(held) // 4
    assert max(held) < 260 * 2**20
    assert max(held[-quarter:]) - max(held[quarter : 2 * quarter]) < 12 * 2**20


def test_a_crash_of_the_child_is_an_error_with_its_signal(
    long_speech: Speech, tmp_path: Path
) -> None:
    def crash(done: int, total: int) -> None:
        for child in _renders():
            child.send_signal(signal.SIGSEGV)

    with pytest.raises(RenderFailed, match="SIGSEGV"):
        render_in_process(SQUARE, long_speech, tmp_path / "a.mp4", on_progress=crash)

    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_during_the_render_is_named(
    long_speech: Speech, tmp_path: Path
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))  # inherited; a full disk alike
    try:
        with pytest.raises(StorageFull, match="No space is left"):
            render_in_process(SQUARE, long_speech, tmp_path / "a.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_an_unknown_template_are_named(
    short_speech: Speech, tmp_path: Path
) -> None:
    with pytest.raises(StorageFull, match="does not exist"):
        render_in_process(SQUARE, short_speech, tmp_path / "none" / "a.mp4")
    with pytest.raises(UnknownOption, match="presenter99"):
        render_in_process(RenderSpec(template="presenter99"), short_speech, tmp_path / "a.mp4")

    assert list(tmp_path.iterdir()) == []


def test_an_error_in_the_progress_callback_ends_the_child(
    long_speech: Speech, tmp_path: Path
) -> None:
    def break_down(done: int, total: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        render_in_process(SQUARE, long_speech, tmp_path / "a.mp4", on_progress=break_down)

    assert _renders() == []
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_file_stays_until_a_new_one_is_whole(
    long_speech: Speech, tmp_path: Path
) -> None:
    out = tmp_path / "a.mp4"
    out.write_bytes(b"earlier")

    with pytest.raises(RenderTimedOut):
        render_in_process(SQUARE, long_speech, out, timeout_s=0.9)

    assert out.read_bytes() == b"earlier"


def test_two_renders_at_once_do_not_disturb_each_other(
    short_speech: Speech, tmp_path: Path
) -> None:
    threads = [
        threading.Thread(
            target=render_in_process, args=(SQUARE, short_speech, tmp_path / f"{index}.mp4")
        )
        for index in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (tmp_path / "0.mp4").read_bytes() == (tmp_path / "1.mp4").read_bytes()


def test_the_child_is_started_from_any_folder_and_sees_no_secret(
    short_speech: Speech, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit('the wrong module')")
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    seen: list[dict[str, str]] = []

    render_in_process(
        SQUARE,
        short_speech,
        Path("out/a.mp4"),
        on_progress=lambda *_: seen.extend(child.environ() for child in _renders()),
    )

    assert seen
    assert all("OPENAI_API_KEY" not in environment for environment in seen)
    assert (tmp_path / "out" / "a.mp4").exists()


def test_a_child_that_died_without_a_word_is_told_of_in_one_clean_sentence(
    long_speech: Speech, tmp_path: Path
) -> None:
    def kill(*_: int) -> None:
        for child in _renders():
            child.kill()

    with pytest.raises(RenderFailed) as failed:
        render_in_process(SQUARE, long_speech, tmp_path / "a.mp4", on_progress=kill)
    assert str(failed.value) == "The render process was ended by SIGKILL."


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_is_killed_leaves_no_render_and_no_file(
    tmp_path: Path, how: signal.Signals
) -> None:
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from studio import RenderSpec, render_in_process, speak
        speech = speak("There is a lot to say about this, and it takes its time. " * 12)
        report = lambda done, total: print(done, flush=True)
        render_in_process(RenderSpec(aspect="1:1"), speech, Path(sys.argv[1]), on_progress=report)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "a.mp4")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().strip()  # it draws
        (child,) = _renders(server.pid)
        assert _eventually(lambda: any(path.suffix == ".part" for path in tmp_path.iterdir()))
        server.send_signal(how)
        server.wait(10)

    assert _eventually(lambda: not child.is_running() or child.status() == "zombie")
    assert _eventually(lambda: list(tmp_path.iterdir()) == [])
