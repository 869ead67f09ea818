"""Vendored files are what VENDOR.md says they are, and nothing else lies beside them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "app" / "web" / "static" / "vendor"
ROW = re.compile(r"^\| (\S+/\S+) \| (\S+) \| (\S+) \| (.+?) \| ([0-9a-f]{64}) \|$", re.MULTILINE)


def _rows() -> dict[str, tuple[str, str, str]]:
    text = (VENDOR / "VENDOR.md").read_text()
    return {file: (version, licence, sum_) for file, _, version, licence, sum_ in ROW.findall(text)}


def test_every_file_has_the_sum_that_is_written_down() -> None:
    rows = _rows()
    assert rows
    for file, (version, _, expected) in rows.items():
        assert version in Path(file).parent.name
        assert hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() == expected, file


def test_every_file_is_listed() -> None:
    files = {str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.is_file()}
    assert files - {"VENDOR.md"} == set(_rows())


def test_every_package_brings_its_licence() -> None:
    for folder in {Path(file).parent for file in _rows()}:
        texts = [p for p in (VENDOR / folder).iterdir() if p.suffix == ".txt"]
        assert any("ermission" in text.read_text() for text in texts), folder
