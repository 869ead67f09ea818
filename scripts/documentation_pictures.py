"""Make the pictures of the documentation from the product itself.

Frames come from videos that the studio renders for this; the picture of the page is taken with a
Chromium of this machine from a server started for it. Needs the development packages.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import requests
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from studio import RenderSpec, make_video  # noqa: E402  # needs the repository on the path
from studio.spec import Aspect  # noqa: E402

PICTURES = ROOT / "docs" / "images"
STRIP_HEIGHT = 360
GAP = 12
PLAY_SLOWLY = """(video, at) => {
    Object.assign(video, {muted: true, currentTime: at, playbackRate: 0.0625});
    return video.play();
}"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame worth showing: what is said and when to look."""

    template: str
    aspect: Aspect
    title: str
    script: str
    at_s: float


HERO = Shot(
    "presenter1",
    "16:9",
    "From script to video",
    "Every great idea deserves a voice. Give us a script, and a presenter will speak it.",
    1.3,
)
STRIP = (
    Shot("presenter2", "16:9", "Video news from a script", "Good evening. Tonight: a story.", 1.2),
    Shot("presenter3", "1:1", "Welcome aboard", "Welcome aboard! You will like it here.", 1.2),
    Shot("presenter4", "9:16", "Three calm habits", "Three habits make your mornings calm.", 1.3),
    Shot("presenter5", "1:1", "Story hour", "The library opens at nine, every day.", 1.3),
)


def frame(shot: Shot) -> Image.Image:
    """The shot's frame, decoded from a video made for it."""
    spec = RenderSpec(
        template=shot.template, aspect=shot.aspect, title=shot.title, mark="SIMULATED"
    )
    with tempfile.TemporaryDirectory() as folder:
        video = make_video(shot.script, Path(folder) / "shot.mp4", spec=spec).video
        with av.open(str(video)) as container:
            for picture in container.decode(video=0):
                if (picture.time or 0.0) >= shot.at_s:
                    rgb = picture.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
                    return Image.fromarray(rgb)
    raise SystemExit(f"{shot.template} ends before {shot.at_s} s")


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server of its own on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PORT": str(port), "DATA_DIR": folder, "MOCK_MODE": "true"}
        process = subprocess.Popen(
            [sys.executable, "app/main.py"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        try:
            for _ in range(150):
                with contextlib.suppress(requests.ConnectionError):
                    if requests.get(f"{address}/readyz", timeout=5).ok:
                        break
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=40)


def page(address: str) -> Image.Image:
    """The studio page with a finished video."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1440, "height": 1000}, color_scheme="light")
        tab.goto(address)
        tab.fill("#script", HERO.script)
        tab.click("#submit")
        tab.wait_for_selector("#panel-done:not([hidden])", timeout=120_000)
        # played very slowly: the controls of a playing video fade away
        tab.eval_on_selector("#video", PLAY_SLOWLY, HERO.at_s - 0.3)
        tab.mouse.move(700, 130)
        tab.wait_for_timeout(4500)
        tab.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
        picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
        browser.close()
    return picture


def main() -> None:
    """Write the pictures."""
    frame(HERO).save(PICTURES / "frame.jpg", quality=88, optimize=True)
    frames = [frame(shot) for shot in STRIP]
    frames = [
        one.resize(
            (round(one.width * STRIP_HEIGHT / one.height), STRIP_HEIGHT), Image.Resampling.LANCZOS
        )
        for one in frames
    ]
    width = sum(one.width for one in frames) + GAP * (len(frames) - 1)
    strip = Image.new("RGB", (width, STRIP_HEIGHT), "white")
    left = 0
    for one in frames:
        strip.paste(one, (left, 0))
        left += one.width + GAP
    strip.save(PICTURES / "looks.jpg", quality=88, optimize=True)
    with server() as address:
        page(address).save(PICTURES / "page.jpg", quality=86, optimize=True)


if __name__ == "__main__":
    main()
