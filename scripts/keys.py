"""Make, list and revoke API keys.

    python scripts/keys.py create NAME --tenant acme [--scopes jobs,admin] [--expires-days 90]
    python scripts/keys.py list
    python scripts/keys.py revoke KEY_ID

Works on the database of the settings (DATABASE_URL). A new key is printed once and kept nowhere.
"""

from __future__ import annotations

import argparse
import math
import sys
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.db.api_keys import ApiKeys, ApiKeyView
from app.db.database import Database
from app.domain.clock import utc_now
from app.domain.errors import AppError

_SHORTEST_DAYS, _LONGEST_DAYS = 0.001, 36_500


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = math.nan
    if not _SHORTEST_DAYS <= days <= _LONGEST_DAYS:  # nor is nan
        raise argparse.ArgumentTypeError(
            f"say a number of days from {_SHORTEST_DAYS} to {_LONGEST_DAYS}"
        )
    return days


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/keys.py", description="API keys.")
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a key and print it, once")
    create.add_argument("name", help="what or whom the key is for")
    create.add_argument("--tenant", required=True, help="whose jobs it sees")
    create.add_argument("--scopes", default="jobs", help="jobs, admin or jobs,admin")
    create.add_argument("--expires-days", type=_days, help="without it the key does not expire")
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
    """Entry point; the exit status: 2 when it could not be done, with a sentence that says why."""
    options = _parser().parse_args(arguments)

    try:
        _work(options)
    except AppError as error:
        problem = f"{error.message}\n{error.remedy}"
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        problem = f"The database cannot be used: {reason}"
    else:
        return 0
    print(problem, file=sys.stderr)
    return 2


def _work(options: argparse.Namespace) -> None:
    from app.settings import SettingsError, read  # here, so that --help needs no settings

    try:
        database = Database(read().database_address)
    except ValueError as exc:
        raise SettingsError((str(exc),)) from exc
    try:
        database.upgrade()
        run(ApiKeys(database), options, utc_now())
    finally:
        database.dispose()


if __name__ == "__main__":
    raise SystemExit(main())
