from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.telemetry.logs import configure_logging
from app.telemetry.metrics import Metrics
from app.telemetry.redaction import redact, redact_text


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_records_and_those_of_libraries_are_json_lines(stream):
    configure_logging(level="INFO", style="json", stream=stream)
    structlog.get_logger("ours").info("job.created", job_id="vid_1")
    logging.getLogger("theirs").warning("disk %s", "slow")
    ours, theirs = lines(stream)
    assert (ours["event"], ours["job_id"], ours["level"]) == ("job.created", "vid_1", "info")
    assert (theirs["event"], theirs["logger"]) == ("disk slow", "theirs")
    assert str(ours["timestamp"]).endswith("Z")


def test_less_important_records_are_left_out(stream):
    configure_logging(level="WARNING", style="json", stream=stream)
    structlog.get_logger("ours").info("quiet")
    logging.getLogger("dbos").info("quiet too")
    assert stream.getvalue() == ""


def test_no_secret_gets_into_a_log_line_not_even_by_an_exception(stream):
    configure_logging(style="json", stream=stream)
    log = structlog.get_logger("ours")
    log.info(
        "asked", api_key="hunter2", script="what a person wrote", url="https://x/?signature=abc"
    )
    try:
        raise RuntimeError("Bearer abcdefgh12345678 refused by postgresql://u:hunter3@db/x")
    except RuntimeError:
        log.exception("failed", headers={"Authorization": "Bearer hunter4"})
    told = stream.getvalue()
    for secret in ("hunter", "what a person wrote", "signature=abc", "abcdefgh12345678"):
        assert secret not in told
    assert "RuntimeError" in told


def test_pretty_lines_are_for_people(stream):
    configure_logging(style="pretty", stream=stream)
    structlog.get_logger("ours").info("job.created", job_id="vid_1")
    assert "job.created" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


@pytest.mark.parametrize(
    "text",
    [
        "avk_01kabc_s3cretS3cret",
        "sk-proj-0123456789abcdef",
        "Authorization: Bearer abc.def.ghi-jkl",
        "https://host/v.mp4?expires=1&signature=abcdef",
        "postgresql://user:pa55@host/db",
    ],
)
def test_everything_that_looks_like_a_credential_is_taken_out_of_text(text):
    cleaned = redact_text(text)
    assert "[redacted]" in cleaned
    for secret in ("s3cretS3cret", "0123456789abcdef", "abc.def", "abcdef", "pa55"):
        assert secret not in cleaned


def test_harmless_fields_stay_and_private_ones_go_at_any_depth():
    assert redact(
        {"stage_key": "store", "status": "ok", "a": [{"token": "x"}], "key": None, "n": 1}
    ) == {"stage_key": "store", "status": "ok", "a": [{"token": "[redacted]"}], "key": None, "n": 1}


def test_metrics_tell_what_happened_without_ids():
    metrics = Metrics()
    metrics.http_answered(method="GET", route="/jobs/<id>", status=200, seconds=0.01)
    metrics.stage_ended(stage="store", outcome="failed", seconds=1, code="storage_full")
    metrics.job_created(route="single_scene")
    metrics.jobs_counted({"queued": 3})
    metrics.event_streams(2)
    text = metrics.render().decode()
    for line in (
        'avatar_http_requests_total{method="GET",route="/jobs/<id>",status="200"} 1.0',
        'avatar_stage_failures_total{code="storage_full",stage="store"} 1.0',
        'avatar_stage_seconds_count{outcome="failed",stage="store"} 1.0',
        'avatar_jobs_created_total{route="single_scene"} 1.0',
        'avatar_jobs{status="queued"} 3.0',
        "avatar_event_streams 2.0",
    ):
        assert line in text
