"""How gunicorn serves the backend; `python app/main.py` serves with the same file.

    gunicorn -c deploy/gunicorn.conf.py app.wsgi:app

A small instance runs the worker inside (RUN_WORKER=inline); otherwise start `python -m app.worker`
beside it. Every number comes from the settings, see .env.example.
"""

import os
import signal
import socket
import struct
import sys
import tempfile
import threading
from pathlib import Path

chdir = str(Path(__file__).resolve().parent.parent)
if chdir not in sys.path:
    sys.path.insert(0, chdir)

from app.settings import SettingsError, load  # noqa: E402  # the path comes first

try:
    _settings = load()
except SettingsError as exc:
    raise SystemExit(f"{exc.message}\n{exc.remedy}") from None
_INLINE = _settings.run_worker == "inline"
_PATIENCE_S = 15
_SPARE_S = 3
"""Of the graceful timeout, kept for closing connections after the last stage."""

_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
bind = f"{_host}:{_settings.port}"
wsgi_app = "app.wsgi:app"
workers = _settings.web_concurrency
worker_class = "gthread"
threads = _settings.web_threads
timeout = 60
graceful_timeout = _settings.graceful_timeout_s
keepalive = 95  # longer than a platform's router keeps its side open
_MEMORY = "/dev/shm"  # noqa: S108  # the heartbeat needs no disk; gunicorn names the file safely
worker_tmp_dir = _MEMORY if os.access(_MEMORY, os.W_OK) else None
preload_app = False  # threads and connection pools do not survive a fork
control_socket_disable = True
accesslog = None  # the backend logs requests itself, with ids
errorlog = "-"
loglevel = "warning"

if _INLINE and workers > 1:
    raise SystemExit("RUN_WORKER=inline needs WEB_CONCURRENCY=1: the engine is one per process.")
if workers > 1 and _settings.prometheus_multiproc_dir is None:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="engineer-metrics-")


def when_ready(server):
    """Free a thread from a client that stalls in the middle of its headers.

    gunicorn waits for headers without a limit; connections inherit this one from their listener.
    Bodies and answers are bounded by the backend itself, see app/api/middleware.py.
    """
    patience = struct.pack("ll", _PATIENCE_S, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)


def post_worker_init(worker):
    """Start the inline worker, and end streams and work when the process is told to stop."""
    services = worker.wsgi.extensions["services"]
    if _INLINE:
        from app.worker import Worker

        worker.inline = Worker(services, grace_s=max(1, graceful_timeout - _SPARE_S))
        worker.inline.start()
    threading.Thread(target=services.warm_up, name="warm-up", daemon=True).start()
    finish_requests = signal.getsignal(signal.SIGTERM)

    def told_to_stop(signum, frame):
        worker.wsgi.extensions["streams"].stop()
        if _INLINE:
            worker.inline.begin_drain()
        finish_requests(signum, frame)

    signal.signal(signal.SIGTERM, told_to_stop)
    # Ctrl-C reaches the whole group of processes; the master turns it into SIGTERM for us
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def worker_exit(server, worker):
    """Wait for the stages at work, then leave without waiting for threads that did not finish."""
    inline = getattr(worker, "inline", None)
    if inline is None:
        return
    inline.wait_drained()
    os._exit(0)


def child_exit(server, worker):
    """Forget the gauges of a web process that ended."""
    if workers > 1:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
