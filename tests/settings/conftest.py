from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from app import settings as module
from app.settings import Settings, describe, load


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Callable[..., Settings]:
    """Settings from the given variables alone: no ambient environment, no .env of the developer."""
    for setting in describe():
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setitem(module.Settings.model_config, "env_file", tmp_path / ".env")

    def with_environment(**variables: Any) -> Settings:
        for name, value in variables.items():
            monkeypatch.setitem(os.environ, name, str(value))
        return load()

    return with_environment
