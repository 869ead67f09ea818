"""The application as the architecture tests need it: built once, its worker never started."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.bootstrap import build
from app.factory import create_app
from app.settings import load


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("architecture")
    return create_app(build(load(data_dir=folder, database_url=None, mock_mode=True)))


@pytest.fixture(scope="session")
def url_rules(application: Flask) -> frozenset[str]:
    """Every path the application answers, in Flask's notation."""
    return frozenset(rule.rule for rule in application.url_map.iter_rules())
