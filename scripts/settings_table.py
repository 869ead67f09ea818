"""Write docs/reference/settings.md from app/settings.py, the one place that knows every setting.

`make settings` runs it; with --check it only says whether the page is up to date.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "settings.md"
sys.path.insert(0, str(ROOT))

from app.settings import SettingInfo, describe  # noqa: E402  # needs the repository on the path

HEAD = """\
# Settings

Settings come from environment variables, or from a file `.env` in the repository (copy
`.env.example`); the environment is stronger. An empty value means the default. None is needed: a
server without any runs in mock mode. The server reads them once at its start and names every
unusable one before it refuses.

This page is written by `make settings` from `app/settings.py`. Secrets are never logged.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    for group, settings in groupby(describe(), key=lambda setting: setting.group):
        parts.append(f"\n## {group}\n\n| variable | default | meaning |\n|---|---|---|\n")
        parts.extend(_row(setting) for setting in settings)
    return "".join(parts)


def _row(setting: SettingInfo) -> str:
    default = f"`{setting.default}`" if setting.default else "–"
    secret = " Secret." if setting.is_secret else ""
    meaning = setting.description.replace("|", "\\|")
    return f"| `{setting.name}` | {default} | {meaning}{secret} |\n"


def main() -> int:
    """Write the page, or compare it with --check."""
    if "--check" in sys.argv[1:]:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        print("settings.md is up to date." if fresh else "settings.md is stale: make settings")
        return 0 if fresh else 1
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
