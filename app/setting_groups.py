"""Which settings there are: name, type, default, bounds and what each is for.

A class is a group, its docstring the group's title. Groups, order and descriptions are what
``.env.example`` and the documentation's table are made of; ``app.settings`` reads the values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from app.domain.video_request import Profile, Style

REPOSITORY = Path(__file__).resolve().parent.parent
"""Where ``.env`` is looked for and what a relative ``DATA_DIR`` is relative to."""

QueueName = Literal["cpu", "llm", "speech", "render", "callback", "maintenance"]
QUEUES: tuple[QueueName, ...] = get_args(QueueName)

TRUE_WORDS = frozenset({"1", "true", "t", "yes", "y", "on"})
FALSE_WORDS = frozenset({"0", "false", "f", "no", "n", "off"})

RateLimit = Annotated[str, Field(pattern=r"^\d+ per (\d+ )?(second|minute|hour|day)s?$")]

CommaList = Annotated[tuple[str, ...], NoDecode]
"""``a, b`` in the environment; NoDecode, or pydantic-settings would want JSON."""


NO_EFFECT_YET = "No effect yet"
"""How the description of a setting begins that is read and checked, but nothing acts on it."""


class Mode(BaseModel):
    """Mode"""

    mock_mode: bool = Field(
        default=True,
        description="Simulate every provider; nothing leaves the machine. Only an explicit false "
        "goes live; text that is neither true nor false refuses to start.",
    )
    mock_pace_s: float = Field(
        default=0,
        ge=0,
        le=600,
        description="Mock mode: spread a job's steps over about this many seconds; 0 is as fast "
        "as it really is.",
    )

    @field_validator("mock_mode", mode="before")
    @classmethod
    def _fail_closed(cls, value: object) -> bool:
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in FALSE_WORDS:
            return False
        if word in TRUE_WORDS or not word:
            return True
        raise ValueError("say true or false; anything else could start real, paid work by accident")


class Server(BaseModel):
    """Server"""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. 0.0.0.0 lets other machines in.",
    )
    port: int = Field(default=5000, ge=1, le=65535, description="Port to listen on.")
    public_base_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+(/[^\s?#]*)?$",
        description="Address that clients reach this server by, for links in answers. Empty: "
        "taken from each request.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many reverse proxies in front may set X-Forwarded-* headers.",
    )
    cors_origins: CommaList = Field(
        default=(),
        description="Origins of browser front ends on other hosts, separated by commas; * for "
        "any. Empty: same origin only.",
    )
    max_request_bytes: int = Field(
        default=1_000_000, ge=1_000, description="Larger request bodies are refused with 413."
    )
    sse_max_streams: int = Field(
        default=4,
        ge=0,
        description="Event streams one process serves at once; further clients are asked to poll.",
    )
    web_concurrency: int = Field(
        default=1, ge=1, le=64, description="Web processes under gunicorn."
    )
    web_threads: int = Field(default=16, ge=2, le=256, description="Threads of each web process.")
    graceful_timeout_s: int = Field(
        default=25,
        ge=1,
        le=600,
        description="After SIGTERM: how long requests and stages at work may take to finish.",
    )

    @field_validator("public_base_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None


class Access(BaseModel):
    """Access"""

    require_api_key: bool = Field(
        default=False,
        description="Ask for an API key on job routes in mock mode too. Live mode always asks.",
    )
    rate_limit_enabled: bool = Field(default=True, description="Limit how often a client may ask.")
    rate_limit: RateLimit = Field(
        default="1200 per minute", description="Requests of one client to all routes together."
    )
    rate_limit_create: RateLimit = Field(
        default="120 per minute", description="Videos one client may ask for."
    )
    rate_limit_tts: RateLimit = Field(
        default="60 per minute", description="No effect yet. Speech samples one client may ask for."
    )


class Data(BaseModel):
    """Data and storage"""

    data_dir: Path = Field(
        default=Path("./data"),
        description="Database, media and work files. A relative path starts at the repository.",
    )
    database_url: str | None = Field(
        default=None,
        pattern=r"^(sqlite|postgres|postgresql)(\+\w+)?://",
        repr=False,
        description="postgresql://… for more than one machine. Empty: SQLite in DATA_DIR.",
    )
    storage_provider: Literal["local", "wasabi", "r2"] = Field(
        default="local", description="No effect yet. Where finished media are kept in live mode."
    )
    video_retention_hours: int = Field(
        default=0,
        ge=0,
        description="No effect yet: this version deletes nothing by itself. Later: hours after "
        "which the media of finished jobs are deleted; 0 keeps them.",
    )
    media_link_ttl_s: int = Field(
        default=86_400, ge=60, description="How long a link to a video works."
    )
    wasabi_access_key: SecretStr | None = Field(default=None, description="No effect yet. Key id.")
    wasabi_secret_key: SecretStr | None = Field(
        default=None, description="No effect yet. Secret key."
    )
    wasabi_bucket_name: str | None = Field(default=None, description="No effect yet. Bucket.")
    wasabi_region: str = Field(default="us-east-1", description="No effect yet. Wasabi region.")
    wasabi_endpoint: str = Field(
        default="https://s3.wasabisys.com", description="No effect yet. Wasabi's S3 endpoint."
    )
    r2_account_id: str | None = Field(default=None, description="No effect yet. Account.")
    r2_access_key_id: SecretStr | None = Field(default=None, description="No effect yet. Key id.")
    r2_secret_access_key: SecretStr | None = Field(
        default=None, description="No effect yet. Secret key."
    )
    r2_bucket_name: str | None = Field(default=None, description="No effect yet. Bucket.")

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return (REPOSITORY / value.expanduser()).resolve()


class Scripts(BaseModel):
    """Script"""

    script_provider: Literal["openai"] = Field(
        default="openai", description="Who enhances the script in live mode."
    )
    openai_api_key: SecretStr | None = Field(default=None, description="No effect yet. OpenAI key.")
    openai_model: str = Field(
        default="gpt-4", description="No effect yet. Model that enhances the script."
    )


class Speech(BaseModel):
    """Speech"""

    tts_provider: Literal["vibevoice", "elevenlabs", "sarvam"] = Field(
        default="vibevoice",
        description="Who speaks first; the others configured stand in when it fails.",
    )
    tts_canary_percent: int = Field(
        default=100,
        ge=0,
        le=100,
        description="No effect yet. Share of users whose speech goes to VibeVoice.",
    )
    max_tts_input_chars: int = Field(
        default=3000, ge=1, le=100_000, description="Longest script in characters."
    )
    max_tts_audio_duration: float = Field(
        default=90,
        gt=0,
        le=3600,
        description="Longest speech in seconds, estimated from the script before any work.",
    )
    tts_cache_enabled: bool = Field(
        default=True, description="No effect yet. Speak an equal request from the cache."
    )
    tts_cache_dir: Path | None = Field(
        default=None, description="No effect yet. Folder of the speech cache. Empty: in DATA_DIR."
    )
    vibevoice_ws_endpoint: str | None = Field(
        default=None,
        pattern=r"^wss?://\S+$",
        description="No effect yet. WebSocket address of the VibeVoice server.",
    )
    vibevoice_style: Style = Field(
        default="neutral", description="Style when a request names none."
    )
    vibevoice_seed: int = Field(default=42, description="Seed when a request names none.")
    vibevoice_profile: Profile = Field(
        default="default", description="Voice profile when a request names none."
    )
    vibevoice_connection_timeout: float = Field(
        default=10, gt=0, description="No effect yet. Seconds to connect to VibeVoice."
    )
    vibevoice_stream_timeout: float = Field(
        default=5,
        gt=0,
        description="No effect yet. Seconds without any audio after which a stream is given up.",
    )
    vibevoice_max_retries: int = Field(
        default=2,
        ge=0,
        le=10,
        description="No effect yet. Tries after the first before another provider speaks.",
    )
    elevenlabs_api_key: SecretStr | None = Field(
        default=None, description="No effect yet. ElevenLabs key."
    )
    elevenlabs_voice_id: str = Field(
        default="21m00Tcm4TlvDq8ikWAM",
        description="No effect yet. ElevenLabs voice when a request names none.",
    )
    sarvam_api_key: SecretStr | None = Field(
        default=None, description="No effect yet. Sarvam key, for Indian languages."
    )


class Rendering(BaseModel):
    """Presenter video"""

    render_provider: Literal["studio", "heygen"] = Field(
        default="heygen",
        description="No effect yet. Who draws the presenter in live mode: HeyGen, or the studio.",
    )
    heygen_api_key: SecretStr | None = Field(default=None, description="No effect yet. HeyGen key.")
    heygen_avatar_id: str = Field(
        default="default", description="No effect yet. HeyGen avatar when a request names none."
    )
    render_timeout_s: float = Field(
        default=900, gt=0, description="An embedded render that runs longer is stopped."
    )
    render_memory_mb: int = Field(
        default=1024, ge=256, description="Memory limit of one embedded render."
    )


class Work(BaseModel):
    """Worker"""

    run_worker: Literal["auto", "inline", "off"] = Field(
        default="auto",
        description="Work inside the web process: auto does so under `python app/main.py` and not "
        "under gunicorn; inline does so under both; off leaves it to `python -m app.worker`.",
    )
    worker_queues: CommaList = Field(
        default=QUEUES, description="Queues this worker takes from, separated by commas."
    )
    queue_cpu_limit: int = Field(default=4, ge=1, description="Light stages at once per worker.")
    queue_llm_limit: int = Field(default=4, ge=1, description="Script stages at once per worker.")
    queue_speech_limit: int = Field(
        default=4, ge=1, description="Speech stages at once per worker."
    )
    queue_render_limit: int | None = Field(
        default=None,
        ge=1,
        description="Renders at once per worker. Empty: half the cores, but two on two.",
    )
    queue_callback_limit: int = Field(default=8, ge=1, description="Webhook deliveries at once.")
    queue_maintenance_limit: int = Field(default=1, ge=1, description="Clean-up tasks at once.")
    queue_poll_s: float | None = Field(
        default=None,
        ge=0.02,
        le=10,
        description="How often a worker looks for work. Empty: 0.25 s on SQLite, else 0.5 s.",
    )
    worker_heartbeat_s: float = Field(
        default=5, gt=0, description="How often a worker says that it is alive."
    )
    worker_dead_s: float = Field(
        default=30,
        gt=0,
        description="A worker silent for so long is taken for dead and its work given to others.",
    )
    worker_metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Serve the worker's own /metrics here. Empty: not at all.",
    )
    prometheus_multiproc_dir: Path | None = Field(
        default=None,
        description="Folder in which several web processes share their metrics; set for you by "
        "deploy/gunicorn.conf.py when WEB_CONCURRENCY is above 1.",
    )
    webhook_timeout_s: float = Field(
        default=10, gt=0, le=60, description="How long a webhook receiver may take to answer."
    )

    @field_validator("worker_queues")
    @classmethod
    def _known_queues(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or set(value) - set(QUEUES):
            raise ValueError(f"name queues out of: {', '.join(QUEUES)}")
        return value


class Models(BaseModel):
    """Models of the GPU servers"""

    hf_token: SecretStr | None = Field(
        default=None, description="No effect yet. Hugging Face token."
    )
    model_storage_path: Path | None = Field(
        default=None, description="No effect yet. Folder that model weights are kept in."
    )
    model_bucket: str | None = Field(
        default=None, description="No effect yet. S3 bucket with model weights."
    )
    aws_region: str = Field(
        default="us-east-1", description="No effect yet. Region of MODEL_BUCKET."
    )


class Telemetry(BaseModel):
    """Logs"""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least important message that is logged."
    )
    log_format: Literal["auto", "json", "pretty"] = Field(
        default="auto", description="auto: pretty on a terminal, JSON lines elsewhere."
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value


class Demo(BaseModel):
    """Demo"""

    script: str = Field(
        default="Welcome! I am your AI presenter. You gave me a few words, and this video was made "
        "from them on your own machine: voice, face and captions. Now try a script of your own.",
        description='What `make demo` has spoken: SCRIPT="..." make demo.',
    )


GROUPS: tuple[type[BaseModel], ...] = (
    Mode,
    Server,
    Access,
    Data,
    Scripts,
    Speech,
    Rendering,
    Work,
    Models,
    Telemetry,
    Demo,
)
