"""Keeps keys, signed links and what people wrote out of the logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

_PRIVATE_NAMES = re.compile(
    r"(^|_)(api_?key|key|secret|token|password|authorization|cookie|signature|script|text|prompt)$",
    re.IGNORECASE,
)
_HARMLESS_NAMES = frozenset({"stage_key", "idempotency_key", "storage_key"})

_SECRETS = (
    (re.compile(r"\bavk_[a-z0-9]+_\w+"), "avk_[redacted]"),
    (re.compile(r"\b(sk|xi|hg|hf)[-_][\w-]{12,}"), REDACTED),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 " + REDACTED),
    (re.compile(r"(?i)\b(signature|X-Amz-Signature|api_key|token)=[^&\s\"']+"), r"\1=" + REDACTED),
    (re.compile(r"(\w+://[^:/@\s]+):[^@/\s]+@"), r"\1:" + REDACTED + "@"),
)


def redact_text(text: str) -> str:
    """``text`` with everything that looks like a credential taken out."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def redact(values: Mapping[str, Any]) -> dict[str, Any]:
    """A log record's fields: private names are blanked, text is searched for credentials."""
    return {name: _value(name, value) for name, value in values.items()}


def _value(name: str, value: Any) -> Any:
    if _PRIVATE_NAMES.search(name) and name not in _HARMLESS_NAMES and value is not None:
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return redact({str(key): item for key, item in value.items()})
    if isinstance(value, list | tuple):
        return [_value("", item) for item in value]
    return value
