from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from app.domain.video_request import Fault
from app.providers.faults import injected


@pytest.fixture
def failing() -> Callable[..., object]:
    """``with failing("vibevoice:timeout"):`` puts magic inputs in place for the calls inside."""

    @contextmanager
    def put_in_place(
        *wanted: str, attempt: int = 1, cancelled=lambda: False, wait=lambda _s: None
    ) -> Iterator[None]:
        faults = []
        for text in wanted:
            target, kind = text.split(":")
            kind, _, times = (
                kind.partition("x") if kind[-1].isdigit() and "x" in kind else (kind, "", "")
            )
            faults.append(
                Fault(
                    action="slow" if kind.endswith("s") and kind[:-1].isdigit() else "fail",
                    target=target,
                    kind=kind,
                    times=int(times) if times else None,
                )
            )
        with injected(tuple(faults), attempt=attempt, cancelled=cancelled, wait=wait):
            yield

    return put_in_place
