"""The files that start the product elsewhere agree with the code on port, commands and variables."""

from __future__ import annotations

import configparser
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings, describe
from tests.architecture.repository import ROOT

SETTINGS = {setting.name for setting in describe()}
PORT = str(Settings.model_fields["port"].default)
WEB = "gunicorn -c deploy/gunicorn.conf.py app.wsgi:app"
WORKER = "python -m app.worker"
PLATFORM = {"PYTHON_VERSION", "PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
RENDER = yaml.safe_load((ROOT / "render.yaml").read_text(encoding="utf-8"))["services"][0]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
UNITS = {path.name: path for path in (ROOT / "deploy" / "systemd").glob("*.service")}


def _instruction(name: str) -> list[str]:
    """Arguments of every such instruction of the Dockerfile, continuation lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^\s*{name}\s+(.+)$", joined, re.MULTILINE)


def _image_environment() -> dict[str, str]:
    pairs = " ".join(_instruction("ENV")).split()
    return dict(pair.split("=", 1) for pair in pairs if not pair.startswith("PIP_"))


def _render_environment() -> dict[str, str]:
    return {variable["key"]: variable["value"] for variable in RENDER["envVars"]}


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_image_starts_the_web_process_and_names_the_workers_command() -> None:
    assert " ".join(json.loads(_instruction("CMD")[-1])) == WEB
    assert WORKER in DOCKERFILE


def test_the_image_listens_where_it_says() -> None:
    environment = _image_environment()

    assert _instruction("EXPOSE") == [PORT]
    assert environment["PORT"] == PORT
    assert environment["HOST"] == "0.0.0.0"


def test_the_image_installs_hashed_packages_and_runs_without_privileges() -> None:
    installs = [line for line in _instruction("RUN") if "pip install" in line]

    assert installs
    assert all("--require-hashes" in line for line in installs)
    assert _instruction("USER") == ["engineer"]
    assert DOCKERFILE.index("USER engineer") < DOCKERFILE.index("\nCMD")


def test_the_image_can_write_where_its_data_lie() -> None:
    assert _instruction("VOLUME") == [_image_environment()["DATA_DIR"]]
    assert "install -d -o engineer -g engineer /data" in DOCKERFILE


def test_the_image_copies_what_the_build_context_lets_through() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    sources = [line.split()[0] for line in _instruction("COPY") if not line.startswith("--from")]

    assert set(sources) == let_in
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_health_check_asks_a_route_that_exists(url_rules: frozenset[str]) -> None:
    checked = re.search(r"'(/[a-z]+)', timeout", _instruction("HEALTHCHECK")[0])

    assert checked
    assert {checked[1], RENDER["healthCheckPath"]} <= url_rules


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("Dockerfile", set(_image_environment())),
        ("render.yaml", set(_render_environment())),
        ("compose.yaml", set(COMPOSE["services"]["web"]["environment"])),
    ],
)
def test_deploy_files_set_only_settings_that_exist(file: str, names: set[str]) -> None:
    assert names, file
    assert names - SETTINGS - PLATFORM == set(), file


def test_the_values_set_are_usable() -> None:
    for values in (_render_environment(), COMPOSE["services"]["web"]["environment"]):
        fields = {
            name.lower(): value.replace("${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}", "secret")
            for name, value in values.items()
            if name in SETTINGS
        }
        settings = Settings.model_validate(fields)

        assert settings.mock_mode


def test_render_starts_the_web_process_with_its_worker_and_a_disk() -> None:
    environment = _render_environment()

    assert RENDER["startCommand"] == WEB
    assert "--require-hashes -r requirements.txt" in RENDER["buildCommand"]
    assert environment["RUN_WORKER"] == "inline"
    assert environment["DATA_DIR"] == RENDER["disk"]["mountPath"]
    assert environment["HOST"] == "0.0.0.0"


def test_a_server_that_strangers_can_reach_asks_for_a_key() -> None:
    assert _render_environment()["REQUIRE_API_KEY"] == "true"
    assert all(
        port.startswith("127.0.0.1:") for port in COMPOSE["services"]["web"].get("ports", [])
    )


def test_compose_runs_both_commands_on_one_database_and_one_media_folder() -> None:
    web, worker = COMPOSE["services"]["web"], COMPOSE["services"]["worker"]

    assert " ".join(web["command"]) == WEB
    assert " ".join(worker["command"]) == WORKER
    assert web["environment"] == worker["environment"]
    assert web["volumes"] == worker["volumes"] == [f"data:{_image_environment()['DATA_DIR']}"]
    assert web["ports"][0].endswith(f":{PORT}")


def test_every_supervisor_waits_longer_than_a_graceful_stop_takes() -> None:
    default = int(Settings.model_fields["graceful_timeout_s"].default)

    assert RENDER["maxShutdownDelaySeconds"] > int(_render_environment()["GRACEFUL_TIMEOUT_S"])
    for service in ("web", "worker"):
        grace = int(COMPOSE["services"][service]["environment"]["GRACEFUL_TIMEOUT_S"])
        assert _seconds(COMPOSE["services"][service]["stop_grace_period"]) > grace
    for name in UNITS:
        assert int(_unit(name)["TimeoutStopSec"]) > default


@pytest.mark.parametrize(
    ("unit", "command"), [("engineer-web.service", WEB), ("engineer-worker@.service", WORKER)]
)
def test_the_units_start_the_same_commands(unit: str, command: str) -> None:
    section = _unit(unit)

    assert section["ExecStart"].endswith(f"/.venv/bin/{command}")
    assert section["ReadWritePaths"].startswith(section["WorkingDirectory"])


def test_gunicorn_is_told_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "5055")
    monkeypatch.setenv("WEB_THREADS", "7")

    config: dict[str, Any] = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))

    bind = config["bind"] if isinstance(config["bind"], str) else config["bind"][0]
    assert bind == "0.0.0.0:5055"
    assert config["threads"] == 7
    assert not config.get("preload_app", False), "threads and pools do not survive a fork"


def _unit(name: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd minds the case
    parser.read(Path(UNITS[name]), encoding="utf-8")
    return dict(parser["Service"])
