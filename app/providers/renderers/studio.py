"""The embedded studio as a renderer: each render is a child process of this one."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from app.domain.errors import BadResponse, ProviderUnavailable
from app.domain.ids import new_id
from app.domain.video_request import Aspect, Resolution
from app.providers.base import studio_failures
from app.providers.renderers.base import (
    RendererCapabilities,
    RenderRequest,
    RenderState,
    Ticket,
)

_KEPT_S = 3600
"""How long a finished clip waits to be fetched."""


@dataclass(slots=True)
class _Work:
    """One render and the thread that watches over its process."""

    key: str
    folder: Path
    progress: float = 0.0
    failure: Exception | None = None
    ended_at: float | None = None
    """On the renderer's clock."""
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def clip(self) -> Path:
        return self.folder / "clip.mp4"


class StudioRenderer:
    """Renders on this machine. Tickets live as long as this object.

    Args:
        name: how it is called in jobs and logs.
        mark: a small visible mark in the picture, ``SIMULATED``; empty for none.
        timeout_s: a render that runs longer is killed.
        memory_limit_mb: so is one that takes more memory.
        workdir: where clips lie until they are fetched; the system's temporary folder when None.
    """

    def __init__(
        self,
        name: str = "studio",
        *,
        mark: str = "",
        timeout_s: float = 900,
        memory_limit_mb: int = 1024,
        workdir: Path | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.capabilities = RendererCapabilities(
            name=name,
            is_simulated=bool(mark),
            aspects=frozenset(get_args(Aspect)),
            resolutions=frozenset(get_args(Resolution)),
            burns_captions=True,
            honours_idempotency_key=True,
            can_cancel=True,
            ticket_survives=False,
            poll_every_s=0.1,
        )
        self._mark = mark
        self._timeout_s = timeout_s
        self._memory_limit_mb = memory_limit_mb
        self._workdir = workdir
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._work: dict[Ticket, _Work] = {}

    def submit(self, request: RenderRequest) -> Ticket:
        """See ``Renderer.submit``."""
        self._forget_unfetched()
        with self._lock:
            for ticket, work in self._work.items():
                if work.key == request.idempotency_key:
                    return ticket
            ticket = Ticket(new_id("wrk"))
            with studio_failures(self.capabilities.name):
                folder = self._make_folder()
            work = self._work[ticket] = _Work(request.idempotency_key, folder)
        threading.Thread(
            target=self._render, args=(request, work), name=f"render-{ticket}", daemon=True
        ).start()
        return ticket

    def poll(self, ticket: Ticket) -> RenderState:
        """See ``Renderer.poll``."""
        work = self._find(ticket)
        if not work.ended.is_set():
            return RenderState(status="running", progress=work.progress)
        if work.failure is not None:
            self._forget(ticket)
            raise work.failure
        return RenderState(status="done", progress=1.0)

    def fetch(self, ticket: Ticket, out: Path) -> float:
        """See ``Renderer.fetch``."""
        work = self._find(ticket)
        with studio_failures(self.capabilities.name):
            if not work.clip.is_file():
                raise BadResponse("The render left no clip.", provider=self.capabilities.name)
            partial = out.with_name(f"{out.name}.part")
            shutil.copyfile(work.clip, partial)
            os.replace(partial, out)
        self._forget(ticket)
        return 0.0

    def cancel(self, ticket: Ticket) -> None:
        """See ``Renderer.cancel``; the process is gone when this returns."""
        work = self._work.get(ticket)
        if work is not None:
            work.stop.set()
            work.ended.wait(timeout=5)
            self._forget(ticket)

    def _render(self, request: RenderRequest, work: _Work) -> None:
        try:
            with studio_failures(self.capabilities.name):
                self._render_clip(request, work)
        except Exception as exc:  # noqa: BLE001  # carried to the thread that polls, raised there
            work.failure = exc
        finally:
            work.ended_at = self._monotonic()
            work.ended.set()

    def _render_clip(self, request: RenderRequest, work: _Work) -> None:
        # media libraries are loaded by those who work with media, not by the web process
        from studio.media import read_audio
        from studio.process import render_in_process
        from studio.spec import RenderSpec
        from studio.speech_file import speech_from
        from studio.timeline import Speech

        pcm, sample_rate_hz = read_audio(request.audio)
        speech = (
            Speech(pcm, sample_rate_hz, ())
            if request.timing is None
            else speech_from(dict(request.timing), pcm, sample_rate_hz)
        )

        def drawn(done: int, total: int) -> None:
            work.progress = done / total if total else 0.0

        render_in_process(
            RenderSpec(
                template=request.template,
                presenter=request.presenter,
                aspect=request.aspect,
                resolution=request.resolution,
                captions=request.captions,
                title=request.title,
                mark=self._mark,
                seed=request.seed,
            ),
            speech,
            work.clip,
            on_progress=drawn,
            cancelled=work.stop.is_set,
            timeout_s=self._timeout_s,
            memory_limit_mb=self._memory_limit_mb,
        )

    def _make_folder(self) -> Path:
        if self._workdir is not None:
            self._workdir.mkdir(parents=True, exist_ok=True)
            _discard_orphans(self._workdir)
        return Path(tempfile.mkdtemp(prefix=f"render-{os.getpid()}-", dir=self._workdir))

    def _find(self, ticket: Ticket) -> _Work:
        try:
            return self._work[ticket]
        except KeyError:
            raise ProviderUnavailable(
                "The render is not known any more; the process that drew it has ended.",
                provider=self.capabilities.name,
            ) from None

    def _forget_unfetched(self) -> None:
        """Drop clips that nobody came for: their jobs failed or were cancelled meanwhile."""
        limit = self._monotonic() - _KEPT_S
        for ticket, work in list(self._work.items()):
            if work.ended_at is not None and work.ended_at < limit:
                self._forget(ticket)

    def _forget(self, ticket: Ticket) -> None:
        with self._lock:
            work = self._work.pop(ticket, None)
        if work is not None:
            shutil.rmtree(work.folder, ignore_errors=True)


def _discard_orphans(workdir: Path) -> None:
    """Remove folders of processes that were killed before they could."""
    for folder in workdir.glob("render-*"):
        owner = folder.name.split("-")[1]
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
