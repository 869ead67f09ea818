"""Prefixed, sortable, unguessable ids: ``vid_01k…``. Newer ids sort after older ones."""

from __future__ import annotations

import re
import secrets
import time
from typing import Literal

Prefix = Literal["vid", "art", "evt", "key", "req", "wrk", "apr"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, lower case: no i, l, o, u, so an id can be read over the phone."""

_ID = re.compile(r"^(vid|art|evt|key|req|wrk|apr)_[0-9a-hjkmnp-tv-z]{26}$")


def new_id(prefix: Prefix) -> str:
    """48 bits of milliseconds and 82 bits of randomness, as 26 letters after the prefix."""
    value = (time.time_ns() // 1_000_000 << 82) | secrets.randbits(82)
    letters = [_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(letters)}"


def is_id(text: str, prefix: Prefix) -> bool:
    """Whether ``text`` could have come from ``new_id(prefix)``."""
    return bool(_ID.match(text)) and text.startswith(f"{prefix}_")
