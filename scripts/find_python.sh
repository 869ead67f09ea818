#!/bin/sh
# Print the newest Python on the path that can build the virtual environment: 3.11 or newer, with venv.
# PYTHON=/path/to/python chooses one.

newer='import sys; sys.exit(sys.version_info < (3, 11))'

for python in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}; do
    if "$python" -c "$newer" >/dev/null 2>&1; then
        if "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            command -v "$python"
            exit 0
        fi
        without_venv=$python
    fi
done

if [ -n "${without_venv:-}" ]; then
    echo "$without_venv cannot create virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
else
    found=$("${PYTHON:-python3}" --version 2>/dev/null || echo none)
    echo "Python 3.11 or newer is needed, found: $found. Point to one: make setup PYTHON=/path/to/python3.11" >&2
fi
exit 1
