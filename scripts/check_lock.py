"""Say whether the lock files still fit pyproject.toml, without a network; `make lock` mends it.

Two questions for each lock: does it pin every direct requirement at a version that pyproject.toml
allows, and is everything it pins still needed by one of them? The second is answered by walking
the installed packages' own requirements.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(
    r"^(?P<pin>[A-Za-z0-9_.\-]+==[^\s\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?", re.MULTILINE
)


def pinned(lock: str) -> dict[str, str]:
    """Package to version, of the lines that apply to this machine."""
    versions: dict[str, str] = {}
    for match in PIN.finditer(lock):
        marker = f" ; {match['marker'].strip()}" if match["marker"] else ""
        requirement = Requirement(match["pin"] + marker)
        if requirement.marker is None or requirement.marker.evaluate():
            versions[canonicalize_name(requirement.name)] = match["pin"].split("==")[1]
    return versions


def needed_by(requirements: Iterable[Requirement]) -> set[str]:
    """Names of all packages that these requirements pull in on this machine."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in found:
            continue
        found.add((name, extras))
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue  # named as unpinned by the caller
        for line in lines:
            inner = Requirement(line)
            contexts = [{"extra": extra} for extra in extras] or [{"extra": ""}]
            if inner.marker is None or any(inner.marker.evaluate(context) for context in contexts):
                waiting.append(inner)
    return {name for name, _ in found}


def faults(name: str, direct: list[Requirement]) -> list[str]:
    """What is stale in one lock file, a sentence each."""
    versions = pinned((ROOT / name).read_text(encoding="utf-8"))
    told = []
    for requirement in direct:
        version = versions.get(canonicalize_name(requirement.name))
        if version is None:
            told.append(f"{name} does not pin {requirement.name}")
        elif not requirement.specifier.contains(version, prereleases=True):
            asked = f"{requirement.name}{requirement.specifier}"
            told.append(f"{name} pins {version}; pyproject.toml asks for {asked}")
    needed = needed_by(direct)
    told += [
        f"{name} does not pin {package}, which is needed"
        for package in sorted(needed - set(versions))
    ]
    told += [
        f"{name} pins {package}, which nothing needs" for package in sorted(set(versions) - needed)
    ]
    return told


def main() -> int:
    """Check both lock files; 1 when one is stale."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = [Requirement(line) for line in project["project"]["dependencies"]]
    development = [Requirement(line) for line in project["dependency-groups"]["dev"]]
    told = faults("requirements.txt", runtime)
    told += faults("requirements-dev.txt", runtime + development)
    for line in told:
        print(line)
    print("Stale: run `make lock`." if told else "Both lock files fit pyproject.toml.")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
