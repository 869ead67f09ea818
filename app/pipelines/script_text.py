"""A script as its author sent it, made plain text."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""All of them but tab and line feed: no voice speaks them, and a database may refuse them."""


def clean(script: str) -> str:
    """Line feeds alone for line ends, no other control characters but tabs, no space around."""
    return _CONTROL.sub("", script.replace("\r\n", "\n").replace("\r", "\n")).strip()
