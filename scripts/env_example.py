"""Print ``.env.example``: every setting with its meaning and its default.

python scripts/env_example.py > .env.example
"""

from __future__ import annotations

import sys
import textwrap
from itertools import groupby
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from app.settings import SettingInfo, describe  # noqa: E402  # the path comes first

HEADER = """\
# Settings of the AI Video Engineer backend. Copy to .env and change what you need.
# Nothing here is required: without any of it the backend simulates every provider (mock mode).
# What the environment says is stronger than this file. An empty value means the default.
"""


def render() -> str:
    """The text of the file."""
    parts = [HEADER]
    for group, settings in groupby(describe(), key=lambda setting: setting.group):
        parts.append(f"\n# --- {group} ---\n")
        parts.extend(_entry(setting) for setting in settings)
    return "".join(parts)


def _entry(setting: SettingInfo) -> str:
    comment = textwrap.fill(setting.description, 98, initial_indent="# ", subsequent_indent="# ")
    return f"{comment}\n{setting.name}={setting.default}\n"


if __name__ == "__main__":
    sys.stdout.write(render())
