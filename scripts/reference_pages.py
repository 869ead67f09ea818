"""Write the reference pages that the code itself can tell: settings, errors, HTTP, scenarios.

`make reference` runs it; with --check it only says which pages are stale.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "reference"
sys.path.insert(0, str(ROOT))

from app.api.problem_catalog import CATALOG  # noqa: E402  # these need the repository on the path
from app.bootstrap import build  # noqa: E402
from app.factory import create_app  # noqa: E402
from app.pipelines.magic import MAX_SLOW_S, SCENARIOS, TARGETS  # noqa: E402
from app.settings import SettingInfo, describe, load  # noqa: E402
from app.telemetry.logs import configure_logging  # noqa: E402

SETTINGS_HEAD = """\
# Settings

Settings come from environment variables, or from a file `.env` in the repository (copy
`.env.example`); the environment is stronger. An empty value means the default. None is needed: a
server without any runs in mock mode. The server reads them once at its start and names every
unusable one before it refuses.

Settings that begin with *No effect yet* are read and checked, but nothing acts on them before the
live providers and the GPU servers arrive. Secrets are never logged. This page is written by
`make reference`.
"""

ERRORS_HEAD = """\
# Error codes

Every refusal is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) of the type
`application/problem+json` with a stable `code`, a page at `/problems/{code}`, plain sentences in
`error` and `message`, what to do in `remedy`, and the request's id. A failed job carries the same
codes in `failure`. What to do about each: [Troubleshoot](../how-to/troubleshoot.md).

This page is written by `make reference` from the server's own catalogue.

| code | status | meaning | what to do |
|---|---|---|---|
"""

HTTP_HEAD = """\
# HTTP

Every route, as the server itself describes it. The whole description with all answers is at
`/openapi.json` (OpenAPI 3.1), a page to read and try it at `/docs`. Bodies are JSON; unknown
members are refused by name. Errors: [Error codes](errors.md).

This page is written by `make reference`.
"""

SCENARIOS_HEAD = """\
# Mock scenarios

In mock mode a failure can be ordered in the script itself. The text in double square brackets is
taken out before anything is spoken. In live mode such a script is refused with 422
(`magic_input_refused`). The running server lists the same at `GET /mock/scenarios`.

```sh
curl -s http://localhost:5000/generate-video -H 'Content-Type: application/json' \\
     -d '{"script": "This one needs a second try. [[fail:render:500x1]]"}'
```

| form | effect |
|---|---|
| `[[fail:TARGET:KIND]]` | every attempt fails so |
| `[[fail:TARGET:KINDxN]]` | the first N attempts fail so |
| `[[slow:TARGET:SECONDSs]]` | waits before it works, at most SLOWEST seconds |

Several may stand in one script. `MOCK_PACE_S=20` spreads the steps of every job over about twenty
seconds, as clients of a real pipeline know it.

This page is written by `make reference`.

## A telling selection

