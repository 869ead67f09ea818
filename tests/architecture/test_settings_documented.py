"""A setting that is not documented does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from app.settings import describe
from tests.architecture.repository import ROOT, pages, tracked

SETTINGS = {setting.name for setting in describe()}


def test_the_example_environment_names_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE)) == SETTINGS


def test_settings_that_nothing_acts_on_say_so() -> None:
    readers = [
        (ROOT / path).read_text(encoding="utf-8")
        for path in (*tracked("app/*.py"), Path("deploy/gunicorn.conf.py"))
        if path.name != "setting_groups.py"
    ]
    source = "\n".join(readers)
    unread = {
        name
        for name in SETTINGS
        if not re.search(rf"\b(?:_?settings|self)\.{name.lower()}\b", source)
    }

    say_so = {setting.name for setting in describe() if not setting.has_effect}
    assert unread | {"VIDEO_RETENTION_HOURS"} == say_so  # read, but only to warn


def test_every_setting_has_a_sentence() -> None:
    assert [setting.name for setting in describe() if len(setting.description) < 10] == []


def test_documents_give_values_only_to_settings_that_exist() -> None:
    """`NAME=value` in a page is a setting, or a variable of make, pytest or the shell."""
    others = {"SCRIPT", "UPGRADE", "ARGS", "PYTHON", "CI", "NIGHTLY", "POSTGRES_PASSWORD"}
    unknown = {
        f"{page}: {name}"
        for page in pages()
        for name in re.findall(
            r"(?<![\w$?&{-])([A-Z][A-Z0-9_]{2,})=", (ROOT / page).read_text(encoding="utf-8")
        )
        if name not in SETTINGS | others
    }

    assert unknown == set()
