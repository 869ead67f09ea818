"""What all capabilities share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.domain.errors import (
    BadRequest,
    BadResponse,
    InvalidInput,
    ProviderTimeout,
    ProviderUnavailable,
    StageFailed,
)
from studio import errors as studio_errors

CancelCheck = Callable[[], bool]
"""True once the caller wants no result any more. Cheap to call often."""


def never() -> bool:
    """A ``CancelCheck`` for callers that do not cancel."""
    return False


class CallCancelled(Exception):
    """A call stopped because its ``CancelCheck`` said so. No file is left behind."""


@contextmanager
def studio_failures(provider: str) -> Iterator[None]:
    """Give the errors of the studio and of its disk the names that the product knows.

    Args:
        provider: whose work it was, for the error.
    """
    try:
        yield
    except studio_errors.RenderCancelled as exc:
        raise CallCancelled from exc
    except (studio_errors.StorageFull, OSError) as exc:
        raise StageFailed(
            "There is no space left to work in, or the work folder cannot be written.",
            code="storage_full",
            retryable=True,
            remedy="Free some space, then retry the job from this stage.",
        ) from exc
    except studio_errors.InvalidScript as exc:
        raise InvalidInput(str(exc), field="script", code="unspeakable_script") from exc
    except studio_errors.UnknownOption as exc:
        raise BadRequest(str(exc), provider=provider) from exc
    except studio_errors.RenderTimedOut as exc:
        raise ProviderTimeout(str(exc), provider=provider) from exc
    except studio_errors.UnreadableMedia as exc:
        raise BadResponse(str(exc), provider=provider) from exc
    except studio_errors.StudioError as exc:
        raise ProviderUnavailable(str(exc), provider=provider) from exc
