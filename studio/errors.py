"""What can go wrong in the studio.

StudioError
├── InvalidScript        nothing speakable, or too long
├── UnknownOption        a presenter, template, voice, language or file type that does not exist
├── UnreadableMedia      a file that is not the media it claims to be
├── VoiceFailed          the voice process ended badly or ran past its time
├── RenderFailed         the render process ended badly; its last words are in the message
│   ├── RenderTimedOut   hard timeout reached, process killed
│   └── RenderOutOfMemory  memory limit reached
├── StorageFull          no space left, or the folder cannot be written
└── RenderCancelled      stopped on request; no file is left behind
"""

from __future__ import annotations


class StudioError(Exception):
    """Anything the studio refuses or fails to do. The message is a sentence for a person."""


class InvalidScript(StudioError):
    """There is nothing in the text that a voice could say, or too much of it."""


class UnknownOption(StudioError):
    """A presenter, template, voice, language, aspect, resolution or file type we do not have."""


class UnreadableMedia(StudioError):
    """The file could not be opened or decoded as the media it should be."""


class RenderFailed(StudioError):
    """The render process ended without a video."""


class RenderTimedOut(RenderFailed):
    """The render ran past its hard limit and was killed."""


class RenderOutOfMemory(RenderFailed):
    """The render ran into its memory limit."""


class StorageFull(StudioError):
    """The output could not be written: no space left, or a read-only folder."""


class RenderCancelled(StudioError):
    """The caller asked to stop. Nothing was left on disk."""


class VoiceFailed(StudioError):
    """The embedded voice is missing, crashed, or ran past its time."""
