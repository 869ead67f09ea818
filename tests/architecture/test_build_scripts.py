"""The scripts behind make say plainly what is missing, and notice a stale lock."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from scripts.check_lock import faults, pinned
from tests.architecture.repository import ROOT


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH with nothing in it but what the scripts themselves are written in."""
    for tool in ("sh", "id", "ls", "cat", "rm", "mktemp", "tail"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    return tmp_path


def _python(folder: Path, name: str, *, version: str, fits: bool, venv: bool = True) -> Path:
    """A stand-in that answers the questions of find_python.sh."""
    path = folder / name
    path.write_text(
        "#!/bin/sh\n"
        f'case "$*" in --version) echo "Python {version}";;\n'
        f"*version_info*) exit {0 if fits else 1};;\n"
        f"*ensurepip*) exit {0 if venv else 1};; esac\n"
    )
    path.chmod(0o755)
    return path


def _run(script: str, path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [path / "sh", ROOT / "scripts" / script],
        env={"PATH": str(path), **settings},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_the_newest_python_that_fits_is_taken(bare_path: Path) -> None:
    _python(bare_path, "python3", version="3.11.2", fits=True)
    _python(bare_path, "python3.12", version="3.12.1", fits=True)
    newest = _python(bare_path, "python3.13", version="3.13.0", fits=True)

    assert _run("find_python.sh", bare_path).stdout.strip() == str(newest)


def test_an_old_python_is_refused_with_its_version_and_a_way_out(bare_path: Path) -> None:
    _python(bare_path, "python3", version="3.9.18", fits=False)

    outcome = _run("find_python.sh", bare_path)

    assert outcome.returncode == 1
    assert "3.11 or newer is needed, found: Python 3.9.18" in outcome.stderr
    assert "PYTHON=" in outcome.stderr


def test_a_python_without_venv_is_named_with_the_package_to_install(bare_path: Path) -> None:
    _python(bare_path, "python3", version="3.11.2", fits=True, venv=False)

    outcome = _run("find_python.sh", bare_path)

    assert outcome.returncode == 1
    assert "python3-venv" in outcome.stderr


def test_a_missing_browser_is_told_and_is_an_error_only_in_ci(bare_path: Path) -> None:
    at_home = _run("test_tools.sh", bare_path)
    in_ci = _run("test_tools.sh", bare_path, CI="true")

    assert at_home.returncode == 0
    assert "browser tests are skipped" in at_home.stderr
    assert in_ci.returncode == 1


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_of_a_lock_has_hashes(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")

    assert len(pinned(lock)) > 30
    assert lock.count("--hash=sha256:") >= len(pinned(lock))


def test_a_lock_that_pins_too_little_too_old_or_too_much_is_stale() -> None:
    told = faults("requirements.txt", [Requirement("flask<2"), Requirement("nothing-like-this")])

    assert "requirements.txt does not pin nothing-like-this" in told
    assert any("pyproject.toml asks for flask<2" in line for line in told)
    assert "requirements.txt pins dbos, which nothing needs" in told


def test_make_lists_every_target_that_is_meant_for_people() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip

    for target in ("setup", "demo", "run", "test", "check", "lock", "bench", "clean"):
        assert f"make {target} " in listed
