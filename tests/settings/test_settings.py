from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from structlog.testing import capture_logs

from app import settings as module
from app.bootstrap import build, warn_of_promises
from app.db.tables import WORKERS
from app.settings import REPOSITORY, SettingsError, describe, load

LIVE_KEYS = {
    "OPENAI_API_KEY": "sk-live-secret",
    "VIBEVOICE_WS_ENDPOINT": "ws://gpu:8765/tts",
    "HEYGEN_API_KEY": "hg-live-secret",
}

FROM_THE_SEEDS = {
    "OPENAI_API_KEY": "a",
    "OPENAI_MODEL": "gpt-4",
    "TTS_PROVIDER": "elevenlabs",
    "VIBEVOICE_WS_ENDPOINT": "ws://gpu:8765/tts",
    "VIBEVOICE_STYLE": "calm",
    "VIBEVOICE_SEED": "7",
    "VIBEVOICE_PROFILE": "casual",
    "VIBEVOICE_CONNECTION_TIMEOUT": "3",
    "VIBEVOICE_STREAM_TIMEOUT": "2",
    "VIBEVOICE_MAX_RETRIES": "1",
    "ELEVENLABS_API_KEY": "b",
    "ELEVENLABS_VOICE_ID": "c",
    "HEYGEN_API_KEY": "d",
    "HEYGEN_AVATAR_ID": "e",
    "SARVAM_API_KEY": "f",
    "WASABI_ACCESS_KEY": "g",
    "WASABI_SECRET_KEY": "h",
    "WASABI_BUCKET_NAME": "ai-videos",
    "WASABI_REGION": "eu-west-1",
    "WASABI_ENDPOINT": "https://s3.eu.example",
    "MAX_TTS_INPUT_CHARS": "10",
    "MAX_TTS_AUDIO_DURATION": "20",
    "TTS_CACHE_ENABLED": "False",
    "TTS_CACHE_DIR": "/tmp/tts_cache",
    "CORS_ORIGINS": "https://a.example,https://b.example",
    "PORT": "5050",
    "HF_TOKEN": "i",
    "MODEL_STORAGE_PATH": "/models",
    "MODEL_BUCKET": "weights",
    "AWS_REGION": "eu-west-1",
    "R2_ACCOUNT_ID": "j",
    "R2_ACCESS_KEY_ID": "k",
    "R2_SECRET_ACCESS_KEY": "l",
    "R2_BUCKET_NAME": "m",
    "VIDEO_RETENTION_HOURS": "6",
}


@pytest.mark.parametrize("text", ["", "true", "True", " TRUE ", "1", "yes", "on"])
def test_true_and_nothing_mean_mock_mode(read, text):
    assert read(MOCK_MODE=text).mock_mode


def test_mock_mode_is_what_one_gets_without_saying_anything(read):
    assert read().mock_mode


@pytest.fixture
def all_adapters(monkeypatch):
    """As a later version, with every live adapter there."""
    everything = {choice: frozenset(names) for choice, names in module.LIVE_NEEDS.items()}
    monkeypatch.setattr(module, "LIVE_ADAPTERS", everything)


@pytest.mark.usefixtures("all_adapters")
@pytest.mark.parametrize("text", ["false", "False", "0", "no", "off", " FALSE"])
def test_only_an_explicit_false_goes_live(read, text):
    assert read(MOCK_MODE=text, **LIVE_KEYS).livemode


@pytest.mark.parametrize("text", ["maybe", "flase", "live", "2", "None", "production"])
def test_unknown_words_refuse_to_start(read, text):
    with pytest.raises(SettingsError, match="MOCK_MODE: say true or false"):
        read(MOCK_MODE=text, **LIVE_KEYS)


def test_keys_present_do_not_end_mock_mode(read):
    assert read(**LIVE_KEYS).mock_mode


@pytest.mark.usefixtures("all_adapters")
@pytest.mark.parametrize("missing", sorted(LIVE_KEYS))
def test_live_mode_names_the_key_it_lacks(read, missing):
    keys = {name: value for name, value in LIVE_KEYS.items() if name != missing}
    with pytest.raises(SettingsError, match=f"{missing}: needed for") as caught:
        read(MOCK_MODE="false", **keys)
    assert len(caught.value.problems) == 1


