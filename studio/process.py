"""One render = one child process: a crash, a hang or a leak costs one video and no server."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

from studio import errors
from studio.errors import (
    RenderCancelled,
    RenderFailed,
    RenderOutOfMemory,
    RenderTimedOut,
    StorageFull,
)
from studio.media.files import part_path
from studio.media.probe import MediaInfo, probe
from studio.spec import RenderSpec
from studio.speech_file import timing_of
from studio.timeline import Speech

_TICK_S = 0.1
_STARTUP_S = 30.0
_MAPPINGS_BYTES = 512 * 1024 * 1024
"""Address space beyond resident memory: libraries, thread stacks, arenas. Measured: 335 MB."""
_LAST_WORDS_BYTES = 4096
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "COVERAGE_PROCESS_START"),
)
"""The child gets no other variable: a render needs none of the server's keys."""


def _never() -> bool:
    return False


def render_in_process(
    spec: RenderSpec,
    speech: Speech,
    out: Path,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = _never,
    timeout_s: float | None = None,
    memory_limit_mb: int = 1024,
) -> MediaInfo:
    """Render a clip in a child process and wait for it.

    Thread-safe; the callbacks run in the calling thread. The child dies with this process, and with
    the calling thread. On any error no file is left.

    Args:
        on_progress: called with (frames drawn, frames in all).
        cancelled: asked ten times a second; the child is gone a moment after it says True.
        timeout_s: hard limit; default 30 s and twice the speech's length.
        memory_limit_mb: of resident memory (watched on Linux only).

    Raises:
        UnknownOption: no such template or presenter.
        RenderCancelled, RenderTimedOut, RenderOutOfMemory, StorageFull: as named.
        RenderFailed: the child ended badly in any other way; its last words are in the message.
    """
    if cancelled():
        raise RenderCancelled("The render was cancelled.")
    allowed_s = _STARTUP_S + 2 * speech.duration_s if timeout_s is None else timeout_s
    out = out.absolute()
    if not out.parent.is_dir():
        raise StorageFull(f"The folder of {out.name} does not exist.")
    child = _Child(_request(spec, speech, out, memory_limit_mb), speech)
    try:
        child.follow(
            on_progress=on_progress,
            cancelled=cancelled,
            deadline=time.monotonic() + allowed_s,
            allowed_s=allowed_s,
            memory_limit_mb=memory_limit_mb,
        )
        return probe(out)
    except BaseException:
        child.kill()
        with contextlib.suppress(OSError):
            part_path(out, child.pid).unlink()
        raise
    finally:
        child.close()


def _request(spec: RenderSpec, speech: Speech, out: Path, memory_limit_mb: int) -> dict[str, Any]:
    return {
        "spec": dataclasses.asdict(spec),
        "out": str(out),
        "timing": timing_of(speech),
        "samples": len(speech.pcm),
        "parent_pid": os.getpid(),
        "address_space_bytes": memory_limit_mb * 1024 * 1024 + _MAPPINGS_BYTES,
    }


def _environment() -> dict[str, str]:
    root = Path(__file__).absolute().parent.parent
    known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    importable = [str(root), *(entry for entry in sys.path if entry)]
    return known | {"PYTHONPATH": os.pathsep.join(importable), "PYTHONHASHSEED": "0"}


class _Child:
    """A running render and what it says."""

    def __init__(self, request: dict[str, Any], speech: Speech) -> None:
        try:
            # -P: a module in the current folder must not stand in for one of ours
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "studio.render_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                process_group=0,
            )
        except OSError as exc:
            raise RenderFailed(f"The render process could not be started: {exc.strerror}.") from exc
        self.pid = self._process.pid
        self._last_words = b""
        self._verdict: dict[str, str] | None = None
        encoded = json.dumps(request).encode()
        # Its own thread: a child that does not read must not keep us from watching the clock.
        self._sender = threading.Thread(
            target=self._send,
            args=(struct.pack("<I", len(encoded)) + encoded, np.ascontiguousarray(speech.pcm)),
            name="render-request",
            daemon=True,
        )
        self._sender.start()

    def _send(self, header: bytes, pcm: np.ndarray[Any, np.dtype[np.int16]]) -> None:
        stdin = _pipe(self._process.stdin)
        with contextlib.suppress(OSError, ValueError):  # it died; its exit status says why
            stdin.write(header)
            stdin.write(pcm.tobytes())
            stdin.flush()  # and stays open: to the child, its end is our death

    def follow(
        self,
        *,
        on_progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool],
        deadline: float,
        allowed_s: float,
        memory_limit_mb: int,
    ) -> None:
        """Return when the child has finished its file; raise in every other case."""
        stdout, stderr = _pipe(self._process.stdout), _pipe(self._process.stderr)
        unread = b""
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            selector.register(stderr, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(_TICK_S):
                    data = os.read(key.fd, 65536)
                    if not data:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is stderr:
                        self._last_words = (self._last_words + data)[-_LAST_WORDS_BYTES:]
                    else:
                        *lines, unread = (unread + data).split(b"\n")
                        for line in lines:
                            self._hear(json.loads(line), on_progress)
                if cancelled():
                    raise RenderCancelled("The render was cancelled.")
                if time.monotonic() > deadline:
                    raise RenderTimedOut(f"The render took longer than {allowed_s:g} s.")
                if (_resident_bytes(self.pid) or 0) > memory_limit_mb * 1024 * 1024:
                    raise RenderOutOfMemory(f"The render used more than {memory_limit_mb} MB.")
        self._judge(max(0.1, deadline - time.monotonic()), allowed_s)

    def _hear(
        self, message: dict[str, Any], on_progress: Callable[[int, int], None] | None
    ) -> None:
        if "error" in message:
            self._verdict = message
        elif on_progress is not None:
            on_progress(int(message["done"]), int(message["total"]))

    def _judge(self, patience_s: float, allowed_s: float) -> None:
        try:
            status = self._process.wait(patience_s)
        except subprocess.TimeoutExpired as exc:
            raise RenderTimedOut(f"The render took longer than {allowed_s:g} s.") from exc
        if self._verdict is not None:
            kind = getattr(errors, self._verdict["error"], RenderFailed)
            raise kind(self._verdict["message"])
        if status != 0:
            self._raise_for(status)

    def _raise_for(self, status: int) -> NoReturn:
        words = self._last_words.decode("utf-8", "replace").strip()
        if "MemoryError" in words or "Cannot allocate memory" in words:
            raise RenderOutOfMemory("The render ran out of memory.")
        how = (
            f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with {status}"
        )
        last = f" {words.splitlines()[-1]}" if words else ""
        raise RenderFailed(f"The render process {how}.{last}")

    def kill(self) -> None:
        """End the child and all it started, now."""
        if self._process.poll() is None:  # once waited for, the number may be someone else's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def close(self) -> None:
        """Let go of the pipes; the child has ended."""
        self._sender.join(timeout=5)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                _pipe(stream).close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RenderFailed("The render process was started without its pipes.")
    return stream


def _resident_bytes(pid: int) -> int | None:
    """Memory that a process holds; None where /proc is not or the process is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as handle:
            pages = int(handle.read().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
