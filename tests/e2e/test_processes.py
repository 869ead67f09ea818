from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
import requests

from studio.media import probe
from tests.e2e.server import (
    GUNICORN,
    MAIN,
    ROOT,
    WORKER,
    Server,
    environment,
    free_port,
    until,
)

LONG = "This takes a while to draw, so there is time to pull the plug. " * 3


def run(folder: Path, *command: str, **settings: object) -> subprocess.CompletedProcess[str]:
    settings.setdefault("PORT", free_port())
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, int(str(settings["PORT"])), **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def attempts(server: Server, job: str) -> Counter[str]:
    return Counter(stage["key"] for stage in server.get(f"/jobs/{job}")["stages"])


def test_it_starts_from_any_folder_and_answers_soon(start, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "app").mkdir(parents=True)
    (elsewhere / "app" / "__init__.py").write_text("raise SystemExit('the wrong app')")
    (elsewhere / "studio.py").write_text("raise SystemExit('the wrong studio')")
    server = start(cwd=elsewhere).await_ready()
    assert server.get("/health")["mock_mode"] is True
    assert server.terminate() == 0


def test_only_this_machine_can_reach_it_unless_told_otherwise(start):
    server = start().await_ready()
    listening = {
        connection.laddr.ip
        for pid in [server.process.pid, *server.children()]
        for connection in psutil.Process(pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_sigterm_finishes_the_stage_at_work_and_the_next_start_goes_on(start):
    server = start().await_ready()
    job = server.create(LONG)
    server.await_step(job, "Rendering presenter...")
    assert server.terminate() == 0
    assert "Traceback" not in server.log.read_text()

    server.start()
    server.await_ready()
    server.await_status(job, "completed")
    assert set(attempts(server, job).values()) == {1}, "a drained stage was run again"


def test_sigterm_ends_open_event_streams(start):
    server = start().await_ready()
    job = server.create("Hi. [[slow:render:5s]]")
    with requests.get(f"{server.url}/jobs/{job}/events", stream=True, timeout=20) as stream:
        assert stream.status_code == 200
        next(stream.iter_lines())
        began = time.monotonic()
        assert server.terminate() == 0
        assert time.monotonic() - began < 20


def test_ctrl_c_in_the_terminal_drains_too(start):
    server = start().await_ready()
    job = server.create()
    server.await_step(job, "Rendering presenter...")
    os.killpg(server.process.pid, signal.SIGINT)  # a terminal sends it to the whole group
    assert server.process.wait(40) == 0
    log = server.log.read_text()
    assert "Stopping: finishing what is at work." in log
    assert '"finished": true' in log
    assert "Traceback" not in log


def test_kill_9_in_the_middle_of_a_render_loses_nothing(start, tmp_path):
    server = start().await_ready()
    job = server.create(LONG)
    waiting = server.create("Second in line.")
    server.await_step(job, "Rendering presenter...")
    until(lambda: any("studio.render_worker" in line for line in commands(server)), 20)
    before = attempts(server, job)
    server.kill()

    server.start()
    server.await_ready()
    found = server.await_status(job, "completed")
    assert server.await_status(waiting, "completed")
    assert probe(server.download(found, tmp_path / "video.mp4")).duration_s > 8
    after = attempts(server, job)
    for finished in ("validate", "enhance_script", "synthesize_speech"):
        assert after[finished] == before[finished] == 1


def test_a_lost_master_takes_its_worker_along_and_gives_the_port_back(start):
    server = start().await_ready()
    (worker,) = server.children()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)
    until(lambda: not psutil.pid_exists(worker), 20)
    server.start()
    server.await_ready()


def test_renders_die_with_the_server_that_was_killed(start):
    server = start().await_ready()
    job = server.create(LONG)
    server.await_step(job, "Rendering presenter...")
    until(lambda: any("studio.render_worker" in line for line in commands(server)), 20)
    renders = [pid for pid in server.children() if "studio.render_worker" in command(pid)]
    worker = next(pid for pid in server.children() if pid not in renders)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not any("studio.render_worker" in command(pid) for pid in renders), 5)
    server.await_status(job, "completed", timeout_s=120)


def command(pid: int) -> list[str]:
    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


def commands(server: Server) -> list[list[str]]:
    return [command(pid) for pid in server.children()]


def test_the_deployed_form_is_web_and_worker_apart_and_neither_leaves_the_machine(start, guard):
    web = start(command=GUNICORN, cwd=ROOT, PYTHONPATH=guard)
    web.await_ready(status="degraded")
    job = web.create()
    time.sleep(0.5)
    assert web.status(job)["status"] == "queued"
    metrics_port = free_port()
    worker = start(command=WORKER, cwd=ROOT, WORKER_METRICS_PORT=metrics_port, PYTHONPATH=guard)
    web.await_status(job, "completed")
    metrics = requests.get(f"http://127.0.0.1:{metrics_port}/metrics", timeout=10).text
    assert 'avatar_stage_seconds_count{outcome="completed",stage="store"} 1.0' in metrics
    assert (web.terminate(), worker.terminate()) == (0, 0)
    guarded = (guard / "guarded").read_text()
    assert "app.worker" in guarded
    assert "gunicorn" in guarded
    assert not (guard / "violations").exists()


