from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.bootstrap import Services, build
from app.jobs.address_guard import AddressRefused
from app.jobs.engine import Engine
from app.jobs.views import JobView
from app.pipelines.create_video import CreateVideo
from app.pipelines.plans import MEASURED_WEIGHTS, PACED_WEIGHTS
from app.settings import SettingsError, load
from app.storage import StorageReadOnly
from app.storage import local as local_store


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Services]]:
    made: list[Services] = []

    def services(**settings: object) -> Services:
        wanted = {"mock_mode": True, "data_dir": tmp_path / "data", "database_url": None} | settings
        made.append(build(load(**wanted)))
        return made[-1]

    yield services
    for each in made:
        each.close()


def test_building_starts_no_thread_and_makes_no_file(make, tmp_path):
    before = set(threading.enumerate())
    make()
    assert set(threading.enumerate()) == before
    assert not (tmp_path / "data").exists()


def test_preparing_twice_is_no_harm(make):
    services = make()
    services.prepare()
    services.prepare()
    services.database.ping()


def test_a_data_folder_that_cannot_be_made_is_told_with_what_to_do(make, tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StorageReadOnly) as refused:
        make().prepare()
    assert "DATA_DIR" in refused.value.remedy


@pytest.mark.parametrize(
    ("settings", "is_called"),
    [
        ({"host": "127.0.0.1"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "0.0.0.0", "require_api_key": True}, True),
    ],
)
def test_webhooks_reach_this_machine_only_where_strangers_cannot_ask_for_them(
    make, settings, is_called
):
    services = make(**settings)
    services.prepare()
    assert services.videos.calls_loopback is is_called
    sender, now = services.webhook_sender(), datetime.now(UTC)
    if is_called:
        assert sender.send("http://127.0.0.1:1/", "id", {}, now).error
    else:
        with pytest.raises(AddressRefused):
            sender.send("http://127.0.0.1:1/", "id", {}, now)


def test_a_database_of_no_known_kind_is_refused(make):
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        make(database_url="sqlite:///:memory:")


@pytest.mark.parametrize(
    ("chosen", "order"),
    [
        ("vibevoice", ("vibevoice", "elevenlabs")),
        ("elevenlabs", ("elevenlabs", "vibevoice")),
        ("sarvam", ("sarvam", "vibevoice", "elevenlabs")),
    ],
)
def test_who_was_chosen_speaks_first_and_the_others_stand_in(make, chosen, order):
    speech = make(tts_provider=chosen).speech
    assert (speech.provider, *speech.stand_ins) == order
    assert speech.vibevoice_available
    assert speech.elevenlabs_fallback == (chosen != "elevenlabs")


def test_progress_is_weighed_by_time_or_by_pace(make):
    assert make().videos.weights == MEASURED_WEIGHTS
    assert make(mock_pace_s=20).videos.weights == PACED_WEIGHTS


@pytest.fixture
def working(make) -> Iterator[Services]:
    services = make(queue_poll_s=0.05)
    services.prepare()
    engine = Engine(
        services.database,
        services.stages,
        queues=services.work.queues,
        workdir=services.work.workdir,
        client=services.engine_client,
        poll_s=services.work.poll_s,
    )
    engine.start()
    yield services
    engine.drain(30)


def finished(services: Services, job_id: str) -> JobView:
    deadline = time.monotonic() + 60
    while not (job := services.jobs.get(job_id)).status.is_final:
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    return job


@pytest.mark.parametrize(
    ("code", "public_code"), [(errno.ENOSPC, "storage_full"), (errno.EROFS, "storage_read_only")]
)
def test_a_disk_that_takes_nothing_fails_the_job_and_a_retry_after_the_mend_succeeds(
    working, monkeypatch, code, public_code
):
    def refuse(*_arguments: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as broken:
        broken.setattr(local_store, "_copy_whole", refuse)
        wanted = CreateVideo(script="Hi there.", aspect="1:1")
        job = finished(working, working.videos.submit(wanted, tenant="t").job.id)
    assert job.failure is not None
    assert (job.failure.code, job.failure.stage) == (public_code, "synthesize_speech")
    assert "then retry" in job.failure.remedy
    assert list(working.store.list()) == []

    working.jobs.resume(job.id, actor="test")
    again = finished(working, job.id)
    assert again.failure is None
    assert again.video is not None
    keys = [stage.key for stage in working.jobs.detail(job.id).stages]
    assert keys.count("enhance_script") == 1
