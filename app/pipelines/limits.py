"""How much a script may say."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import InvalidInput
from app.pipelines.estimate import estimate_speech_s


@dataclass(frozen=True, slots=True)
class ScriptLimits:
    """The longest script, by letters and by time."""

    max_characters: int
    max_speech_s: float

    def check(self, script: str, language: str) -> float:
        """Refuse a script that is empty or too long.

        Returns:
            The estimated length of its speech in seconds.

        Raises:
            InvalidInput: says by how much, so that the author can shorten it.
        """
        if not any(letter.isalnum() for letter in script):
            raise InvalidInput(
                "The script is empty: there is nothing in it to speak.",
                field="script",
                code="empty_script",
                remedy="Write what the presenter should say.",
            )
        if len(script) > self.max_characters:
            raise InvalidInput(
                f"The script has {len(script)} characters; the limit is {self.max_characters}.",
                field="script",
                code="script_too_long",
                remedy="Shorten the script, or split it into several videos.",
            )
        estimated_s = estimate_speech_s(script, language)
        if estimated_s > self.max_speech_s:
            raise InvalidInput(
                f"The script would take about {estimated_s:.0f} seconds to speak; "
                f"the limit is {self.max_speech_s:g} seconds.",
                field="script",
                code="speech_too_long",
                remedy="Shorten the script, or split it into several videos.",
            )
        return estimated_s
