"""Captions: words grouped into cues, and cues as the files that players read."""

from __future__ import annotations

from studio.captions.cues import make_cues
from studio.captions.sidecars import to_srt, to_vtt

__all__ = ["make_cues", "to_srt", "to_vtt"]
