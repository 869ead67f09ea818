"""Failures on request, for simulated providers: what ``[[fail:tts:429x2]]`` asked for.

The faults of a request are put in place around one attempt at a stage (``injected``); a simulated
provider asks for those that are meant for it (``strike``) and otherwise knows nothing of them.
Errors are raised as a real adapter would raise them. ``empty`` and ``truncated`` are different:
the provider spoils its own output, so that the product's checks have something real to find.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import (
    AuthenticationFailed,
    BadRequest,
    BadResponse,
    ContentRejected,
    CreditExhausted,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
)
from app.domain.video_request import Fault
from app.providers.base import CallCancelled, CancelCheck
from app.providers.names import display_name

_LOOK_S = 0.1
"""How often a slow fault looks whether it was cancelled."""

DAMAGES = frozenset({"empty", "truncated"})
"""Kinds that spoil the output instead of raising."""

AFTER_ACCEPT = "timeout_after_accept"
"""The vendor took the work, but its answer was lost."""

ErrorFactory = Callable[[str], ProviderError]

ERRORS: Mapping[str, ErrorFactory] = {
    "timeout": lambda name: ProviderTimeout(
        f"{display_name(name)} did not answer in time.", provider=name
    ),
    "500": lambda name: ProviderUnavailable(
        f"{display_name(name)} is not available.", provider=name
    ),
    "503": lambda name: ProviderUnavailable(f"{display_name(name)} is overloaded.", provider=name),
    "429": lambda name: RateLimited(
        f"{display_name(name)} asks us to slow down.", provider=name, retry_after_s=1
    ),
    "401": lambda name: AuthenticationFailed(
        f"{display_name(name)} refuses our key.", provider=name
    ),
    "402": lambda name: CreditExhausted(
        f"The account at {display_name(name)} is empty.", provider=name
    ),
    "400": lambda name: BadRequest(
        f"{display_name(name)} could not read our request.", provider=name
    ),
    "rejected": lambda name: ContentRejected(
        f"{display_name(name)} refuses this script by its content policy.", provider=name
    ),
    "invalid": lambda name: BadResponse(
        f"{display_name(name)} gave an unreadable answer.", provider=name
    ),
}
"""What each kind becomes."""

KINDS = frozenset(ERRORS) | DAMAGES | {AFTER_ACCEPT}


@dataclass(frozen=True, slots=True)
class _Injected:
    faults: tuple[Fault, ...]
    attempt: int
    cancelled: CancelCheck
    wait: Callable[[float], None]


_current: ContextVar[_Injected | None] = ContextVar("injected_faults", default=None)


@contextmanager
def injected(
    faults: tuple[Fault, ...],
    *,
    attempt: int,
    cancelled: CancelCheck,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Put a request's faults in place for the calls of one attempt in this thread.

    Args:
        attempt: 1-based; ``xN`` strikes the attempts up to N.
        wait: sleeps; tests hand in another.
    """
    token = _current.set(_Injected(faults, attempt, cancelled, wait))
    try:
        yield
    finally:
        _current.reset(token)


def strike(provider: str, *targets: str) -> None:
    """Let the faults meant for any of ``targets`` happen.

    Raises:
        ProviderError: the failure asked for, with ``provider`` as its origin.
        CallCancelled: cancelled while being slow.
    """
    active = _current.get()
    for fault in _meant_for(targets):
        if fault.action == "slow" and active is not None:
            _be_slow(float(fault.kind.removesuffix("s")), active)
        elif fault.kind in ERRORS:
            raise ERRORS[fault.kind](provider)


def asked(kind: str, *targets: str) -> bool:
    """Whether a kind of failure that the caller acts out itself was asked for."""
    return any(fault.kind == kind for fault in _meant_for(targets))


def spoil(path: Path, *targets: str) -> None:
    """Empty or truncate a finished file, if that was asked for."""
    for fault in _meant_for(targets):
        if fault.kind == "empty":
            path.write_bytes(b"")
        elif fault.kind == "truncated":
            os.truncate(path, path.stat().st_size // 3)


def spoilt_text(text: str, *targets: str) -> str:
    """The same for a text."""
    for fault in _meant_for(targets):
        if fault.kind == "empty":
            text = ""
        elif fault.kind == "truncated":
            text = text[: len(text) // 3]
    return text


def _meant_for(targets: Collection[str]) -> list[Fault]:
    active = _current.get()
    if active is None:
        return []
    return [
        fault
        for fault in active.faults
        if fault.target in targets and (fault.times is None or active.attempt <= fault.times)
    ]


def _be_slow(seconds: float, active: _Injected) -> None:
    left_s = seconds
    while left_s > 0:
        if active.cancelled():
            raise CallCancelled
        step_s = min(_LOOK_S, left_s)
        active.wait(step_s)
        left_s -= step_s
