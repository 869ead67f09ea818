"""The Range header of RFC 9110 §14, as far as players use it: one range of bytes.

Several ranges are answered with the first, which the RFC allows; a header that is no byte range is
ignored, as the RFC asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.api.refusals import RangeNotSatisfiable

_RANGE = re.compile(r"\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a file; both ends are inside it."""

    first: int
    last: int
    size: int
    """Of the whole file."""

    @property
    def length(self) -> int:
        """Bytes in the part."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"


def parse(header: str | None, size: int) -> ByteRange | None:
    """The part asked for; None for the whole file.

    Raises:
        RangeNotSatisfiable: 416, no byte asked for is in the file.
    """
    unit, separator, ranges = (header or "").partition("=")
    if not separator or unit.strip().lower() != "bytes":
        return None
    found = _RANGE.fullmatch(ranges.split(",", 1)[0])
    if found is None or found.groups() == ("", ""):
        return None
    start, end = found.groups()
    if start == "":
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
        if end and int(end) < int(start):
            return None
    if first >= size or first > last:
        raise RangeNotSatisfiable(size)
    return ByteRange(first, last, size)
