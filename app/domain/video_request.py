"""What a client asked for, frozen when the job is created so that nothing can change under it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_SCENES = 8

Style = Literal["neutral", "excited", "calm"]
Profile = Literal["default", "professional", "casual"]
Aspect = Literal["16:9", "9:16", "1:1"]
Resolution = Literal["720p", "1080p"]


class Fault(BaseModel):
    """A failure asked for by a magic input, ``[[fail:tts:429x2]]``. Mock mode only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["fail", "slow"]
    target: str
    """A stage (``render``) or a provider (``vibevoice``)."""
    kind: str
    """``500``, ``429``, ``timeout``, ``truncated`` …, or for ``slow`` the delay, ``30s``."""
    times: int | None = None
    """How many attempts fail before one succeeds; None: all of them."""


class VideoRequest(BaseModel):
    """The snapshot that a job runs from. Defaults are filled in; magic inputs are taken out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    script: str
    template: str = "presenter1"
    presenter: str | None = None
    user_id: str | None = None
    language: str | None = None
    """BCP 47 tag; None: detected from the script."""
    language_detected: bool = False
    """Nobody named the language: it follows the script, also through a person's edit."""
    voice: str | None = None
    style: Style = "neutral"
    seed: int = 42
    profile: Profile = "default"
    aspect: Aspect = "16:9"
    resolution: Resolution = "720p"
    captions: bool = True
    enhance: bool = True
    scenes: int = Field(default=1, ge=1, le=MAX_SCENES)
    """How many scenes the script is cut into; they render in parallel, joined by stream copy."""
    approve_script: bool = False
    """Wait for a person between the script and everything that costs money."""
    webhook_url: str | None = None
    priority: int = Field(default=5, ge=1, le=9)
    """1 runs before 9."""
    faults: tuple[Fault, ...] = ()
