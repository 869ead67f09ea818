"""The WSGI application: ``gunicorn -c deploy/gunicorn.conf.py app.wsgi:app``."""

from __future__ import annotations

import sys
from typing import NoReturn

from flask import Flask

from app.bootstrap import build, warn_of_promises
from app.domain.errors import AppError
from app.factory import create_app
from app.settings import load
from app.telemetry.logs import configure_logging

_APP_LOAD_ERROR = 4
"""The exit status on which gunicorn's master stops instead of trying again."""


def _create() -> Flask:
    settings = load()
    configure_logging(level=settings.log_level, style=settings.log_format)
    services = build(settings)
    services.prepare()
    warn_of_promises(settings)
    return create_app(services)


def _refuse(error: AppError) -> NoReturn:
    sys.stderr.write(f"{error.message}\n{error.remedy}\n")
    sys.stderr.flush()
    raise SystemExit(_APP_LOAD_ERROR)


try:
    app = _create()
except AppError as exc:
    _refuse(exc)