| input | strikes | the job | what happens |
|---|---|---|---|
"""


def scenarios_page() -> str:
    """docs/reference/mock-scenarios.md."""
    rows = [
        f"| `{each.input}` | `{each.stage}` | "
        f"{f'fails: `{each.code}`' if each.code else 'completes'} | {_cell(each.explanation)} |\n"
        for each in SCENARIOS
    ]
    targets = [
        f"| `{target}` | `{stage}` | {', '.join(f'`{kind}`' for kind in sorted(kinds))} |\n"
        for target, (stage, kinds) in TARGETS.items()
    ]
    head = SCENARIOS_HEAD.replace("SLOWEST", str(MAX_SLOW_S))
    table = "\n## All targets\n\n| target | stage | kinds |\n|---|---|---|\n"
    return head + "".join(rows) + table + "".join(targets)


def settings_page() -> str:
    """docs/reference/settings.md."""
    parts = [SETTINGS_HEAD]
    for group, settings in groupby(describe(), key=lambda setting: setting.group):
        parts.append(f"\n## {group}\n\n| variable | default | meaning |\n|---|---|---|\n")
        parts.extend(_setting_row(setting) for setting in settings)
    return "".join(parts)


def _setting_row(setting: SettingInfo) -> str:
    default = f"`{setting.default}`" if setting.default else "–"
    secret = " Secret." if setting.is_secret else ""
    return f"| `{setting.name}` | {default} | {_cell(setting.description)}{secret} |\n"


def errors_page() -> str:
    """docs/reference/errors.md."""
    rows = [
        f"| `{page.code}` | {page.status} | {_cell(page.meaning)} | {_cell(page.remedy)} |\n"
        for page in sorted(CATALOG.values(), key=lambda page: (page.status, page.code))
    ]
    return ERRORS_HEAD + "".join(rows)


def http_page() -> str:
    """docs/reference/http.md."""
    spec = _openapi()
    parts = [HTTP_HEAD]
    operations = sorted(_operations(spec), key=lambda found: _order(spec, found[2]))
    for tag, group in groupby(operations, key=lambda found: found[2]["tags"][0]):
        parts.append(f"\n## {tag}\n")
        for method, path, operation in group:
            parts.append(_operation(spec, method, path, operation))
    return "".join(parts)


def _openapi() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        services = build(load(mock_mode=True, data_dir=Path(folder), database_url=None))
        answer = create_app(services).test_client().get("/openapi.json")
        spec: dict[str, Any] = answer.get_json()
        services.database.dispose()
    return spec


def _operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield method.upper(), path, operation


def _order(spec: Mapping[str, Any], operation: Mapping[str, Any]) -> int:
    names = [tag["name"] for tag in spec.get("tags", [])]
    tag = operation["tags"][0]
    return names.index(tag) if tag in names else len(names)


def _operation(spec: Mapping[str, Any], method: str, path: str, operation: dict[str, Any]) -> str:
    statuses = " · ".join(f"{status}" for status in sorted(operation["responses"]))
    lines = [f"\n### {method} {path}\n\n{operation.get('summary', '')}.\n"]
    if operation.get("description"):
        lines.append(f"\n{operation['description']}\n")
    rows = [
        (f"`{each['name']}` ({each['in']})", each.get("schema", {}), each.get("description", ""))
        for each in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        schema = _resolved(spec, media.get("schema", {}))
        required = schema.get("required", [])
        for name, member in schema.get("properties", {}).items():
            mark = ", required" if name in required else ""
            rows.append((f"`{name}`{mark}", member, member.get("description", "")))
        break
    if rows:
        lines.append("\n| member | type | meaning |\n|---|---|---|\n")
        lines += [
            f"| {name} | {_type(spec, kind)} | {_cell(text)} |\n" for name, kind, text in rows
        ]
    lines.append(f"\nAnswers: {statuses}\n")
    return "".join(lines)


def _resolved(spec: Mapping[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = spec
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def _type(spec: Mapping[str, Any], schema: dict[str, Any]) -> str:
    """A schema in a few words: ``string, one of `a`, `b`; default `a` ``."""
    default = schema.get("default")
    schema = _resolved(spec, schema)
    branches = schema.get("anyOf") or [schema]
    shown = [_resolved(spec, branch) for branch in branches]
    words = [_one_type(branch) for branch in shown if branch.get("type") != "null"]
    text = " or ".join(dict.fromkeys(words))
    if default is not None:
        text += f"; default `{str(default).lower() if isinstance(default, bool) else default}`"
    return text


def _one_type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    text = str(schema.get("type", "any"))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        text += f" {low}–{high}"
    elif schema.get("maxLength"):
        text += f", at most {schema['maxLength']:,} characters"
    return text


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


MADE: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "errors.md": errors_page,
    "http.md": http_page,
    "mock-scenarios.md": scenarios_page,
}


def main() -> int:
    """Write the pages, or compare them with --check."""
    configure_logging(level="ERROR", style="pretty")
    stale = 0
    for name, made in MADE.items():
        path, text = PAGES / name, made()
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} written")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale = 1
            print(f"{path.relative_to(ROOT)} is stale: make reference")
    return stale


if __name__ == "__main__":
    sys.exit(main())
