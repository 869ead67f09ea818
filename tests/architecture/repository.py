"""The files under version control, as the architecture tests see them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FENCE = re.compile(r"^```(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def tracked(*patterns: str) -> list[Path]:
    """Paths relative to the repository of the tracked files that match and still exist."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).exists()]


def pages() -> list[Path]:
    """Every Markdown page but those that come with vendored files."""
    return [path for path in tracked("*.md") if "vendor" not in path.parts]


def code_blocks(page: Path, *languages: str) -> Iterator[str]:
    """Bodies of the fenced blocks of a page that are written in one of these languages."""
    for match in FENCE.finditer((ROOT / page).read_text(encoding="utf-8")):
        if match["language"] in languages:
            yield match["body"]
