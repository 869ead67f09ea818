"""Settings made into services: the only place that chooses between real and simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from app import __version__
from app.db.api_keys import ApiKeys
from app.db.database import Database
from app.db.runtime_settings import RuntimeSettings
from app.domain.clock import Clock, utc_now
from app.jobs.address_guard import AddressGuard
from app.jobs.engine_client import EngineClient
from app.jobs.jobs import Jobs
from app.jobs.queues import QueueLimits
from app.jobs.stage import StageFunction
from app.jobs.webhook_sender import WebhookSender
from app.pipelines.attempt import Attempt
from app.pipelines.catalog import Catalog
from app.pipelines.limits import ScriptLimits
from app.pipelines.pace import Paced
from app.pipelines.plans import MEASURED_WEIGHTS, PACED_WEIGHTS
from app.pipelines.simulation import FaultyStage, SimulatedStore
from app.pipelines.stages import (
    Compose,
    EnhanceScript,
    RenderAvatar,
    Store,
    SynthesizeSpeech,
    Validate,
)
from app.pipelines.videos import Defaults, VideoPipeline
from app.providers.renderers import SimulatedRenderer, StudioRenderer
from app.providers.scripts import SimulatedEnhancer, VerbatimScript
from app.providers.speech import FallbackSpeech, SimulatedSpeech
from app.settings import Settings, SettingsError
from app.storage import LocalStore, MediaLinks, StorageReadOnly
from app.telemetry.memory import share_heaps
from app.telemetry.metrics import Metrics
from studio.voice import detect_language

_log = structlog.get_logger(__name__)

SIMULATED_MARK = "SIMULATED"

WEBHOOK_SECRET = "webhook_signing"  # noqa: S105  # the name of the secret, not the secret

_ONLY_SIMULATED = "MOCK_MODE: this version builds simulated providers only, so it must be true"

_UNHURRIED_S = {"callback": 1.0, "maintenance": 1.0, "llm": 0.5, "speech": 0.5}
"""Queues looked at no more often than this, which keeps an idle worker quiet: nobody waits for the
first two, and stages of the others are mostly carried on to without their queue."""
_SHARED_OUT = frozenset({"render"})
"""Renders take all cores for many seconds: the first idle worker should get the next one, not the
one that happened to write the speech. Beside a render, a poll of the queue is nothing."""

_VIBEVOICE_LANGUAGES = frozenset({"en"})
_SARVAM_LANGUAGES = frozenset({"bn", "en", "gu", "hi", "kn", "ml", "mr", "pa", "ta", "te"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpFacts:
    """What the HTTP layer needs to know of the settings."""

    livemode: bool
    version: str
    bound_to_loopback: bool
    """Whether only this machine can reach the server."""
    require_api_key: bool
    """Whether job routes ask for a key; live mode always does."""
    public_base_url: str | None
    trusted_proxies: int
    cors_origins: tuple[str, ...]
    max_request_bytes: int
    sse_max_streams: int
    rate_limit_enabled: bool
    rate_limit: str
    rate_limit_create: str
    limits: ScriptLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechFacts:
    """Who speaks, for ``GET /health``."""

    provider: str
    """Who speaks first."""
    stand_ins: tuple[str, ...]
    """Who speaks when the first cannot, in order."""

    @property
    def vibevoice_available(self) -> bool:
        """Whether VibeVoice is one of them."""
        return "vibevoice" in (self.provider, *self.stand_ins)

    @property
    def elevenlabs_fallback(self) -> bool:
        """Whether ElevenLabs stands in."""
        return "elevenlabs" in self.stand_ins


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    """How a worker of these services works."""

    queues: Mapping[str, QueueLimits]
    listen: tuple[str, ...]
    """The queues that this worker takes from."""
    workdir: Path
    poll_s: float | None
    heartbeat_s: float
    dead_s: float
    grace_s: float
    metrics_port: int | None
    webhook_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the product is made of. Building it starts no thread and opens no connection."""

    version: str
    http: HttpFacts
    speech: SpeechFacts
    work: WorkFacts
    clock: Clock
    database: Database
    api_keys: ApiKeys
    runtime_settings: RuntimeSettings
    jobs: Jobs
    videos: VideoPipeline
    catalog: Catalog
    store: LocalStore
    links: MediaLinks
    metrics: Metrics
    stages: Mapping[str, StageFunction]
    engine_client: EngineClient

    def prepare(self) -> None:
        """Make folders and tables. Once per process, before the first request or stage.

        Raises:
            StorageReadOnly: the data folder cannot be written.
        """
        share_heaps()
        try:
            self.store.root.mkdir(parents=True, exist_ok=True)
            self.work.workdir.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StorageReadOnly(
                f"The data folder cannot be made or written: {exc.strerror}.",
                remedy="Set DATA_DIR to a folder that this user can write.",
            ) from exc
        self.database.upgrade()

    def webhook_sender(self) -> WebhookSender:
        """Calls clients back, in mock mode only this machine. Reads the key from the database."""
        livemode = self.http.livemode
        return WebhookSender(
            AddressGuard(
                allow_public=livemode,
                allow_loopback=not livemode and self.videos.calls_loopback,
            ),
            self.runtime_settings.get_or_create_secret(WEBHOOK_SECRET),
            timeout_s=self.work.webhook_timeout_s,
        )

    def warm_up(self) -> None:
        """Load what the first request would otherwise wait for: the language model, the queue."""
        detect_language("Which language is this?")
        self.engine_client.prepare()

    def close(self) -> None:
        """Give all connections back."""
        self.engine_client.close()
        self.database.dispose()


