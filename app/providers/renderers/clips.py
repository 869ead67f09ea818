"""Looking into a clip that a renderer handed over: a vendor's word is no evidence."""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import BadResponse
from app.providers.names import display_name


def check_clip(clip: Path, provider: str, *, at_least_s: float = 0.0) -> float:
    """Measure a clip; removes one that is no good.

    Args:
        at_least_s: how long it must be, give or take two frames.

    Returns:
        Its length in seconds.

    Raises:
        BadResponse: it has no picture or no sound, is cut off, or shorter than it should be.
    """
    from studio.errors import UnreadableMedia
    from studio.media import probe

    problem = None
    duration_s = 0.0
    try:
        info = probe(clip)
        duration_s = info.duration_s
        if info.video is None or info.audio is None:
            problem = "lacks picture or sound"
        elif not is_whole_mp4(clip):
            problem = "is cut off"
        elif duration_s < at_least_s - 2 / 25:
            problem = "is shorter than its speech"
    except UnreadableMedia:
        problem = "does not play"
    if problem is not None:
        clip.unlink(missing_ok=True)
        raise BadResponse(
            f"{display_name(provider)} gave a clip that {problem}.", provider=provider
        )
    return duration_s


def is_whole_mp4(path: Path) -> bool:
    """Whether every top-level box ends inside the file (ISO 14496-12, section 4.2).

    A truncated file whose index comes first still opens and claims its full length.
    """
    size = path.stat().st_size
    position = 0
    with path.open("rb") as file:
        while position < size:
            file.seek(position)
            head = file.read(16)
            if len(head) < 8:
                return False
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            elif length == 0:
                return True  # reaches to the end, however far that is
            if length < 8:
                return False
            position += length
    return position == size
