"""Sizes, themes, names, contrast, policy: what holds in every state of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from app.pipelines.estimate import estimate_speech_s
from tests.browser.conftest import Watch, watched
from tests.browser.studio_page import SHORT, expect_state, make, until

pytestmark = pytest.mark.browser

WIDTHS = (390, 768, 1280, 1600)

CHECKS = (Path(__file__).parent / "checks.js").read_text()
"""Functions that look a page over, run inside it."""


def _overflow(page: Page) -> list[str]:
    found: list[str] = page.evaluate(f"({CHECKS})().overflowing()")
    return found


def test_nothing_is_wider_than_the_window(studio: Page, site: str) -> None:
    make(studio, "Averyveryverylongwordthatnobodywouldeverwriteinascriptbutsomebodydoes " * 2)
    expect_state(studio, "done")
    video = studio.url
    for address in (site, video, f"{site}/docs"):
        studio.goto(address)
        if address == video:
            expect_state(studio, "done")
            studio.get_by_text("Transcript", exact=True).click()
        for width in WIDTHS:
            studio.set_viewport_size({"width": width, "height": 900})
            assert _overflow(studio) == [], f"{address} at {width}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_is_named_and_readable(
    browser: Browser, site: str, watch: Watch, theme: str
) -> None:
    context = browser.new_context(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = watched(context, watch)
    page.goto(site)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    looked_at = []

    def look() -> None:
        looked_at.append(page.locator("#monitor").get_attribute("data-state"))
        until(page, "document.getAnimations().every(a => a.playState !== 'running')")
        assert page.evaluate(f"({CHECKS})().unnamed()") == []
        assert page.evaluate(f"({CHECKS})().faint()") == []

    look()
    make(page, SHORT, "Let me approve")
    expect_state(page, "approval")
    look()
    page.locator("#reject").click()
    expect_state(page, "failed")
    look()
    page.get_by_role("button", name="New video").click()
    page.get_by_role("switch", name="Let me approve").uncheck()
    make(page, SHORT)
    expect_state(page, "done")
    look()
    page.get_by_role("button", name=re.compile("Mock mode")).click()
    expect(page.get_by_role("dialog")).to_contain_text("SIMULATED")
    look()
    assert looked_at == ["idle", "approval", "failed", "done", "done"]
    assert watch.complaints == []
    context.close()


def test_the_theme_is_chosen_by_hand_and_remembered(studio: Page) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    before = studio.evaluate(ground)
    toggle = studio.get_by_role("button", name="Dark theme")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert studio.evaluate(ground) != before
    studio.reload()
    expect(toggle).to_have_attribute("aria-pressed", "true")


def test_the_focus_is_visible_on_every_control(studio: Page) -> None:
    studio.emulate_media(reduced_motion="reduce")  # rings appear at once
    controls = studio.evaluate(f"({CHECKS})().controls()")
    assert len(controls) > 20
    seen = set()
    for _ in range(len(controls) + 5):
        studio.keyboard.press("Tab")
        name, ring = studio.evaluate(f"({CHECKS})().focus()")
        seen.add(name)
        assert ring, f"{name} shows no focus"
    assert {"script", "submit", "theme-toggle"} <= seen


def test_the_skip_link_leads_to_the_content(studio: Page) -> None:
    studio.keyboard.press("Tab")
    expect(studio.get_by_role("link", name="Skip to the content")).to_be_focused()
    studio.keyboard.press("Enter")
    expect(studio.locator("#main")).to_be_focused()


def test_pictures_follow_the_choice(studio: Page) -> None:
    def loaded() -> None:
        until(studio, "document.getElementById('screen-picture').naturalWidth > 0")

    picture = studio.locator("#screen-picture")
    studio.get_by_role("radio", name="Newsroom").check()
    expect(studio.get_by_role("radio", name="Alex")).to_be_checked()
    expect(picture).to_have_attribute("src", re.compile("presenter2.*alex"))
    studio.get_by_role("radio", name="Omar").check()
    studio.get_by_role("radio", name="Square").check()
    expect(picture).to_have_attribute("src", re.compile("presenter2.*omar.*1%3A1"))
    loaded()
    studio.get_by_role("radio", name="Warm circle").check()
    expect(studio.get_by_role("radio", name="Omar")).to_be_checked()
    loose = (
        "[...document.images].filter(i => i.complete && !i.naturalWidth && i.loading !== 'lazy')"
    )
    assert studio.evaluate(f"{loose}.length") == 0


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("en", "Hello everyone, 25% of this took 3 seconds."),
        ("de", "Größe ist nicht alles, sagt man."),
        ("hi", "नमस्ते, आज का दिन अच्छा है।"),
        ("ar", "مرحبا بكم في هذا الفيديو"),
        ("ru", "Добрый день, коллеги!"),
        ("zh", "大家好，欢迎观看这个视频。"),
        ("ko", "안녕하세요 여러분"),
    ],
)
def test_the_length_shown_while_typing_is_the_servers(
    studio: Page, language: str, script: str
) -> None:
    shown = studio.evaluate(
        "async script => (await import('/assets/js/estimate.js')).speechSeconds(script)", script
    )
    assert shown == pytest.approx(estimate_speech_s(script, language), rel=0.03)


def test_the_reference_renders_without_any_other_host(studio: Page, site: str) -> None:
    studio.goto(f"{site}/docs")
    reference = studio.locator("rapi-doc")
    expect(reference.get_by_text("Make a video from a script").first).to_be_visible()
    expect(reference.get_by_text("/generate-video").first).to_be_visible()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.5", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
    ],
)
def test_the_root_answers_what_is_preferred(site: str, accept: str, kind: str) -> None:
    answer = requests.get(site, headers={"Accept": accept}, timeout=10)
    assert answer.headers["Content-Type"].startswith(kind)
    assert "Accept" in answer.headers["Vary"]
    if kind == "application/json":
        body = answer.json()
        assert body["name"] == "AI Video Engineer"
        assert body["livemode"] is False
        assert body["mock_mode"] is True
        for path in body["links"].values():
            assert requests.get(f"{site}{path}", timeout=10).ok, path


def test_pages_carry_a_strict_policy(site: str) -> None:
    policy = requests.get(site, timeout=10).headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    docs = requests.get(f"{site}/docs", timeout=10).headers["Content-Security-Policy"]
    assert "script-src 'self';" in docs
    assert "unsafe-eval" not in docs


def test_pages_hold_no_inline_script_or_style(site: str) -> None:
    for path in ("/", "/docs"):
        html = requests.get(f"{site}{path}", timeout=10).text
        assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=", html) == []
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//", html) == []


def test_vendored_files_are_kept_by_browsers_and_ours_are_asked_for_again(site: str) -> None:
    vendored = requests.get(f"{site}/assets/vendor/rapidoc-9.3.8/rapidoc-min.js", timeout=10)
    assert "immutable" in vendored.headers["Cache-Control"]
    ours = requests.get(f"{site}/assets/js/main.js", timeout=10)
    assert ours.headers["Cache-Control"] == "no-cache"
    again = requests.get(
        f"{site}/assets/js/main.js", headers={"If-None-Match": ours.headers["ETag"]}, timeout=10
    )
    assert again.status_code == 304
