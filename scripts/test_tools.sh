#!/bin/sh
# Find Chromium and PostgreSQL for the tests that need them; install them when this machine lets us (root, or sudo without a
# password, and apt-get). Says what is missing and what that costs. In CI (CI=true) a missing tool is an error.

have_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
have_postgres() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; }

install() {  # install <package>...
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else return 1; fi
    echo "Installing $* with apt-get for the tests"
    log=$(mktemp)
    if { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 5 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

missing=0
have_chromium || install chromium fonts-dejavu-core
have_chromium || { missing=1; echo "Chromium is not here and could not be installed: the browser tests are skipped (apt-get install chromium)." >&2; }
have_postgres || install postgresql
have_postgres || { missing=1; echo "PostgreSQL is not here and could not be installed: the tests on PostgreSQL are skipped (apt-get install postgresql)." >&2; }

if [ "$missing" = 1 ] && [ "${CI:-}" = true ]; then
    echo "In CI all tests must run." >&2
    exit 1
fi
exit 0
