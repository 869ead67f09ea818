"""Real services on a database of their own; real engine, with stages that take no time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bootstrap import build
from app.domain.errors import CreditExhausted
from app.factory import create_app
from app.jobs.engine import Engine
from app.jobs.stage import StageCancelled, StageContext, StageFunction, StageResult
from app.settings import load
from app.storage import ObjectStore, save_artifact
from tests.api.site import Site

MakeSite = Callable[..., Site]

STAGES = (
    "validate",
    "enhance_script",
    "synthesize_speech",
    "render_avatar",
    "compose",
    "store",
)


def quick_stages(store: ObjectStore) -> dict[str, StageFunction]:
    """Stages that make texts instead of media; words in double brackets steer them."""
    broken: set[str] = set()

    def run(context: StageContext) -> StageResult:
        script = context.request.script
        stage = context.node.stage
        if "((slow))" in script:
            for step in range(4):
                context.report(step / 4)
                time.sleep(0.03)
        if "((wait))" in script and stage == "render_avatar":
            while not context.cancelled():
                time.sleep(0.01)
            raise StageCancelled
        mended = "once" in script and context.job_id in broken
        if stage == "render_avatar" and "((break" in script and not mended:
            broken.add(context.job_id)
            raise CreditExhausted("The renderer's account is empty.", provider="fake")
        if stage == "enhance_script":
            return StageResult(output={"script": script, "title": "A title"})
        if stage == "synthesize_speech":
            return StageResult(provider="fake", cost_usd=0.25)
        if stage == "store":
            return StageResult(artifacts=tuple(_files(context, store)))
        return StageResult()

    return dict.fromkeys(STAGES, run)


def _files(context: StageContext, store: ObjectStore):
    script = context.inputs["enhance_script"].output["script"]
    for kind, suffix, content_type in (
        ("video", ".mp4", "video/mp4"),
        ("captions_vtt", ".vtt", "text/vtt"),
        ("poster", ".jpg", "image/jpeg"),
    ):
        path = context.workdir / f"{kind}{suffix}"
        path.write_text(f"{kind} of {script}")
        yield save_artifact(store, path, kind, content_type, {"duration_s": 1.5})


@pytest.fixture(scope="module")
def make_site(tmp_path_factory) -> Iterator[MakeSite]:
    """Builds sites: ``make_site(require_api_key=True)``; ``work=True`` runs jobs as well."""
    opened: list[Callable[[], None]] = []

    def make(*, work: bool = False, livemode: bool = False, **settings) -> Site:
        data: Path = settings.pop("data_dir", None) or tmp_path_factory.mktemp("site")
        services = build(load(data_dir=data, **{"rate_limit_enabled": False} | settings))
        services.prepare()
        opened.append(services.close)
        if work:
            engine = Engine(
                services.database,
                quick_stages(services.store),
                queues=services.work.queues,
                workdir=services.work.workdir,
                client=services.engine_client,
                poll_s=0.05,
            )
            engine.start()
            opened.append(lambda: engine.drain(5))
        made = Site(services, create_app(services))
        return made.told(livemode=True, require_api_key=True) if livemode else made

    yield make
    for close in reversed(opened):
        close()


@pytest.fixture(scope="module")
def site(make_site) -> Site:
    """Accepts jobs; nobody works on them."""
    return make_site()


@pytest.fixture(scope="module")
def working_site(make_site) -> Site:
    """A worker runs quick stages."""
    return make_site(work=True)
