"""Places for stages: entries and carried stages are counted together."""

from __future__ import annotations

import threading

from app.jobs.queues import QueueLimits
from app.jobs.slots import Offer, Slots


def slots(**more: QueueLimits) -> Slots:
    return Slots({"cpu": QueueLimits(per_worker=2), "llm": QueueLimits(per_worker=1)} | more)


def test_no_more_are_taken_than_the_limit_allows() -> None:
    places = slots()
    assert [places.take("cpu") for _ in range(3)] == [True, True, False]
    places.free("cpu")
    assert places.take("cpu")


def test_a_queue_with_a_limit_for_all_workers_or_that_is_not_listened_to_is_left_alone() -> None:
    places = slots(
        gpu=QueueLimits(everywhere=1, per_worker=1),
        paid=QueueLimits(starts=10),
        render=QueueLimits(carry=False),
    )
    assert not any(places.take(queue) for queue in ("gpu", "paid", "render", "elsewhere"))
    places.stop_carrying()
    assert not places.take("cpu")


def test_an_entry_that_waits_goes_before_a_stage_to_carry() -> None:
    places = slots()
    assert places.wait("llm")
    got = threading.Event()

    def claimed() -> None:
        assert places.wait("llm")
        got.set()

    waiting = threading.Thread(target=claimed)
    waiting.start()
    assert not got.wait(0.1)
    assert not places.take("llm")
    places.free("llm")
    assert got.wait(5)
    waiting.join()
    assert not places.take("llm")
    places.free("llm")
    assert places.take("llm")


def test_who_waits_is_sent_away_when_it_closes() -> None:
    places = slots()
    assert places.wait("llm")
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(places.wait("llm")))
    waiting.start()
    places.close()
    waiting.join(5)
    assert answers == [False]


def test_a_raised_limit_lets_the_waiting_in() -> None:
    places = slots()
    assert places.wait("llm")
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(places.wait("llm")))
    waiting.start()
    places.limit({"llm": QueueLimits(per_worker=2)})
    waiting.join(5)
    assert answers == [True]


def test_a_stage_of_the_same_queue_takes_over_the_place() -> None:
    places = slots()
    assert places.wait("llm")
    offer = Offer(places, "wrk", "llm")
    assert offer.take("llm")
    offer.close(accepted=True)
    assert not places.take("llm")
    Offer(places, "wrk", "llm").close(accepted=False)
    assert places.take("llm")


def test_an_offer_keeps_one_place_only_and_none_in_vain() -> None:
    places = slots()
    assert places.wait("llm")
    offer = Offer(places, "wrk", "llm")
    assert offer.take("cpu")
    assert offer.take("cpu")  # the transaction was tried again
    assert places.take("cpu")
    assert not places.take("cpu")
    offer.close(accepted=False)
    assert places.take("cpu")
    assert places.take("llm")