def build(settings: Settings, *, clock: Clock = utc_now) -> Services:
    """Choose and connect every part.

    Raises:
        SettingsError: live mode, as only simulated providers are built here; or the database's
            address is of no known kind.
    """
    if settings.livemode:
        raise SettingsError((_ONLY_SIMULATED,))
    try:
        database = Database(settings.database_address)
    except ValueError as exc:
        raise SettingsError((str(exc),)) from exc
    limits = ScriptLimits(
        max_characters=settings.max_tts_input_chars, max_speech_s=settings.max_tts_audio_duration
    )
    metrics = Metrics(shared_dir=settings.prometheus_multiproc_dir)
    store = LocalStore(settings.data_dir / "media")
    speech = _simulated_speech(settings)
    runtime_settings = RuntimeSettings(database, clock)
    engine_client = EngineClient(database)
    jobs = Jobs(database, engine_client, clock, dead_s=settings.worker_dead_s)
    catalog = Catalog(limits)
    return Services(
        version=__version__,
        http=_http_facts(settings, limits),
        speech=SpeechFacts(provider=speech.names[0], stand_ins=speech.names[1:]),
        work=_work_facts(settings),
        clock=clock,
        database=database,
        api_keys=ApiKeys(database, clock),
        runtime_settings=runtime_settings,
        jobs=jobs,
        videos=VideoPipeline(
            jobs=jobs,
            catalog=catalog,
            metrics=metrics,
            livemode=settings.livemode,
            calls_loopback=settings.bound_to_loopback or settings.require_api_key,
            defaults=Defaults(
                style=settings.vibevoice_style,
                seed=settings.vibevoice_seed,
                profile=settings.vibevoice_profile,
            ),
            weights=PACED_WEIGHTS if settings.mock_pace_s else MEASURED_WEIGHTS,
        ),
        catalog=catalog,
        store=store,
        links=MediaLinks(
            lambda: runtime_settings.get_or_create_secret("media_signing").encode(),
            settings.media_link_ttl_s,
            clock,
        ),
        metrics=metrics,
        stages=_simulated_stages(settings, limits, speech, store, metrics),
        engine_client=engine_client,
    )


def warn_of_promises(settings: Settings) -> None:
    """Log what is set and would be relied on, but has no effect yet. Once per process."""
    if settings.video_retention_hours:
        _log.warning(
            "settings.no_effect_yet",
            setting="VIDEO_RETENTION_HOURS",
            hours=settings.video_retention_hours,
            detail="This version deletes no media by itself: remove them yourself, "
            "see docs/how-to/backups-and-retention.md.",
        )


def _simulated_stages(
    settings: Settings,
    limits: ScriptLimits,
    speech: FallbackSpeech,
    store: LocalStore,
    metrics: Metrics,
) -> dict[str, StageFunction]:
    renderer = SimulatedRenderer(
        "heygen",
        StudioRenderer(
            mark=SIMULATED_MARK,
            timeout_s=settings.render_timeout_s,
            memory_limit_mb=settings.render_memory_mb,
            workdir=settings.data_dir / "work" / "renders",
        ),
    )
    stages: dict[str, StageFunction] = {
        "validate": Validate(limits),
        "enhance_script": EnhanceScript(
            SimulatedEnhancer(settings.script_provider), VerbatimScript(), limits
        ),
        "synthesize_speech": SynthesizeSpeech(speech, store, limits),
        "render_avatar": RenderAvatar(renderer, store),
        "compose": Compose(store, SIMULATED_MARK),
        "store": Store(work=store, published=SimulatedStore("wasabi", store)),
    }
    for name, stage in stages.items():
        simulated: StageFunction = FaultyStage(name, stage)
        if settings.mock_pace_s:
            simulated = Paced(simulated, settings.mock_pace_s)
        stages[name] = Attempt(name, simulated, metrics)
    return stages


def _simulated_speech(settings: Settings) -> FallbackSpeech:
    known = {
        "vibevoice": SimulatedSpeech("vibevoice", languages=_VIBEVOICE_LANGUAGES),
        "sarvam": SimulatedSpeech("sarvam", languages=_SARVAM_LANGUAGES),
        "elevenlabs": SimulatedSpeech("elevenlabs"),
    }
    order = dict.fromkeys((settings.tts_provider, "vibevoice", "elevenlabs"))
    return FallbackSpeech([known[name] for name in order])


def _http_facts(settings: Settings, limits: ScriptLimits) -> HttpFacts:
    return HttpFacts(
        livemode=settings.livemode,
        version=__version__,
        bound_to_loopback=settings.bound_to_loopback,
        require_api_key=settings.require_api_key or settings.livemode,
        public_base_url=settings.public_base_url,
        trusted_proxies=settings.trusted_proxies,
        cors_origins=settings.cors_origins,
        max_request_bytes=settings.max_request_bytes,
        sse_max_streams=settings.sse_max_streams,
        rate_limit_enabled=settings.rate_limit_enabled,
        rate_limit=settings.rate_limit,
        rate_limit_create=settings.rate_limit_create,
        limits=limits,
    )


def _work_facts(settings: Settings) -> WorkFacts:
    return WorkFacts(
        queues={
            name: QueueLimits(
                per_worker=limit,
                poll_s=max(settings.queue_poll_s or 0, _UNHURRIED_S[name])
                if name in _UNHURRIED_S
                else None,
                carry=name not in _SHARED_OUT,
            )
            for name, limit in settings.queue_limits.items()
        },
        listen=settings.worker_queues,
        workdir=settings.data_dir / "work" / "stages",
        poll_s=settings.queue_poll_s,
        heartbeat_s=settings.worker_heartbeat_s,
        dead_s=settings.worker_dead_s,
        grace_s=settings.graceful_timeout_s,
        metrics_port=settings.worker_metrics_port,
        webhook_timeout_s=settings.webhook_timeout_s,
    )
