"""Webhooks: signed, retried, recorded, and never sent where they must not go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa

from app.db.tables import DELIVERIES, DELIVERY_ATTEMPTS
from app.jobs.address_guard import AddressGuard, AddressRefused
from app.jobs.deliveries import DELAYS_S, Deliveries
from app.jobs.webhook_sender import WebhookSender, shared_secret
from tests.jobs.bench import GATED, SINGLE, Bench

LOCAL = AddressGuard(allow_public=False, allow_loopback=True)
SECRET = "not-a-real-secret"


class Receiver:
    """A small server that answers as told and remembers what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.location: str | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append((self.path, headers, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                if receiver.location:
                    self.send_header("location", receiver.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def deliver_all(bench: Bench, sender: WebhookSender | None) -> list[float]:
    """Send everything due or delayed; returns the delays asked for."""
    deliveries = Deliveries(
        bench.database, bench.queue, sender, lambda: bench.now, jitter=lambda: 0.5
    )
    delays = []
    while bench.queue.deliveries:
        delivery_id, attempt, delay_s = bench.queue.deliveries.pop(0)
        delays.append(delay_s)
        bench.pass_time(delay_s)
        deliveries.deliver(delivery_id, attempt)
    return delays


def states(bench: Bench) -> list[tuple[str, int, str | None]]:
    with bench.database.reading() as session:
        rows = session.execute(sa.select(DELIVERIES).order_by(DELIVERIES.c.sequence))
        return [(row.status, row.attempts, row.reason) for row in rows]


def test_every_step_of_a_job_is_told_once_and_signed(bench: Bench, receiver: Receiver) -> None:
    job = bench.create(GATED, webhook_url=receiver.url)
    bench.run()
    bench.jobs.decide(job.id, "script", "approve", actor="a")
    bench.run()
    deliver_all(bench, WebhookSender(LOCAL, SECRET))
    told = [json.loads(body) for _, _, body in receiver.got]
    assert [event["type"] for event in told] == [
        "job.accepted",
        "job.started",
        "job.stage_completed",
        "job.stage_completed",
        "job.waiting_approval",
        "job.stage_completed",
        "job.stage_completed",
        "job.completed",
    ]
    assert {event["data"]["id"] for event in told} == {job.id}
    assert told[-1]["data"]["status"] == "completed"
    assert told[-1]["data"]["progress"] == 100
    assert told[4]["data"]["gate"] == "script"
    assert [event["data"]["sequence"] for event in told] == sorted(
        event["data"]["sequence"] for event in told
    )
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == len(told)
    key = base64.b64decode(shared_secret(SECRET).removeprefix("whsec_"))
    for path, headers, body in receiver.got:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{digest}"
        assert headers["content-type"] == "application/json"
        assert path == "/hook?x=1"
    assert {state for state, _, _ in states(bench)} == {"delivered"}


def test_failed_and_cancelled_jobs_are_told_too(bench: Bench, receiver: Receiver) -> None:
    cancelled = bench.create(SINGLE, webhook_url=receiver.url)
    bench.jobs.cancel(cancelled.id, actor="a")

    def broken(_: object) -> None:
        raise ZeroDivisionError

    bench.stages["validate"] = broken  # type: ignore[assignment]
    bench.create(SINGLE, webhook_url=receiver.url)
    bench.run()
    deliver_all(bench, WebhookSender(LOCAL, SECRET))
    told = [json.loads(body) for _, _, body in receiver.got]
    ends = [event for event in told if event["type"] in ("job.cancelled", "job.failed")]
    assert [event["type"] for event in ends] == ["job.cancelled", "job.failed"]
    assert ends[1]["data"]["code"] == "internal_error"


def test_without_a_webhook_nothing_is_stored(bench: Bench) -> None:
    bench.create(SINGLE)
    bench.run()
    assert bench.queue.deliveries == []
    assert states(bench) == []


def test_an_unwilling_receiver_is_asked_eight_times(bench: Bench, receiver: Receiver) -> None:
    bench.create(SINGLE, webhook_url=receiver.url)
    receiver.answers = [500, 503, 404, 302, 500, 500, 500, 500]
    receiver.location = receiver.url
    delays = deliver_all(bench, WebhookSender(LOCAL, SECRET))
    assert delays == [0.0, *DELAYS_S]
    assert len(receiver.got) == 8  # the redirect was not followed
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert states(bench) == [("failed", 8, "The receiver answered 500.")]
    with bench.database.reading() as session:
        rows = session.execute(
            sa.select(DELIVERY_ATTEMPTS.c.attempt, DELIVERY_ATTEMPTS.c.status_code)
        ).all()
    assert [tuple(row) for row in sorted(rows)][:3] == [(1, 500), (2, 503), (3, 404)]


def test_a_receiver_that_recovers_gets_it_once(bench: Bench, receiver: Receiver) -> None:
    bench.create(SINGLE, webhook_url=receiver.url)
    receiver.answers = [500, 200]
    deliver_all(bench, WebhookSender(LOCAL, SECRET))
    assert states(bench) == [("delivered", 2, None)]


def test_a_receiver_that_is_gone_is_left_in_peace(bench: Bench, receiver: Receiver) -> None:
    bench.create(SINGLE, webhook_url=receiver.url)
    receiver.answers = [410]
    deliver_all(bench, WebhookSender(LOCAL, SECRET))
    assert len(receiver.got) == 1
    assert states(bench)[0][0] == "failed"


def test_nobody_there_is_an_attempt_like_any_other(bench: Bench, receiver: Receiver) -> None:
    receiver.server.server_close()
    bench.create(SINGLE, webhook_url=receiver.url)
    deliver_all(bench, WebhookSender(LOCAL, SECRET))
    assert states(bench) == [("failed", 8, "The receiver could not be reached.")]


def test_a_try_that_was_made_is_not_made_again(bench: Bench, receiver: Receiver) -> None:
    bench.create(SINGLE, webhook_url=receiver.url)
    ((delivery_id, attempt, _),) = bench.queue.deliveries
    deliver_all(bench, WebhookSender(LOCAL, SECRET))
    again = Deliveries(bench.database, bench.queue, WebhookSender(LOCAL, SECRET), lambda: bench.now)
    again.deliver(delivery_id, attempt)
    again.deliver("evt_none", 1)
    assert len(receiver.got) == 1


def test_in_mock_mode_other_machines_are_skipped_without_a_lookup(bench: Bench) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host} was looked up")

    guard = AddressGuard(allow_public=False, allow_loopback=True, resolve=resolve)
    for url in ("https://example.com/hook", "https://93.184.216.34/hook"):
        bench.create(SINGLE, webhook_url=url)
    deliver_all(bench, WebhookSender(guard, SECRET))
    reason = "In mock mode webhooks are only sent to this machine."
    assert states(bench) == [("skipped", 0, reason)] * 2


def test_without_a_sender_it_is_recorded_as_skipped(bench: Bench) -> None:
    bench.create(SINGLE, webhook_url="https://example.com/hook")
    deliver_all(bench, None)
    assert states(bench) == [("skipped", 0, "This server sends no webhooks.")]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "ff02::1",
    ],
)
def test_a_name_that_leads_into_our_network_is_refused(address: str) -> None:
    guard = AddressGuard(
        allow_public=True, allow_loopback=False, resolve=lambda _h, _p: ["93.184.216.34", address]
    )
    with pytest.raises(AddressRefused):
        guard.check("https://hooks.example.com/x")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/x",
        "file:///etc/passwd",
        "https://",
        "https://user:pass@example.com/",
        "https://example.com:99999/",
        "https://[::1/",
        "https://2130706433/",
        "//example.com",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    guard = AddressGuard(
        allow_public=True, allow_loopback=False, resolve=lambda _h, _p: ["127.0.0.1"]
    )
    with pytest.raises(AddressRefused):
        guard.check(url)


def test_a_public_name_is_pinned_to_the_address_that_was_checked() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"]

    guard = AddressGuard(allow_public=True, allow_loopback=False, resolve=resolve)
    target = guard.check("https://Hooks.Example.com/x")
    assert (target.host, target.port, target.address) == ("hooks.example.com", 443, "93.184.216.34")
    assert asked == ["hooks.example.com"]


def test_the_sender_connects_to_the_pinned_address_and_names_the_host(receiver: Receiver) -> None:
    port = receiver.server.server_port
    guard = AddressGuard(
        allow_public=True, allow_loopback=True, resolve=lambda _h, _p: ["127.0.0.1"]
    )
    sent = WebhookSender(guard, SECRET).send(
        f"http://hooks.example.com:{port}/x", "evt_1", {"a": "ä"}, datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert sent.is_accepted
    ((_, headers, body),) = receiver.got
    assert headers["host"] == f"hooks.example.com:{port}"
    assert json.loads(body) == {"a": "ä"}
