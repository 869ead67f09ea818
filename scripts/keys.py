"""Make, list and revoke API keys.

    python scripts/keys.py create NAME --tenant acme [--scopes jobs,admin] [--expires-days 90]
    python scripts/keys.py list
    python scripts/keys.py revoke KEY_ID

Works on the database of the settings (DATABASE_URL). A new key is printed once and kept nowhere.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.db.api_keys import ApiKeys, ApiKeyView
from app.db.database import Database
from app.domain.clock import utc_now
from app.domain.errors import AppError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/keys.py", description="API keys.")
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a key and print it, once")
    create.add_argument("name", help="what or whom the key is for")
    create.add_argument("--tenant", required=True, help="whose jobs it sees")
    create.add_argument("--scopes", default="jobs", help="jobs, admin or jobs,admin")
    create.add_argument("--expires-days", type=float, help="without it the key does not expire")
    actions.add_parser("list", help="show all keys, without their secrets")
    revoke = actions.add_parser("revoke", help="make a key worthless")
    revoke.add_argument("key_id", help="key_…, from the list")
    return parser


def _line(key: ApiKeyView, now: datetime) -> str:
    if key.revoked_at is not None:
        state = f"revoked {key.revoked_at:%Y-%m-%d}"
    elif key.expires_at is not None and key.expires_at <= now:
        state = f"expired {key.expires_at:%Y-%m-%d}"
    elif key.expires_at is not None:
        state = f"until {key.expires_at:%Y-%m-%d}"
    else:
        state = "valid"
    used = f"used {key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
    return f"{key.id}  {key.tenant}  {','.join(sorted(key.scopes))}  {state}  {used}  {key.name}"


def run(keys: ApiKeys, options: argparse.Namespace, now: datetime) -> None:
    """Do what the command line says."""
    if options.action == "create":
        days = options.expires_days
        key, plaintext = keys.create(
            options.name,
            tenant=options.tenant,
            scopes=[scope.strip() for scope in options.scopes.split(",")],
            expires_at=None if days is None else now + timedelta(days=days),
        )
        print(_line(key, now), file=sys.stderr)
        print(plaintext)
    elif options.action == "revoke":
        print(_line(keys.revoke(options.key_id), now))
    else:
        for key in keys.list():
            print(_line(key, now))


def main(arguments: list[str] | None = None) -> int:
    """Entry point; the exit status."""
    options = _parser().parse_args(arguments)

    from app.settings import Settings  # after the arguments, so that --help needs no settings

    database = Database(Settings().database_address)
    try:
        database.upgrade()
        run(ApiKeys(database), options, utc_now())
    except AppError as error:
        print(f"{error.message} {error.remedy}", file=sys.stderr)
        return 1
    finally:
        database.dispose()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
