"""Documents say what is so: links lead somewhere, commands exist, routes answer."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.api.problem_catalog import CATALOG
from app.domain.states import EventType
from app.jobs.events import CALLED_BACK
from studio.presenters import PRESENTERS
from studio.templates import TEMPLATES
from tests.architecture.repository import ROOT, code_blocks, pages, tracked

LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
REQUEST = re.compile(r"http://(?:localhost|127\.0\.0\.1):5000(?P<path>/[^\s\"'?)#]*)")
MAKE = re.compile(
    r"(?:^|&&|;|`)\s*(?:[A-Z_]+=(?:\"[^\"]*\"|\S+) )*make ((?:[a-z][a-z-]*))", re.MULTILINE
)
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PAGES = [page.as_posix() for page in pages()]


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    """Names that headings of a page can be linked by, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", PAGES)
def test_links_lead_somewhere(document: str) -> None:
    broken = []
    for match in LINK.finditer(_text(document)):
        target, _, anchor = match["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = (ROOT / document).parent / target if target else ROOT / document
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(match["target"])

    assert broken == []


def test_every_page_of_the_documentation_can_be_reached_from_its_index() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for match in LINK.finditer(page.read_text(encoding="utf-8")):
            target = match["target"].partition("#")[0]
            if target and not re.match(r"[a-z]+:", target):
                waiting.append(page.parent / target)

    assert [page for page in tracked("docs/*.md") if ROOT / page not in seen] == []


@pytest.mark.parametrize("document", PAGES)
def test_make_commands_in_pages_exist(document: str) -> None:
    blocks = "\n".join(code_blocks(Path(document), "sh", "bash", "console"))
    inline = "\n".join(re.findall(r"`(make [^`]+)`", _text(document)))

    assert set(MAKE.findall(blocks + "\n" + inline)) - TARGETS == set()


@pytest.mark.parametrize("document", PAGES)
def test_files_that_pages_run_exist(document: str) -> None:
    blocks = "\n".join(code_blocks(Path(document), "sh", "bash", "console"))
    scripts = re.findall(r"python3?\s+((?:app|scripts|benchmarks|docs)/\S+\.py)", blocks)
    modules = re.findall(r"python3?\s+-m\s+((?:app|studio|benchmarks)[\w.]*)", blocks)
    wanted = [ROOT / script for script in scripts]
    wanted += [ROOT / module.replace(".", "/") for module in modules]

    assert [
        path for path in wanted if not (path.exists() or path.with_suffix(".py").exists())
    ] == []


@pytest.mark.parametrize("document", PAGES)
def test_requests_in_pages_reach_a_route(document: str, url_rules: frozenset[str]) -> None:
    routes = [_as_pattern(rule) for rule in url_rules]
    asked = {match["path"] for match in REQUEST.finditer(_text(document))}
    lost = [path for path in asked if not any(route.fullmatch(path) for route in routes)]

    assert lost == []


def test_the_pages_that_the_code_can_tell_are_fresh() -> None:
    outcome = subprocess.run(
        [sys.executable, "scripts/reference_pages.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_code_that_the_product_raises_has_a_page() -> None:
    raised = {
        code
        for path in tracked("app/*.py")
        for code in re.findall(r'\bcode="([a-z_]+)"', (ROOT / path).read_text(encoding="utf-8"))
    }

    assert raised - set(CATALOG) == set()


def test_the_readme_shows_both_commands_and_a_first_request_in_two_languages() -> None:
    shell = "\n".join(code_blocks(Path("README.md"), "sh"))
    python = "\n".join(code_blocks(Path("README.md"), "python"))

    assert "make demo" in shell
    assert "make test" in shell
    assert "curl" in shell
    assert "/generate-video" in shell
    assert "/generate-video" in python


def test_the_readme_shows_pictures_that_are_in_the_repository() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", _text("README.md"))

    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).exists()] == []


def test_the_documents_count_what_there_is() -> None:
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    readme, look = _text("README.md"), _text("docs/how-to/choose-the-look.md")

    assert f"{words[len(PRESENTERS)].capitalize()} presenters" in readme
    assert f"{words[len(TEMPLATES)]} templates" in readme
    assert [name for name in PRESENTERS if f"`{name}`" not in look] == []
    assert f"… `{list(TEMPLATES)[-1]}`" in look


def test_the_changelog_keeps_its_form() -> None:
    """Keep a Changelog: newest first, dated in ISO form, known section names only."""
    text = _text("CHANGELOG.md")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    dates = [section.rpartition(" - ")[2] for section in sections if section != "[Unreleased]"]

    assert sections
    assert all(
        re.fullmatch(r"\[(Unreleased|\d+\.\d+\.\d+)\]( - \d{4}-\d\d-\d\d)?", s) for s in sections
    )
    assert dates == sorted(dates, reverse=True)
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def _as_pattern(rule: str) -> re.Pattern[str]:
    """A Flask rule as a pattern that also takes a shell variable or {placeholder} as an id."""
    parts = re.split(r"<(?:(\w+):)?\w+>", rule)
    pattern = re.escape(parts[0])
    for converter, literal in zip(parts[1::2], parts[2::2], strict=True):
        pattern += (".+" if converter == "path" else "[^/]+") + re.escape(literal)
    return re.compile(pattern)


def test_the_page_of_events_tells_each_and_whether_webhooks_get_it() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (yes|no) \|", _text("docs/reference/events.md"), re.M)

    assert dict(rows) == {kind: "yes" if kind in CALLED_BACK else "no" for kind in EventType}