@pytest.mark.usefixtures("all_adapters")
@pytest.mark.parametrize(
    ("choice", "missing"),
    [
        ({"TTS_PROVIDER": "elevenlabs"}, "ELEVENLABS_API_KEY"),
        ({"TTS_PROVIDER": "sarvam"}, "SARVAM_API_KEY"),
        ({"STORAGE_PROVIDER": "wasabi"}, "WASABI_SECRET_KEY"),
        ({"STORAGE_PROVIDER": "r2"}, "R2_SECRET_ACCESS_KEY"),
    ],
)
def test_only_the_keys_of_the_providers_chosen_are_needed(read, choice, missing):
    with pytest.raises(SettingsError, match=missing):
        read(MOCK_MODE="false", **LIVE_KEYS, **choice)


@pytest.mark.parametrize("keys", [{}, LIVE_KEYS], ids=["no keys", "all keys"])
def test_a_version_without_live_adapters_says_so_first_and_asks_for_no_key(read, keys):
    with pytest.raises(SettingsError) as refused:
        read(MOCK_MODE="false", **keys)
    (told,) = refused.value.problems
    assert told.startswith("MOCK_MODE: live mode comes with a later version")
    for choice in ("SCRIPT_PROVIDER=openai", "TTS_PROVIDER=vibevoice", "RENDER_PROVIDER=heygen"):
        assert choice in told
    assert "STORAGE_PROVIDER" not in told
    assert "Set MOCK_MODE=true" in told
    assert "KEY" not in told


def test_providers_of_our_own_do_not_make_the_others_live(read):
    with pytest.raises(SettingsError, match="no live adapter for SCRIPT_PROVIDER=openai, TTS"):
        read(MOCK_MODE="false", RENDER_PROVIDER="studio", STORAGE_PROVIDER="local")


def test_a_key_is_asked_for_where_an_adapter_is_there_and_the_missing_adapters_come_first(
    read, monkeypatch
):
    monkeypatch.setattr(module, "LIVE_ADAPTERS", {"script_provider": frozenset({"openai"})})
    with pytest.raises(SettingsError) as refused:
        read(MOCK_MODE="false")
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "MOCK_MODE",
        "OPENAI_API_KEY",
    ]
    assert "SCRIPT_PROVIDER" not in refused.value.problems[0]


@pytest.mark.usefixtures("all_adapters")
def test_no_services_are_built_for_live_mode_even_if_its_settings_are_complete(read):
    with pytest.raises(SettingsError, match="MOCK_MODE: this version builds simulated"):
        build(read(MOCK_MODE="false", **LIVE_KEYS))


def test_whoever_counts_on_media_being_deleted_is_warned_once_at_the_start(read):
    with capture_logs() as logs:
        warn_of_promises(read(VIDEO_RETENTION_HOURS="6"))
    (entry,) = logs
    assert (entry["log_level"], entry["setting"]) == ("warning", "VIDEO_RETENTION_HOURS")
    assert "deletes no media by itself" in entry["detail"]


def test_nobody_is_warned_of_what_was_not_asked_for(read):
    with capture_logs() as logs:
        warn_of_promises(read())
    assert logs == []


def test_every_problem_is_told_at_once_and_no_value_is_repeated(read):
    with pytest.raises(SettingsError) as caught:
        read(PORT="pass-w0rd", LOG_LEVEL="s3cret", WORKER_QUEUES="cpu,hidden", MAX_REQUEST_BYTES=1)
    told = str(caught.value)
    for name in ("PORT", "LOG_LEVEL", "WORKER_QUEUES", "MAX_REQUEST_BYTES"):
        assert f"- {name}: " in told
    for value in ("pass-w0rd", "s3cret", "hidden"):
        assert value not in told


@pytest.mark.parametrize("text", ["???", "-99999", "99999999999", "nan"])
def test_no_setting_is_refused_in_the_words_of_a_library(read, text):
    with pytest.raises(SettingsError) as caught:
        read(**{setting.name: text for setting in describe() if not setting.is_secret})
    for problem in caught.value.problems:
        assert "should" not in problem, problem
        assert "pattern" not in problem, problem
        assert "^" not in problem, problem


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("PORT", "x", "PORT: must be a whole number"),
        ("PORT", "70000", "PORT: must be 65535 or less"),
        ("PORT", "0", "PORT: must be 1 or more"),
        ("REQUIRE_API_KEY", "perhaps", "REQUIRE_API_KEY: must be true or false"),
        ("RENDER_TIMEOUT_S", "soon", "RENDER_TIMEOUT_S: must be a number"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("RATE_LIMIT_TTS", "many", "RATE_LIMIT_TTS: must be a limit such as 120 per minute"),
        (
            "DATABASE_URL",
            "mysql://root@host/db",
            "DATABASE_URL: must start with postgresql:// or sqlite:///",
        ),
    ],
)
def test_a_setting_is_refused_in_plain_words(read, name, text, told):
    with pytest.raises(SettingsError) as caught:
        read(**{name: text})
    assert caught.value.problems == (told,)


