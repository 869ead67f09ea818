"""The whole product in one command: ``python app/main.py`` serves and works until Ctrl-C.

One gunicorn process with threads and the worker inside it, by the same file that deployments use.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
if sys.path and Path(sys.path[0] or ".").resolve() == _ROOT / "app":
    # Python puts the script's own folder first; our packages start one above
    sys.path[0] = str(_ROOT)

from gunicorn.app.base import Application  # noqa: E402
from gunicorn.arbiter import Arbiter  # noqa: E402
from gunicorn.util import import_app  # noqa: E402

from app.settings import Settings, SettingsError, load  # noqa: E402

_CONFIG = _ROOT / "deploy" / "gunicorn.conf.py"


class _Arbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Ctrl-C finishes what is at work, as SIGTERM does; pressed again, gunicorn ends it all."""

    def handle_int(self) -> None:
        sys.stderr.write("\nStopping: finishing what is at work. Press Ctrl-C again to stop now.\n")
        self.handle_term()


class Server(Application):  # type: ignore[misc]  # gunicorn has no types
    """The backend under gunicorn, configured by ``deploy/gunicorn.conf.py``."""

    def init(self, parser: Any, opts: Any, args: Any) -> None:
        """Nothing comes from the command line."""

    def load_config(self) -> None:
        """Read the deployment's file; always one process."""
        self.load_config_from_file(str(_CONFIG))
        self.cfg.set("workers", 1)

    def load(self) -> Any:
        """Import the application; in the child, after the fork."""
        return import_app(self.cfg.wsgi_app)

    def run(self) -> None:
        """Serve until told to stop."""
        _Arbiter(self).run()


def main() -> int:
    """Check what can be checked at once, say where to find us, and serve."""
    try:
        settings = load()
    except SettingsError as exc:
        sys.stderr.write(f"{exc.message}\n{exc.remedy}\n")
        return 1
    problem = _port_problem(settings)
    if problem is not None:
        sys.stderr.write(f"{problem}\n")
        return 1
    # what the deployment's file reads; a process of its own works when RUN_WORKER is off
    os.environ["WEB_CONCURRENCY"] = "1"
    if settings.run_worker == "auto":
        os.environ["RUN_WORKER"] = "inline"
    mode = "mock mode: everything is simulated" if settings.mock_mode else "live mode"
    sys.stderr.write(f"AI Video Engineer on {settings.local_url} ({mode}). Ctrl-C stops it.\n")
    sys.stderr.flush()
    Server().run()
    return 0


def _port_problem(settings: Settings) -> str | None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as exc:
            return (
                f"Cannot listen on {settings.host} port {settings.port}: {exc.strerror}.\n"
                "Stop the program that uses it, or choose another: PORT=5001 python app/main.py"
            )
    return None


if __name__ == "__main__":
    raise SystemExit(main())
