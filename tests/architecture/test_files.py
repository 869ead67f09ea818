"""What lies in the repository: nothing of one machine, nothing unlicensed, nothing huge."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, tracked

FONT_SUMS = {
    "Inter-Medium.ttf": "f1738576525e86db1d5cf63a6c1b56e0a7e2a2898b499ac93db95f2e7a9f9cd5",
    "Inter-Bold.ttf": "fbe825cbfc749317f57a1433d3905aa9d3f388732fd29b8e8a36f34845e3bc3e",
    "Inter-ExtraBold.ttf": "1b9fab96ffc7bca31a9d4cd4d660cce80b94695908ec7613afdece2b8cf803c2",
}
MACHINE = re.compile(r"/(?:work/(?:main|shared)|root/|home/(?!engineer\b)\w+/|Users/\w+/)")
INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|https?://(?:files|registry)\.|pypi\.org/simple"
)
SECRET = re.compile(
    r"AKIA[0-9A-Z]{16}|sk-(?:proj-)?[A-Za-z0-9_-]{32,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


def _texts() -> list[tuple[Path, str]]:
    texts = []
    for path in tracked():
        if "vendor" in path.parts or path == Path(__file__).relative_to(ROOT):
            continue
        try:
            texts.append((path, (ROOT / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # a picture or a font
    return texts


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("a path of one machine", MACHINE), ("an index address", INDEX), ("a secret", SECRET)],
)
def test_no_tracked_file_holds(what: str, pattern: re.Pattern[str]) -> None:
    texts = _texts()
    found = [f"{path}: {match[0]}" for path, text in texts if (match := pattern.search(text))]

    assert len(texts) > 50
    assert found == [], what


def test_the_caption_font_is_the_published_one_and_carries_its_licence() -> None:
    folder = ROOT / "studio" / "fonts"
    sums = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.ttf")
    }

    assert sums == FONT_SUMS
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8").upper()


def test_every_locked_package_is_named_with_its_licence() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    packages = set(re.findall(r"^([a-z0-9_.-]+)==", lock, re.MULTILINE))
    named = set(re.findall(r"[a-z0-9-]+", (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")))

    assert packages - named == set()


def test_every_vendored_file_is_listed_with_version_licence_and_sum() -> None:
    """VENDOR.md names each file with its sha256; nothing else lies in the vendor folders."""
    vendored = [path for path in tracked() if "vendor" in path.parts and path.name != "VENDOR.md"]
    lists = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in tracked("*VENDOR.md"))
    unlisted = [
        path.as_posix()
        for path in vendored
        if hashlib.sha256((ROOT / path).read_bytes()).hexdigest() not in lists
    ]

    assert vendored
    assert unlisted == []


def test_no_tracked_file_is_large() -> None:
    sizes = {path.as_posix(): (ROOT / path).stat().st_size for path in tracked()}

    assert {name: size for name, size in sizes.items() if size > 1_500_000} == {}


def test_scripts_that_are_run_by_name_may_be_run() -> None:
    for name in (".ci/run", "scripts/find_python.sh", "scripts/test_tools.sh"):
        assert (ROOT / name).stat().st_mode & 0o111, f"{name} is not executable"
