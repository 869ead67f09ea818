"""A private PostgreSQL cluster for the tests: started once, on a socket of its own, then thrown away."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

REQUIRED = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_POSTGRES") == "1"


def installation() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version found."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@dataclass(frozen=True)
class Cluster:
    """A running server. ``url()`` makes a fresh database, empty or a copy of another one."""

    socket_dir: Path
    port: int
    user: str

    def url(self, template_url: str | None = None) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        template = _name(template_url) if template_url else "template1"
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql://{self.user}@/{name}?host={self.socket_dir}&port={self.port}"

    def drop(self, url: str) -> None:
        name = _name(url)
        with self._connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket_dir),
            port=self.port,
            user=self.user,
            dbname="postgres",
            autocommit=True,
            connect_timeout=10,
        )


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def _account() -> str:
    """Who may run the server: initdb refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError("no account to run PostgreSQL as")


@contextlib.contextmanager
def cluster(programs: Path) -> Iterator[Cluster]:
    """Start a server without network and, as nothing in it is precious, without fsync."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    as_account = {"user": account} if os.geteuid() == 0 else {}
    if as_account:
        shutil.chown(folder, account)
        folder.chmod(0o755)

    def run(*command: str) -> None:
        subprocess.run(
            command,
            check=True,
            timeout=60,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            **as_account,
        )

    data = folder / "data"
    port = 5432  # only a part of the socket's name
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{folder}'",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "shared_buffers": "64MB",
    }
    try:
        run(
            f"{programs}/initdb", "-D", str(data), "-U", "tester", "-A", "trust", "-E", "UTF8",
            "--no-sync", "--locale=C",
        )  # fmt: skip
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        run(f"{programs}/pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "start")
        try:
            yield Cluster(folder, port, "tester")
        finally:
            run(f"{programs}/pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
