"""The words in which the tests speak of the page."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

MAKING_MS = 60_000
SHORT = "Hello there. This is a short one."


def monitor(page: Page) -> Locator:
    return page.locator("#monitor")


def expect_state(page: Page, state: str, timeout_ms: int = MAKING_MS) -> None:
    expect(monitor(page)).to_have_attribute("data-state", state, timeout=timeout_ms)


def make(page: Page, script: str, *switches: str) -> str:
    """Fills the form in, presses the button, and returns the job's id from the address."""
    page.get_by_label("Script", exact=True).fill(script)
    for switch in switches:
        page.get_by_role("switch", name=switch).check()
    page.get_by_role("button", name="Make the video").click()
    page.wait_for_url(re.compile(r"\?job=vid_"))
    return page.url.rpartition("=")[2]


def row(page: Page, job_id: str) -> Locator:
    """The job's line in the list."""
    return page.locator(f'#jobs [data-id="{job_id}"]')


def tab_to(page: Page, selector: str, presses: int = 60) -> None:
    """Presses Tab until the element has the focus."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached with Tab")


def until(page: Page, expression: str, timeout_s: float = 30.0) -> None:
    """Waits until the JavaScript expression holds.

    Playwright's own ``wait_for_function`` evaluates text inside the page, which the policy forbids.
    """
    deadline = time.monotonic() + timeout_s
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never came true: {expression}"
        page.wait_for_timeout(50)
