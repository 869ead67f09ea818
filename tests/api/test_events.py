"""Following a job: by stream, by list, after a lost connection, on a busy or stopping server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from app.api.streams import Streams
from tests.api.site import assert_problem, wait_until


def parsed(text: str) -> list[dict[str, str]]:
    """The events of a stream; comments and the retry line left out."""
    frames = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and line[0] != ":")
        if "data" in fields:
            frames.append(fields)
    return frames


def follow(site, job_id, **headers):
    return site.client.get(f"/jobs/{job_id}/events", headers=headers)


def test_a_stream_tells_everything_from_acceptance_to_completion_and_ends(working_site):
    job_id = working_site.create(script="Follow me. ((slow))")
    answer = follow(working_site, job_id)
    assert answer.status_code == 200
    assert answer.content_type == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    text = answer.text
    assert text.startswith("retry: ")
    events = parsed(text)
    assert [int(event["id"]) for event in events] == list(range(1, len(events) + 1))
    kinds = [event["event"] for event in events]
    assert kinds[0] == "accepted"
    assert kinds[-1] == "completed"
    assert "started" in kinds
    assert "stage_completed" in kinds
    for event in events:
        data = json.loads(event["data"])
        assert data["sequence"] == int(event["id"])
        assert data["type"] == event["event"]
        assert data["job_id"] == job_id
        assert data["livemode"] is False


def test_a_stream_of_a_finished_job_replays_and_ends_at_once(working_site):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    started = time.monotonic()
    events = parsed(follow(working_site, job_id).text)
    assert events[-1]["event"] == "completed"
    assert time.monotonic() - started < 2


def test_a_reconnecting_client_gets_only_what_it_missed(working_site):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    everything = parsed(follow(working_site, job_id).text)
    rest = parsed(follow(working_site, job_id, **{"Last-Event-ID": "2"}).text)
    assert rest == everything[2:]
    nothing = parsed(follow(working_site, job_id, **{"Last-Event-ID": str(len(everything))}).text)
    assert nothing == []


def test_the_same_events_come_as_a_list(working_site):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    streamed = [json.loads(event["data"]) for event in parsed(follow(working_site, job_id).text)]
    found = follow(working_site, job_id, Accept="application/json").get_json()
    assert found["events"] == streamed
    assert found["status"] == "completed"
    assert found["last"] == len(streamed)
    later = working_site.client.get(
        f"/jobs/{job_id}/events?after=2", headers={"Accept": "application/json"}
    ).get_json()
    assert later["events"] == streamed[2:]
    end = working_site.client.get(
        f"/jobs/{job_id}/events?after={found['last']}", headers={"Accept": "application/json"}
    ).get_json()
    assert end["events"] == []
    assert end["last"] == found["last"]


def test_a_job_that_failed_and_was_retried_is_told_to_its_real_end(working_site):
    job_id = working_site.create(script="Twice. ((break once))")
    working_site.wait(job_id, "failed")
    working_site.client.post(f"/jobs/{job_id}/retry")
    working_site.wait(job_id, "completed")
    kinds = [event["event"] for event in parsed(follow(working_site, job_id).text)]
    assert "failed" in kinds
    assert kinds[-1] == "completed"


def test_when_every_stream_is_taken_the_next_client_is_told_to_poll(make_site):
    site = make_site(sse_max_streams=1)
    job_id = site.create()
    streams: Streams = site.app.extensions["streams"]
    give_back = streams.open()
    answer = follow(site, job_id)
    problem = assert_problem(answer, 503, "streams_busy")
    assert int(answer.headers["Retry-After"]) >= 1
    assert problem["retry_after"] == int(answer.headers["Retry-After"])
    assert "application/json" in problem["message"]
    assert follow(site, job_id, Accept="application/json").status_code == 200
    give_back()
    give_back()
    assert streams.count == 0
    site.client.post(f"/jobs/{job_id}/cancel")
    assert follow(site, job_id).status_code == 200


def test_a_finished_stream_gives_its_slot_back(working_site):
    job_id = working_site.create()
    for _ in range(working_site.services.http.sse_max_streams + 2):
        assert follow(working_site, job_id).status_code == 200
    assert working_site.app.extensions["streams"].count == 0


def test_asking_for_the_head_of_a_stream_takes_no_slot(site):
    job_id = site.create()
    for _ in range(10):
        answer = site.client.head(f"/jobs/{job_id}/events")
        assert answer.status_code == 200
        answer.close()
    assert site.app.extensions["streams"].count == 0


def test_an_answer_that_is_never_read_gives_its_slot_back(site):
    job_id = site.create()
    answer = site.client.get(f"/jobs/{job_id}/events", buffered=False)
    assert site.app.extensions["streams"].count == 1
    answer.close()
    assert site.app.extensions["streams"].count == 0


@pytest.fixture
def served(make_site):
    """A site behind a real socket, with streams that look often."""
    site = make_site()
    site.app.extensions["streams"] = Streams(2, look_every_s=0.02, heartbeat_s=0.05)
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site, server.server_port
    site.app.extensions["streams"].stop()
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@contextmanager
def listening(port: int, path: str) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield connection


def read_until(connection: socket.socket, wanted: bytes) -> bytes:
    received = b""
    while wanted not in received:
        chunk = connection.recv(4096)
        assert chunk, received
        received += chunk
    return received


def test_a_client_that_hangs_up_frees_its_slot(served):
    site, port = served
    path = f"/jobs/{site.create()}/events"
    streams = site.app.extensions["streams"]
    with listening(port, path) as stays:
        with listening(port, path) as leaves:
            for connection in (stays, leaves):
                read_until(connection, b"event: accepted")
            assert streams.count == 2
            with listening(port, path) as refused:
                assert b" 503 " in read_until(refused, b"\r\n")
        wait_until(lambda: streams.count == 1, 5)
        with listening(port, path) as welcome:
            assert b" 200 " in read_until(welcome, b"event: accepted")
    wait_until(lambda: streams.count == 0, 5)


def test_a_slot_is_free_soon_after_its_client_hung_up(served):
    site, port = served
    streams = site.app.extensions["streams"] = Streams(1)
    with listening(port, f"/jobs/{site.create()}/events") as leaves:
        read_until(leaves, b"event: accepted")
    hung_up = time.monotonic()
    wait_until(lambda: streams.count == 0, 5)
    assert time.monotonic() - hung_up < 2


def test_a_quiet_stream_is_kept_alive_by_comments(served):
    site, port = served
    with listening(port, f"/jobs/{site.create()}/events") as connection:
        assert b"event: accepted" in read_until(connection, b": still here\n\n")


def test_an_event_reaches_an_open_stream_at_once_and_the_last_one_ends_it(served):
    site, port = served
    job_id = site.create()
    with listening(port, f"/jobs/{job_id}/events") as connection:
        read_until(connection, b"event: accepted")
        started = time.monotonic()
        site.client.post(f"/jobs/{job_id}/cancel")
        read_until(connection, b"event: cancelled")
        assert time.monotonic() - started < 2
        wait_until(lambda: site.app.extensions["streams"].count == 0, 5)


def test_a_stopping_server_ends_its_streams_and_opens_none(served):
    site, port = served
    path = f"/jobs/{site.create()}/events"
    streams = site.app.extensions["streams"]
    with listening(port, path) as connection:
        read_until(connection, b"event: accepted")
        streams.stop()
        wait_until(lambda: streams.count == 0, 5)
    with listening(port, path) as late:
        assert b" 503 " in read_until(late, b"\r\n")
