from __future__ import annotations

import ast
import hashlib
import time
from pathlib import Path

import psutil
import pytest
import requests

from app.pipelines.magic import SCENARIOS
from studio.media import probe
from tests.e2e.server import FINAL, ROOT, Server, until

STEPS = [
    "Queued",
    "Validating script...",
    "Enhancing script...",
    "Generating voiceover...",
    "Rendering presenter...",
    "Composing video...",
    "Saving video...",
    "Completed",
]


def test_a_script_becomes_a_video_that_plays(server: Server, tmp_path: Path):
    script = "Welcome to the studio. This video was made from a few words."
    job = server.create(script, template="presenter2", userId="user@example.com", aspect="16:9")
    seen: list[tuple[int, str]] = []

    def done() -> bool:
        found = server.status(job)
        seen.append((found["progress"], found["current_step"]))
        assert (found["video_url"] is not None) == (found["status"] == "completed")
        assert (found["progress"] == 100) == (found["status"] == "completed")
        return found["status"] in FINAL

    until(done, 60)
    progress = [percent for percent, _ in seen]
    assert progress == sorted(progress)
    named = [
        step for number, (_, step) in enumerate(seen) if number == 0 or seen[number - 1][1] != step
    ]
    assert [step for step in STEPS if step in named] == named
    assert "Rendering presenter..." in named

    found = server.status(job)
    assert found["status"] == "completed"
    assert (found["template"], found["user_id"]) == ("presenter2", "user@example.com")
    info = probe(server.download(found, tmp_path / "video.mp4"))
    assert (info.video.codec, info.video.profile, info.video.pix_fmt) == ("h264", "High", "yuv420p")
    assert (info.video.width, info.video.height, info.video.fps) == (1280, 720, 25)
    assert (info.audio.codec, info.audio.sample_rate_hz) == ("aac", 48_000)
    assert info.faststart
    assert [track.codec for track in info.subtitles] == ["mov_text"]
    assert info.metadata["comment"].startswith("SIMULATED. AI-generated")
    assert info.metadata["title"]
    assert abs(info.video.duration_s - info.audio.duration_s) <= 0.041
    detail = server.get(f"/jobs/{job}")
    speech = next(stage for stage in detail["stages"] if stage["stage"] == "synthesize_speech")
    assert speech["provider"] == "vibevoice"


def test_the_link_needs_no_header_and_understands_ranges(server: Server):
    url = server.await_status(server.create(), "completed")["video_url"]
    part = requests.get(url, headers={"Range": "bytes=4-7"}, timeout=20)
    assert (part.status_code, part.content) == (206, b"ftyp")
    broken = requests.get(url[:-3] + "xyz", timeout=20)
    assert broken.status_code == 403


def test_the_same_request_gives_the_same_bytes(server: Server, tmp_path: Path):
    members = {"script": "Same words, same video.", "seed": 5, "captions": True}
    first, second = (server.create(**members) for _ in range(2))
    other = server.create(**members | {"seed": 6})
    sums = [
        hashlib.sha256(
            server.download(server.await_status(job, "completed"), tmp_path / "v.mp4").read_bytes()
        ).hexdigest()
        for job in (first, second, other)
    ]
    assert sums[0] == sums[1] != sums[2]


def test_scenes_are_drawn_side_by_side_and_joined(server: Server, tmp_path: Path):
    script = "First comes this. Then comes that. Last of all, bye. [[slow:render:1.5s]]"
    job = server.create(script, scenes=3)
    found = server.await_status(job, "completed")
    info = probe(server.download(found, tmp_path / "v.mp4"))
    stages = server.get(f"/jobs/{job}")["stages"]
    keys = {stage["key"] for stage in stages}
    assert {f"render_avatar[scene-{scene}]" for scene in (1, 2, 3)} <= keys
    spoken = sum(
        artifact["meta"]["duration_s"]
        for artifact in server.get(f"/jobs/{job}")["artifacts"]
        if artifact["kind"] == "speech"
    )
    assert abs(info.duration_s - spoken) <= 3 * 0.04 + 0.01
    assert info.subtitles
    renders = sorted(
        (stage["started_at"], stage["completed_at"])
        for stage in stages
        if stage["stage"] == "render_avatar"
    )
    assert renders[1][0] < renders[0][1], "the second began after the first had ended"


def test_captions_and_poster_lie_beside_the_video(server: Server):
    job = server.create("Read my lips, and the captions.")
    server.await_status(job, "completed")
    artifacts = {each["kind"]: each for each in server.get(f"/jobs/{job}")["artifacts"]}
    assert {"video", "captions_srt", "captions_vtt", "poster"} <= set(artifacts)
    vtt = requests.get(artifacts["captions_vtt"]["url"], timeout=20)
    assert vtt.text.startswith("WEBVTT")
    assert "lips" in vtt.text
    assert requests.get(artifacts["poster"]["url"], timeout=20).content.startswith(b"\xff\xd8\xff")


def test_a_script_can_wait_for_a_person_who_edits_it(server: Server):
    job = server.create("Draft words here.", approve_script=True)
    server.await_status(job, "waiting_approval")
    answer = server.post(
        f"/jobs/{job}/approvals/script",
        {"decision": "edit", "script": "Final words instead."},
    )
    assert answer.ok, answer.text
    found = server.await_status(job, "completed")
    assert found["script"] == "Final words instead."


