"""Creating jobs: idempotent, private to a tenant, paged."""

import threading

import pytest

from app.domain.errors import InvalidInput, NotFound
from app.domain.states import JobStatus
from app.domain.video_request import VideoRequest
from tests.jobs.bench import FAN, SINGLE, Bench

REQUEST = VideoRequest(script="Hello.", user_id="u@example.com")


def test_a_new_job_is_queued_with_its_first_stage(bench: Bench) -> None:
    job = bench.create(SINGLE, user_id="u@example.com")
    assert (job.status, job.progress, job.tenant) == (JobStatus.QUEUED, 0, "acme")
    assert job.plan == SINGLE
    assert job.request.user_id == "u@example.com"
    assert job.script == "Hello there."
    assert [(e.key, e.attempt) for e in bench.queue.entries] == [("validate", 1)]
    assert bench.types(job.id) == ["accepted"]


def test_the_request_decides_the_priority(bench: Bench) -> None:
    bench.create(SINGLE, priority=2)
    assert bench.queue.entries[0].priority == 2


def test_the_same_key_and_request_find_the_same_job(bench: Bench) -> None:
    def create() -> tuple[str, bool]:
        made = bench.jobs.create(
            REQUEST, SINGLE, tenant="acme", livemode=False, idempotency_key="k", fingerprint="f"
        )
        return made.job.id, made.created

    first, second = create(), create()
    assert first == (second[0], True)
    assert second[1] is False
    assert len(bench.queue.entries) == 1


def test_the_same_key_with_another_request_is_refused(bench: Bench) -> None:
    for tenant in ("acme", "other"):  # keys of different tenants do not meet
        bench.jobs.create(
            REQUEST, SINGLE, tenant=tenant, livemode=False, idempotency_key="k", fingerprint=tenant
        )
    with pytest.raises(InvalidInput) as refusal:
        bench.jobs.create(
            REQUEST, SINGLE, tenant="acme", livemode=False, idempotency_key="k", fingerprint="g"
        )
    assert refusal.value.code == "idempotency_key_reused"
    assert refusal.value.status == 422


def test_many_at_once_with_the_same_key_make_one_job(bench: Bench) -> None:
    found: list[tuple[str, bool]] = []

    def create() -> None:
        made = bench.jobs.create(
            REQUEST, SINGLE, tenant="acme", livemode=False, idempotency_key="k", fingerprint="f"
        )
        found.append((made.job.id, made.created))

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len({job_id for job_id, _ in found}) == 1
    assert sum(created for _, created in found) == 1
    assert bench.jobs.page().total == 1


def test_another_tenants_job_is_not_there(bench: Bench) -> None:
    job = bench.create(SINGLE, tenant="acme")
    assert bench.jobs.get(job.id).id == job.id
    assert bench.jobs.get(job.id, tenant="acme").id == job.id
    for look in (
        lambda: bench.jobs.get(job.id, tenant="other"),
        lambda: bench.jobs.detail(job.id, tenant="other"),
        lambda: bench.jobs.events(job.id, tenant="other"),
        lambda: bench.jobs.cancel(job.id, tenant="other", actor="x"),
        lambda: bench.jobs.resume(job.id, tenant="other", actor="x"),
        lambda: bench.jobs.decide(job.id, "script", "approve", tenant="other", actor="x"),
        lambda: bench.jobs.get("vid_none"),
        lambda: bench.jobs.artifact("art_none"),
    ):
        with pytest.raises(NotFound):
            look()
    assert bench.jobs.page(tenant="other").total == 0


def test_pages_are_newest_first_and_complete(bench: Bench) -> None:
    made = [bench.create(SINGLE, user_id=f"u{n % 2}").id for n in range(7)]
    first = bench.jobs.page(limit=3)
    second = bench.jobs.page(limit=3, cursor=first.next_cursor)
    third = bench.jobs.page(limit=3, cursor=second.next_cursor)
    listed = [job.id for page in (first, second, third) for job in page.jobs]
    assert listed == sorted(made, reverse=True)
    assert [page.total for page in (first, second, third)] == [7, 7, 7]
    assert third.next_cursor is None
    assert bench.jobs.page(user_id="u1").total == 3


def test_pages_and_counts_know_states(bench: Bench) -> None:
    cancelled = bench.create(SINGLE)
    bench.create(FAN)
    bench.jobs.cancel(cancelled.id, actor="me")
    assert [j.id for j in bench.jobs.page(status=JobStatus.CANCELLED).jobs] == [cancelled.id]
    counts = bench.jobs.counts()
    assert counts[JobStatus.CANCELLED] == 1
    assert counts[JobStatus.QUEUED] == 1
    assert counts[JobStatus.FAILED] == 0


def test_the_queue_is_as_deep_as_stages_wait_in_it(bench: Bench) -> None:
    assert bench.jobs.queue_depth() == 0
    job = bench.create(FAN)
    assert bench.jobs.queue_depth() == 1
    bench.step()
    assert bench.jobs.counts()[JobStatus.QUEUED] == 0
    waiting = len(bench.queue.entries)
    assert bench.jobs.queue_depth() == waiting > 1
    bench.take()
    assert bench.jobs.queue_depth() == waiting - 1
    bench.jobs.cancel(job.id, actor="me")
    assert bench.jobs.queue_depth() == 0