@pytest.mark.parametrize("name", sorted(FROM_THE_SEEDS))
def test_every_name_of_the_first_product_is_honoured(read, name):
    text = FROM_THE_SEEDS[name]
    before = getattr(read(), name.lower())
    value = getattr(read(**{name: text}), name.lower())
    plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    if isinstance(plain, tuple):
        plain = ",".join(plain)
    assert type(plain)(text) == plain if not isinstance(plain, bool) else plain is False
    assert value != before or text == str(before)


def test_secrets_do_not_show_in_a_printed_settings_object(read):
    shown = repr(read(DATABASE_URL="postgresql://u:hunter2@db/x", **LIVE_KEYS))
    for secret in ("sk-live-secret", "hg-live-secret", "hunter2"):
        assert secret not in shown


def test_settings_cannot_be_changed_after_the_start(read):
    with pytest.raises(ValidationError):
        read().port = 1


def test_an_empty_variable_means_the_default(read):
    assert read(PORT="", WORKER_QUEUES="", DATABASE_URL="").port == 5000


def test_a_relative_data_folder_starts_at_the_repository_wherever_one_stands(read, monkeypatch):
    monkeypatch.chdir("/")
    settings = read(DATA_DIR="./data")
    assert settings.data_dir == REPOSITORY / "data"
    assert settings.database_address == f"sqlite:///{REPOSITORY}/data/engineer.db"


def test_the_dot_env_file_is_read_and_the_environment_is_stronger(read, tmp_path):
    (tmp_path / ".env").write_text("PORT=6001\nHOST=0.0.0.0 # inline\nUNRELATED=x\n")
    settings = read(PORT="6002")
    assert (settings.host, settings.port) == ("0.0.0.0", 6002)
    assert settings.local_url == "http://127.0.0.1:6002"


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_it_is_known_whether_other_machines_can_reach_us(read, host, is_loopback):
    assert read(HOST=host).bound_to_loopback is is_loopback


def test_there_is_always_room_for_one_render(read):
    assert read().queue_limits["render"] >= 1
    assert read(QUEUE_RENDER_LIMIT="3").queue_limits["render"] == 3


@pytest.mark.parametrize("limit", ["10", "many per minute", "10 per fortnight"])
def test_a_rate_limit_that_means_nothing_is_refused(read, limit):
    with pytest.raises(SettingsError, match="RATE_LIMIT_CREATE"):
        read(RATE_LIMIT_CREATE=limit)


def test_an_override_that_is_no_setting_is_a_mistake_of_the_program():
    with pytest.raises(TypeError, match="prot"):
        load(prot=1)


def test_the_example_file_is_what_the_settings_are():
    from scripts.env_example import render

    example = (REPOSITORY / ".env.example").read_text()
    assert example == render(), "run: python scripts/env_example.py > .env.example"


def test_the_example_file_changes_nothing(read, tmp_path):
    defaults = read()
    (tmp_path / ".env").write_text((REPOSITORY / ".env.example").read_text())
    assert read() == defaults


def test_every_setting_is_described():
    for setting in describe():
        assert setting.description.endswith("."), setting.name
        assert setting.group, setting.name


@pytest.mark.parametrize(("dead_s", "alive"), [("120", True), ("20", False)])
def test_a_worker_is_shown_alive_for_as_long_as_its_work_is_left_to_it(
    read, tmp_path, dead_s, alive
):
    services = build(read(WORKER_DEAD_S=dead_s, DATA_DIR=tmp_path))
    services.prepare()
    seen_at = datetime.now(UTC) - timedelta(seconds=60)
    row = {"id": "wrk_1", "host": "here", "pid": 1, "queues": ["cpu"]}
    with services.database.session() as session:
        session.execute(sa.insert(WORKERS).values(**row, started_at=seen_at, seen_at=seen_at))
    assert [worker.alive for worker in services.jobs.workers()] == [alive]
    services.close()