@pytest.fixture(scope="module")
def scenario_jobs(server: Server) -> dict[str, str]:
    """Every magic input asked for at once; the slow one apart, to be cancelled."""
    return {
        scenario.input: server.create(f"Hi. {scenario.input}")
        for scenario in SCENARIOS
        if not scenario.input.startswith("[[slow")
    }


@pytest.mark.parametrize(
    "scenario",
    [each for each in SCENARIOS if not each.input.startswith("[[slow")],
    ids=lambda each: each.input,
)
def test_every_magic_input_ends_as_it_is_documented(server: Server, scenario_jobs, scenario):
    job = scenario_jobs[scenario.input]
    found = server.await_status(job)
    detail = server.get(f"/jobs/{job}")
    if scenario.outcome == "completes":
        assert found["status"] == "completed", found
        assert "[[" not in found["script"]
        return
    assert found["status"] == "failed"
    assert found["video_url"] is None
    assert found["error"].endswith(".")
    assert detail["failure"]["code"] == scenario.code
    assert detail["failure"]["stage"] == scenario.stage
    assert detail["failure"]["remedy"]


@pytest.mark.parametrize(
    ("magic", "stage"),
    [("[[fail:render:500x3]]", "render_avatar"), ("[[fail:store:fullx3]]", "store")],
)
def test_a_retry_by_hand_succeeds_and_repeats_no_finished_stage(server: Server, magic, stage):
    job = server.create(f"Hi. {magic}")
    server.await_status(job, "failed")
    assert server.post(f"/jobs/{job}/retry").ok
    server.await_status(job, "completed")
    attempts = [each["key"] for each in server.get(f"/jobs/{job}")["stages"]]
    assert {key: attempts.count(key) for key in attempts} == {
        key: 4 if key == stage else 1 for key in attempts
    }


def test_what_really_spoke_is_told_after_a_fallback(server: Server, scenario_jobs):
    job = scenario_jobs["[[fail:vibevoice:timeout]]"]
    server.await_status(job, "completed")
    stages = server.get(f"/jobs/{job}")["stages"]
    speech = next(stage for stage in stages if stage["stage"] == "synthesize_speech")
    assert speech["provider"] == "elevenlabs"


def test_a_slow_render_can_be_cancelled_within_a_second(server: Server):
    job = server.create("Hi. [[slow:render:30s]]")
    server.await_step(job, "Rendering presenter...")
    began = time.monotonic()
    assert server.post(f"/jobs/{job}/cancel").ok
    server.await_status(job, "cancelled")
    assert time.monotonic() - began < 1


def test_a_real_render_is_stopped_when_it_is_cancelled(server: Server):
    job = server.create("A long text to draw. " * 15, aspect="16:9", resolution="1080p")
    server.await_step(job, "Rendering presenter...")
    until(lambda: renders_of(server) > 0, 20)
    assert server.post(f"/jobs/{job}/cancel").ok
    assert server.status(job)["status"] == "cancelled"
    until(lambda: renders_of(server) == 0, 3)
    renders = server.folder / "data" / "work" / "renders"
    until(lambda: list(renders.iterdir()) == [], 3)


def renders_of(server: Server) -> int:
    found = 0
    for pid in server.children():
        try:
            found += "studio.render_worker" in psutil.Process(pid).cmdline()
        except psutil.Error:
            continue
    return found


class TestNothingLeavesTheMachine:
    def test_no_process_of_ours_tried(self, server: Server, guard: Path):
        job = server.create(
            "Nothing leaves. [[fail:vibevoice:500]]", webhook_url="http://localhost:9/"
        )
        peers: set[str] = set()

        def done() -> bool:
            for pid in [server.process.pid, *server.children()]:
                peers.update(peers_of(pid))
            return server.status(job)["status"] in FINAL

        until(done, 60)
        assert server.status(job)["status"] == "completed"
        guarded = (guard / "guarded").read_text()
        assert "app/main.py" in guarded
        assert "studio.render_worker" in guarded
        assert not (guard / "violations").exists(), (guard / "violations").read_text()
        assert {
            peer for peer in peers if not peer.startswith(("127.", "::1", "::ffff:127."))
        } == set()

    def test_the_guard_would_have_noticed(self, guard: Path, tmp_path: Path):
        import shutil
        import subprocess
        import sys

        shutil.copy(guard / "sitecustomize.py", tmp_path)
        tries = (
            "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
            "import urllib.request; urllib.request.urlopen('http://example.com', timeout=1)",
            "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))",
        )
        for code in tries:
            done = subprocess.run(
                [sys.executable, "-c", code],
                env={"PYTHONPATH": str(tmp_path)},
                capture_output=True,
                timeout=20,
                check=False,
            )
            assert b"the guard refuses" in done.stderr
        assert len((tmp_path / "violations").read_text().splitlines()) == len(tries)

    def test_the_voice_process_has_nothing_to_connect_with(self):
        """It runs isolated, where no guard reaches it: so its source must be harmless."""
        tree = ast.parse((ROOT / "studio" / "voice" / "worker.py").read_text())
        imported = {
            name.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for name in node.names
        } | {
            str(node.module).partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
        }
        assert imported
        assert imported.isdisjoint({"socket", "ssl", "http", "urllib", "asyncio", "subprocess"})


def peers_of(pid: int) -> set[str]:
    try:
        connections = psutil.Process(pid).net_connections()
    except psutil.Error:
        return set()
    return {connection.raddr.ip for connection in connections if connection.raddr}
