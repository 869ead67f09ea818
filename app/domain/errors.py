"""Every error the product raises on purpose.

AppError (code, status, retryable, remedy)
├── InvalidInput 422 · NotFound 404 · Conflict 409 · Unauthorized 401
├── Forbidden 403 · QuotaExceeded 429
├── NotReady 503            a dependency of ours (database, disk) is away
├── StageFailed 500         our own work went wrong: retryable or not, as it says
└── ProviderError 502       (provider, request_id, retry_after_s; retryable? falls_over?)
    ├── ProviderUnavailable   retryable  falls over    connect, DNS, 5xx
    │   └── ProviderTimeout   retryable  falls over    may be billed: reuse the idempotency key
    ├── RateLimited           retryable  falls over    429, honours Retry-After
    ├── BadResponse           retryable  falls over    unparsable answer, unplayable media
    ├── AuthenticationFailed             falls over    alerts a person
    ├── CreditExhausted                  falls over    alerts a person
    ├── BadRequest                                     our bug: fail fast and loudly
    └── ContentRejected                                policy: tell the user, never route around

``code`` is public and stable. Messages are sentences for the user: no key, no signed URL and no
script text.
"""

from __future__ import annotations

from typing import ClassVar


class AppError(Exception):
    """A failure with a name. ``str(error)`` is one plain sentence for the user."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    default_remedy: ClassVar[str] = "Please report this with the request id."

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        remedy: str | None = None,
        retry_after_s: float | None = None,
        code: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        """The request member at fault, dotted: ``script`` or ``scenes.0``."""
        self.remedy = remedy or self.default_remedy
        self.retry_after_s = retry_after_s
        if code is not None:
            self.code = code  # type: ignore[misc]  # an instance may be more exact than its class
        if retryable is not None:
            self.retryable = retryable  # type: ignore[misc]


class InvalidInput(AppError):
    """The request says something we cannot do."""

    code = "invalid_input"
    status = 422
    default_remedy = "Correct the field and send the request again."


class NotFound(AppError):
    """There is no such thing, or it belongs to someone else."""

    code = "not_found"
    status = 404
    default_remedy = "Check the id."


class Conflict(AppError):
    """The thing is not in a state that allows this."""

    code = "conflict"
    status = 409
    default_remedy = "Read the current state and decide again."


class Unauthorized(AppError):
    """No valid key came with the request."""

    code = "unauthorized"
    status = 401
    default_remedy = "Send a valid API key as 'Authorization: Bearer <key>'."


class Forbidden(AppError):
    """The key is valid but may not do this."""

    code = "forbidden"
    status = 403
    default_remedy = "Use a key with the scope this route asks for."


class QuotaExceeded(AppError):
    """Too much, too often."""

    code = "quota_exceeded"
    status = 429
    default_remedy = "Wait, then try again."


class NotReady(AppError):
    """Something of our own that the request needs is away for the moment."""

    code = "not_ready"
    status = 503
    retryable = True
    default_remedy = "Try again shortly."


class StageFailed(AppError):
    """A stage of our own making could not do its work."""

    code = "stage_failed"
    status = 500
    default_remedy = "Retry the job from this stage."


class ProviderError(AppError):
    """A vendor, or our own engine behind a provider's interface, did not deliver."""

    code = "provider_error"
    status = 502
    falls_over: ClassVar[bool] = False
    """Whether another provider could do better."""
    default_remedy = "Retry the job; if it fails again, tell the operator."

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        request_id: str | None = None,
        retry_after_s: float | None = None,
        remedy: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, retry_after_s=retry_after_s, code=code)
        self.provider = provider
        self.request_id = request_id


class ProviderUnavailable(ProviderError):
    """No connection, or the vendor answered 5xx."""

    code = "provider_unavailable"
    retryable = True
    falls_over = True


class ProviderTimeout(ProviderUnavailable):
    """No answer in time. The work may have been done and billed: reuse the idempotency key."""

    code = "provider_timeout"


class RateLimited(ProviderError):
    """The vendor asks us to slow down."""

    code = "provider_rate_limited"
    retryable = True
    falls_over = True


class BadResponse(ProviderError):
    """The answer could not be parsed, or the media in it does not play."""

    code = "provider_bad_response"
    retryable = True
    falls_over = True


class AuthenticationFailed(ProviderError):
    """The vendor refuses our key."""

    code = "provider_authentication_failed"
    falls_over = True
    default_remedy = "Ask the operator to check the provider's key."


class CreditExhausted(ProviderError):
    """The account at the vendor is empty."""

    code = "provider_credit_exhausted"
    falls_over = True
    default_remedy = "Ask the operator to top up the provider's account."


class BadRequest(ProviderError):
    """The vendor says our request is malformed: a bug of ours."""

    code = "provider_bad_request"
    default_remedy = "Please report this with the job id."


class ContentRejected(ProviderError):
    """The vendor's policy refuses this content. It is never routed around."""

    code = "content_rejected"
    default_remedy = "Change the script and submit it again."
