"""Every setting of the backend, read once. The only place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.errors import AppError
from app.setting_groups import (
    GROUPS,
    NO_EFFECT_YET,
    REPOSITORY,
    Access,
    Data,
    Demo,
    Mode,
    Models,
    QueueName,
    Rendering,
    Scripts,
    Server,
    Speech,
    Telemetry,
    Work,
)

__all__ = [
    "LIVE_ADAPTERS",
    "REPOSITORY",
    "SettingInfo",
    "Settings",
    "SettingsError",
    "describe",
    "load",
    "read",
]

LIVE_NEEDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "script_provider": {"openai": ("openai_api_key",)},
    "tts_provider": {
        "vibevoice": ("vibevoice_ws_endpoint",),
        "elevenlabs": ("elevenlabs_api_key",),
        "sarvam": ("sarvam_api_key",),
    },
    "render_provider": {"studio": (), "heygen": ("heygen_api_key",)},
    "storage_provider": {
        "local": (),
        "wasabi": ("wasabi_access_key", "wasabi_secret_key", "wasabi_bucket_name"),
        "r2": ("r2_account_id", "r2_access_key_id", "r2_secret_access_key", "r2_bucket_name"),
    },
}
"""Choice, provider, and the settings that live mode cannot do without."""

LIVE_ADAPTERS: Mapping[str, frozenset[str]] = {
    "render_provider": frozenset({"studio"}),
    "storage_provider": frozenset({"local"}),
}
"""Providers that this version can really use; a new adapter is entered here. Live mode starts when
all four choices are among them, and only then asks for their keys."""


class SettingsError(AppError):
    """The environment cannot be started from. Every problem at once, and never a value."""

    code = "invalid_settings"
    default_remedy = "Correct the settings named and start again."

    def __init__(self, problems: tuple[str, ...]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The settings are not usable:\n{lines}")
        self.problems = problems


class Settings(
    Demo,
    Telemetry,
    Models,
    Work,
    Rendering,
    Speech,
    Scripts,
    Data,
    Access,
    Server,
    Mode,
    BaseSettings,
):
    """All settings, read once and never changed. Build it with ``load``."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_file=REPOSITORY / ".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    @field_validator("cors_origins", "worker_queues", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def livemode(self) -> bool:
        """Whether providers are real."""
        return not self.mock_mode

    @property
    def bound_to_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @property
    def local_url(self) -> str:
        """Where a browser on this machine finds the server."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # read, not listened on
        host = everywhere.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def queue_limits(self) -> dict[QueueName, int]:
        """Stages at once per worker, by queue."""
        affinity = getattr(os, "sched_getaffinity", None)
        cores = len(affinity(0)) if affinity else (os.cpu_count() or 1)
        side_by_side = max(cores // 2, min(cores, 2))  # a render keeps up to two cores busy
        return {
            "cpu": self.queue_cpu_limit,
            "llm": self.queue_llm_limit,
            "speech": self.queue_speech_limit,
            "render": self.queue_render_limit or side_by_side,
            "callback": self.queue_callback_limit,
            "maintenance": self.queue_maintenance_limit,
        }

    @property
    def database_address(self) -> str:
        """DATABASE_URL, or the SQLite file in DATA_DIR."""
        return self.database_url or f"sqlite:///{self.data_dir / 'engineer.db'}"


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting, for the documentation."""

    name: str
    """As it stands in the environment."""
    group: str
    default: str
    """As it would be written in the environment; empty for none."""
    description: str
    is_secret: bool
    has_effect: bool
    """Whether anything acts on it in this version."""


def describe() -> Iterator[SettingInfo]:
    """Every setting in the order of its group."""
    for group in GROUPS:
        for name, field in group.model_fields.items():
            yield SettingInfo(
                name=name.upper(),
                group=(group.__doc__ or "").strip(),
                default=_as_text(field.default),
                description=field.description or "",
                is_secret="SecretStr" in str(field.annotation),
                has_effect=not (field.description or "").startswith(NO_EFFECT_YET),
            )


def load(**overrides: Any) -> Settings:
    """Settings that a server or a worker can start from: ``read``, and live mode is possible.

    Raises:
        SettingsError: as ``read``; or says which live adapters this version lacks, and names every
            key that an adapter it does have needs.
    """
    settings = read(**overrides)
    if settings.livemode:
        problems = tuple(_in_the_way_of_live_mode(settings))
        if problems:
            raise SettingsError(problems)
    return settings


def read(**overrides: Any) -> Settings:
    """Settings from the environment and ``.env``.

    Args:
        overrides: settings by field name, stronger than the environment; for tests and programs.

    Raises:
        SettingsError: names every setting that is unusable.
    """
    unknown = sorted(set(overrides) - set(Settings.model_fields))
    if unknown:
        raise TypeError(f"no such settings: {', '.join(unknown)}")
    try:
        return Settings(**overrides)
    except ValidationError as exc:
        raise SettingsError(tuple(_problems(exc))) from None


def _in_the_way_of_live_mode(settings: Settings) -> Iterator[str]:
    chosen = {choice: getattr(settings, choice) for choice in LIVE_NEEDS}
    absent = {c: name for c, name in chosen.items() if name not in LIVE_ADAPTERS.get(c, ())}
    if absent:
        named = ", ".join(f"{choice.upper()}={name}" for choice, name in absent.items())
        yield (
            "MOCK_MODE: live mode comes with a later version; this version has no live adapter "
            f"for {named}. Set MOCK_MODE=true, or leave it out, to run with simulated providers"
        )
    for choice, name in chosen.items():
        for needed in () if choice in absent else LIVE_NEEDS[choice][name]:
            if getattr(settings, needed) is None:
                yield (
                    f"{needed.upper()}: needed for {choice.upper()}={name} when MOCK_MODE is false"
                )


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in problem["loc"]).upper() or "SETTINGS"
        yield f"{name}: {_sentence(name, problem)}"


def _sentence(name: str, problem: ErrorDetails) -> str:
    """What is wrong in our words; pydantic's speak of inputs, strings and patterns."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return f"must {_FORMS[name.partition('.')[0]]}"
    for prefix, expected in _EXPECTED:
        if kind.startswith(prefix):
            return f"must be {expected.format_map(context)}"
    return "is not usable"


_EXPECTED: tuple[tuple[str, str], ...] = (
    ("int", "a whole number"),
    ("float", "a number"),
    ("finite_number", "a finite number"),
    ("bool", "true or false"),
    ("literal_error", "{expected}"),
    ("greater_than_equal", "{ge} or more"),
    ("greater_than", "more than {gt}"),
    ("less_than_equal", "{le} or less"),
    ("less_than", "less than {lt}"),
    ("path", "a path"),
)
"""Prefix of pydantic's error type -> what the value must be; the longer prefix stands first."""

_LIMIT = "be a limit such as 120 per minute"
_FORMS: dict[str, str] = {
    "DATABASE_URL": "start with postgresql:// or sqlite:///",
    "PUBLIC_BASE_URL": "be a complete address such as https://videos.example.com",
    "RATE_LIMIT": _LIMIT,
    "RATE_LIMIT_CREATE": _LIMIT,
    "RATE_LIMIT_TTS": _LIMIT,
    "VIBEVOICE_WS_ENDPOINT": "start with wss:// or ws://",
}
"""What the value of a setting with a pattern must do."""


def _as_text(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(default)
    if isinstance(default, Path):
        return f"./{default}"
    return f"{default:g}" if isinstance(default, float) else str(default)
