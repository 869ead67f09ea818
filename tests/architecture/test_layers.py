"""The house stands as architecture.md says: imports run down, names collide with nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, tracked

PYTHON_FILES = tracked("*.py")
PRODUCT_FILES = [path for path in PYTHON_FILES if path.parts[0] in {"app", "studio", "scripts"}]


def test_imports_run_downward_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    outcome = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert outcome.returncode == 0, outcome.stdout


def test_nothing_directly_under_app_is_named_like_a_standard_module() -> None:
    """`python app/main.py` puts app/ first on the import path until main.py replaces it."""
    names = {path.parts[1].removesuffix(".py") for path in PYTHON_FILES if path.parts[0] == "app"}

    assert names & set(sys.stdlib_module_names) == set()


def test_only_the_settings_read_the_environment() -> None:
    """main.py may write to it, for the server that it starts."""
    readers = {
        path.as_posix()
        for path in PRODUCT_FILES
        if path.parts[0] == "app" and _reads_environment((ROOT / path).read_text(encoding="utf-8"))
    }

    assert readers <= {"app/settings.py"}


def test_only_the_engine_modules_know_dbos() -> None:
    knowers = {path for path in PRODUCT_FILES if "dbos" in _imported(path)}

    assert knowers
    assert {path for path in knowers if not path.as_posix().startswith("app/jobs/engine")} == set()


@pytest.mark.parametrize(
    "word", ["manager", "helper", "helpers", "util", "utils", "misc", "common"]
)
def test_no_module_hides_behind_an_empty_word(word: str) -> None:
    assert [path for path in PRODUCT_FILES if word in path.stem.split("_")] == []


def test_every_python_file_keeps_to_one_subject() -> None:
    lengths = {path: len((ROOT / path).read_bytes().splitlines()) for path in PYTHON_FILES}

    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_every_module_of_the_product_says_what_it_is_for() -> None:
    silent = [
        path
        for path in PRODUCT_FILES
        if path.name != "__init__.py"
        and not ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_nothing_is_left_for_later() -> None:
    marks = ("TODO", "FIXME", "XXX")
    found = []
    for path in PYTHON_FILES:
        with (ROOT / path).open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                if token.type == tokenize.COMMENT and any(mark in token.string for mark in marks):
                    found.append(f"{path}:{token.start[0]}")

    assert found == []


def _reads_environment(source: str) -> bool:
    tree = ast.parse(source)
    written = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    }
    imported = any(
        isinstance(node, ast.ImportFrom) and node.module == "os" for node in ast.walk(tree)
    )
    return imported or any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in {"environ", "environb", "getenv"}
        and id(node) not in written
        for node in ast.walk(tree)
    )


def _imported(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names
