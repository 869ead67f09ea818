"""A speech and a rendered clip that several files look at; made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import RenderSpec, Speech, render_in_process, speak

SCRIPT = (
    "Hello, and welcome! I am your presenter. Maybe you believe that a video takes days. "
    "It takes a script, a moment of patience, and no camera at all."
)


@pytest.fixture(scope="session")
def speech() -> Speech:
    return speak(SCRIPT, voice="en-us+f4")


@pytest.fixture(scope="session")
def clip(speech: Speech, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The speech rendered at 720p, picture and sound only."""
    out = tmp_path_factory.mktemp("clip") / "clip.mp4"
    render_in_process(RenderSpec(captions=False), speech, out)
    return out


@pytest.fixture(scope="session")
def short_speech() -> Speech:
    return speak("One moment, please.")
