"""What a client may ask for: the body of ``POST /generate-video``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from app.domain.video_request import MAX_SCENES, Aspect, Profile, Resolution, Style
from app.pipelines.script_text import clean

Choice = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[\w+.-]+$"),
]


class CreateVideo(BaseModel):
    """A script and how it is to be presented. Members that it does not know are refused."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "script": "Welcome! This is my first AI video.",
                    "template": "presenter1",
                    "userId": "user@example.com",
                }
            ]
        },
    )

    script: str = Field(description="What the presenter says.")
    template: Choice = Field(
        default="presenter1", description="Design of the picture, see GET /catalog."
    )
    user_id: str | None = Field(
        default=None,
        alias="userId",
        max_length=320,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Whose video it is, in the client's own words; lists can be filtered by it.",
    )
    presenter: Choice | None = Field(
        default=None, description="Who presents; left out: the template's own presenter."
    )
    language: Choice | None = Field(
        default=None,
        description="BCP 47 tag such as en or pt-BR; left out: found out from the script.",
    )
    voice: Choice | None = Field(
        default=None, description="Whose voice is heard; left out: the presenter's own."
    )
    style: Style | None = Field(default=None, description="How it is spoken.")
    seed: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        description="Equal requests with equal seeds give equal videos.",
    )
    profile: Profile | None = Field(default=None, description="Voice profile.")
    aspect: Aspect = Field(default="16:9", description="Shape of the picture.")
    resolution: Resolution = Field(default="720p", description="Size of the picture.")
    captions: bool = Field(default=True, description="Draw captions into the picture.")
    enhance: bool = Field(
        default=True, description="Let the script be improved; false speaks it word for word."
    )
    scenes: int = Field(
        default=1,
        ge=1,
        le=MAX_SCENES,
        description="Cut the script into so many scenes, drawn in parallel.",
    )
    approve_script: bool = Field(
        default=False, description="Wait for a person's approval of the script before it is spoken."
    )
    webhook_url: str | None = Field(
        default=None,
        max_length=2000,
        pattern=r"^https?://[^\s/?#@]+(/\S*)?$",
        description="Where events of the job are sent.",
    )
    priority: int = Field(default=5, ge=1, le=9, description="1 runs before 9.")

    @field_validator("script")
    @classmethod
    def _plain_text(cls, value: str) -> str:
        return clean(value)

    @field_validator("*", mode="before")
    @classmethod
    def _no_lone_surrogates(cls, value: object) -> object:
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError("the text holds half of a character")
        return value
