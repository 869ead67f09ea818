"""One render in one process: the child side of ``studio.process``.

Reads the request from stdin, writes progress and the outcome as JSON lines to stdout. It ends, and
takes its unfinished file with it, when its parent dies, whatever way that happens.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, TextIO

import numpy as np

from studio.errors import StudioError
from studio.media.files import part_path
from studio.spec import RenderSpec
from studio.speech_file import speech_from
from studio.timeline import Speech

_PROGRESS_EVERY_FRAMES = 4
_PR_SET_PDEATHSIG = 1
_ENDED_BY_PARENT = 143
_NICENESS = 10
"""Drawing takes every core it gets; whoever answers a request meanwhile comes first."""


def main() -> int:
    """Serve the request on stdin; the exit status is 0 for a finished clip."""
    replies = _protect_stdout()
    os.nice(_NICENESS)
    requests = sys.stdin.buffer
    request, speech = _read_request(requests)
    out = Path(request["out"])
    _end_with_parent(requests, int(request["parent_pid"]), part_path(out))
    _bound_memory(int(request["address_space_bytes"]))
    try:
        _render(RenderSpec(**request["spec"]), speech, out, replies)
    except MemoryError:
        return _fail(replies, "RenderOutOfMemory", "The render ran out of memory.")
    except StudioError as exc:
        return _fail(replies, type(exc).__name__, str(exc))
    except Exception as exc:  # noqa: BLE001 - the boundary: the parent learns of it
        traceback.print_exc()
        return _fail(replies, "RenderFailed", f"{type(exc).__name__}: {exc}")
    return 0


def _render(spec: RenderSpec, speech: Speech, out: Path, replies: TextIO) -> None:
    from studio.render import render  # only now: memory is bounded, and the parent is watched

    def report(done: int, total: int) -> None:
        if done % _PROGRESS_EVERY_FRAMES == 0 or done == total:
            _reply(replies, {"done": done, "total": total})

    render(spec, speech, out, on_progress=report)


def _reply(replies: TextIO, message: dict[str, Any]) -> None:
    replies.write(json.dumps(message) + "\n")
    replies.flush()


def _fail(replies: TextIO, error: str, message: str) -> int:
    _reply(replies, {"error": error, "message": message})
    return 1


def _protect_stdout() -> TextIO:
    """Our own line to the parent; whatever else a library prints goes to stderr."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


def _read_request(stream: BinaryIO) -> tuple[dict[str, Any], Speech]:
    (length,) = struct.unpack("<I", stream.read(4))
    request: dict[str, Any] = json.loads(stream.read(length))
    pcm = np.frombuffer(stream.read(2 * int(request["samples"])), np.int16)
    timing = request["timing"]
    return request, speech_from(timing, pcm, int(timing["sample_rate_hz"]))


def _end_with_parent(requests: BinaryIO, parent_pid: int, part: Path) -> None:
    def end(signum: int = 0, frame: FrameType | None = None) -> None:
        with contextlib.suppress(OSError):
            part.unlink()
        os._exit(_ENDED_BY_PARENT)

    def watch() -> None:
        # The parent keeps this pipe open and writes nothing more: end of file is its death.
        requests.read(1)
        end()

    signal.signal(signal.SIGTERM, end)
    # On Linux the kernel tells too, even if another process inherited the pipe's other end.
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent_pid:  # it died before we could ask
        end()
    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _bound_memory(address_space_bytes: int) -> None:
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # the watching thread must not hold up the end
