"""`scripts/keys.py`: what goes wrong is a sentence, and no key is made that is dead at once."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.db.api_keys import ApiKeys
from app.db.database import Database
from scripts.keys import main

CREATE = ["create", "ci", "--tenant", "acme"]


@pytest.fixture
def refused(read, monkeypatch, capsys):
    """Run the command with these settings; what it said while it refused, with status 2."""
    read()  # nothing ambient

    def run(*arguments: str, **variables: object) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        try:
            status = main(list(arguments))
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        assert status == 2
        assert said.out == ""
        return said.err

    return run


def test_a_new_key_is_printed_alone_and_opens(read, tmp_path, capsys):
    read(DATA_DIR=tmp_path)
    assert main([*CREATE, "--expires-days", "0.5"]) == 0
    printed = capsys.readouterr()
    database = Database(f"sqlite:///{tmp_path / 'engineer.db'}")
    key = ApiKeys(database).authenticate(printed.out.strip())
    database.dispose()
    assert key is not None
    assert key.tenant == "acme"
    assert f"until {key.expires_at:%Y-%m-%d}" in printed.err


@pytest.mark.parametrize("days", ["nan", "inf", "1e12", "-1", "0", "0.0000001", "soon"])
def test_a_key_that_would_be_dead_or_for_ever_is_not_made(refused, tmp_path, days):
    told = refused(*CREATE, "--expires-days", days, DATA_DIR=tmp_path)
    assert "argument --expires-days: say a number of days from 0.001 to 36500" in told
    assert list(tmp_path.iterdir()) == []


def test_unusable_settings_are_named(refused, tmp_path):
    told = refused("list", MOCK_MODE="maybe", DATA_DIR=tmp_path)
    assert "MOCK_MODE: say true or false" in told


def test_a_database_of_no_known_kind_is_told(refused):
    assert "DATABASE_URL must name a file" in refused("list", DATABASE_URL="sqlite://")


def test_a_database_that_is_down_is_told_in_one_line_without_its_password(refused):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        told = refused("list", DATABASE_URL=f"postgresql://u:hunter2@127.0.0.1:{port}/x")
    assert told.startswith("The database cannot be used: ")
    assert told.count("\n") == 1
    assert "hunter2" not in told


@pytest.mark.parametrize("place", ["/proc/nowhere", "file/below", "not-a-database"])
def test_a_place_without_a_usable_database_is_told_in_one_line(refused, tmp_path, place):
    folder = Path(tmp_path, place)
    if place == "file/below":
        Path(tmp_path, "file").write_text("in the way")
    elif place == "not-a-database":
        folder.mkdir()
        (folder / "engineer.db").write_bytes(b"plain text" * 200)
    told = refused("list", DATA_DIR=folder)
    assert told.startswith("The database cannot be used: ")
    assert told.count("\n") == 1


def test_an_unknown_key_and_an_unknown_scope_are_told(refused, tmp_path):
    assert "no such key" in refused("revoke", "key_none", DATA_DIR=tmp_path)
    assert "Scopes must be among" in refused(*CREATE, "--scopes", "root", DATA_DIR=tmp_path)
