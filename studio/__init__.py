"""The embedded video studio: script in, talking-presenter video out, with no key, GPU or network.

``make_video`` does all of it; ``speak``, ``render_in_process``, ``package`` and ``probe`` are its
steps, for callers that keep the work between them. Alone: ``python -m studio "Hello" out.mp4``.
"""

from __future__ import annotations

from studio.alignment import align_words
from studio.errors import StudioError
from studio.make import make_video, presenter_voice
from studio.media import Clip, MediaInfo, Package, package, probe
from studio.process import render_in_process
from studio.spec import RenderSpec
from studio.speech_file import load_speech, save_speech
from studio.timeline import Speech
from studio.voice import detect_language, speak

__all__ = [
    "Clip",
    "MediaInfo",
    "Package",
    "RenderSpec",
    "Speech",
    "StudioError",
    "align_words",
    "detect_language",
    "load_speech",
    "make_video",
    "package",
    "presenter_voice",
    "probe",
    "render_in_process",
    "save_speech",
    "speak",
]
