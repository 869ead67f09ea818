"""Print the secret that webhooks are signed with, for their receivers: `whsec_…`.

    python scripts/webhook_secret.py

It lives in the database of the settings (DATABASE_URL) and is made when first asked for.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from app.bootstrap import WEBHOOK_SECRET, build  # noqa: E402  # the path comes first
from app.domain.errors import AppError  # noqa: E402
from app.jobs.webhook_sender import shared_secret  # noqa: E402
from app.settings import load  # noqa: E402


def main() -> int:
    """Print it; 1 when the settings or the database do not allow."""
    try:
        services = build(load())
        services.prepare()
    except AppError as error:
        print(f"{error.message} {error.remedy}", file=sys.stderr)
        return 1
    print(shared_secret(services.runtime_settings.get_or_create_secret(WEBHOOK_SECRET)))
    services.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