def test_a_small_instance_works_inside_gunicorn(start):
    server = start(command=GUNICORN, cwd=ROOT, RUN_WORKER="inline").await_ready()
    server.await_status(server.create(), "completed")
    assert server.terminate() == 0


def test_several_web_processes_share_their_metrics(start):
    server = start(command=GUNICORN, cwd=ROOT, WEB_CONCURRENCY=2)
    server.await_ready(status="degraded")
    for _ in range(30):
        requests.get(f"{server.url}/catalog", timeout=10)
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    counted = [line for line in text.splitlines() if 'route="/catalog",status="200"' in line]
    assert counted
    assert counted[0].endswith(" 30.0")


def test_the_pace_of_mock_mode_spreads_the_steps(start):
    server = start(MOCK_PACE_S=4).await_ready()
    began = time.monotonic()
    job = server.create()
    seen: set[int] = set()

    def done() -> bool:
        found = server.status(job)
        seen.add(found["progress"])
        return found["status"] == "completed"

    until(done, 30)
    assert 4 <= time.monotonic() - began < 15
    assert len(seen) > 8, "progress moved in jumps"


class TestRefusals:
    def test_a_taken_port_is_told_in_a_sentence(self, tmp_path):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            done = run(tmp_path, *MAIN, PORT=port)
        assert done.returncode == 1
        assert f"Cannot listen on 127.0.0.1 port {port}" in done.stderr
        assert "PORT=5001" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        "command", [MAIN, WORKER, GUNICORN], ids=["main", "worker", "gunicorn"]
    )
    @pytest.mark.parametrize(
        ("settings", "told"),
        [
            ({"MOCK_MODE": "maybe"}, "MOCK_MODE: say true or false"),
            ({"MOCK_MODE": "false"}, "MOCK_MODE: live mode comes with a later version"),
            (
                {
                    "MOCK_MODE": "false",
                    "OPENAI_API_KEY": "sk-secret-0123456789",
                    "VIBEVOICE_WS_ENDPOINT": "ws://gpu:1/tts",
                    "HEYGEN_API_KEY": "hg-secret-0123456789",
                },
                "this version has no live adapter",
            ),
            ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL must name a file"),
            ({"DATA_DIR": "/proc/nowhere"}, "data folder cannot be made"),
        ],
        ids=["unclear", "no keys", "no adapters", "no database", "no folder"],
    )
    def test_settings_it_cannot_start_from_are_told_without_a_traceback(
        self, tmp_path, command, settings, told
    ):
        done = run(tmp_path, *command, PYTHONPATH=ROOT, **settings)
        assert done.returncode != 0
        assert told in done.stderr
        assert "Traceback" not in done.stderr
        assert "live mode)" not in done.stderr, "nothing is announced that does not start"
        assert "secret-0123456789" not in done.stderr + done.stdout


class TestDemo:
    DEMO = (sys.executable, "-m", "app.demo")

    def test_it_makes_a_video_and_says_where_it_is(self, tmp_path):
        port = free_port()
        done = run(tmp_path, *self.DEMO, "--once", PORT=port, PYTHONPATH=ROOT, SCRIPT="Hello demo.")
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        video = Path(next(line for line in lines if line.startswith("Video")).split(maxsplit=1)[1])
        assert video.is_absolute()
        assert probe(video).video is not None
        video.unlink()
        assert f"http://127.0.0.1:{port}" in done.stdout
        assert "Rendering presenter..." in done.stdout
        assert "100 %" in done.stdout
        with socket.socket() as probing:
            assert probing.connect_ex(("127.0.0.1", port)) != 0, "--once left the server running"

    def test_it_keeps_serving_until_it_is_told_to_stop(self, tmp_path):
        port = free_port()
        with (tmp_path / "out").open("w") as out:
            process = subprocess.Popen(
                self.DEMO,
                cwd=tmp_path,
                env=environment(tmp_path, port, PYTHONPATH=ROOT, SCRIPT="Hi.", MOCK_MODE="false"),
                stdout=out,
                stderr=out,
            )
        try:
            until(lambda: "Ctrl-C" in (tmp_path / "out").read_text(), 60)
            health = requests.get(f"http://127.0.0.1:{port}/health", timeout=10).json()
            assert health["mock_mode"] is True, "the demo must never go live"
            process.send_signal(signal.SIGINT)
            assert process.wait(40) == 0
        finally:
            process.kill()
        text = (tmp_path / "out").read_text()
        Path(text.split("Video  ")[1].splitlines()[0]).unlink()
        assert "Stopped." in text
        with socket.socket() as probing:
            assert probing.connect_ex(("127.0.0.1", port)) != 0

    def test_a_port_used_by_something_else_is_told(self, tmp_path):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            began = time.monotonic()
            done = run(tmp_path, *self.DEMO, "--once", PORT=port, PYTHONPATH=ROOT)
        assert done.returncode == 1
        assert f"Port {port} is in use by another program" in done.stderr
        assert time.monotonic() - began < 45

    def test_a_script_that_is_refused_is_told(self, tmp_path):
        done = run(tmp_path, *self.DEMO, "--once", PYTHONPATH=ROOT, SCRIPT="...")
        assert done.returncode == 1
        assert "nothing in it to speak" in done.stderr
        assert "Traceback" not in done.stderr
