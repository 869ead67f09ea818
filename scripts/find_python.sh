#!/bin/sh
# Print the newest Python on the path that can build the virtual environment: 3.11 or newer, with venv.
# PYTHON=/path/to/python chooses one.

fits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'

for python in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}; do
    if "$python" -c "$fits" >/dev/null 2>&1; then
        command -v "$python"
        exit 0
    fi
done

if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    echo "This Python cannot create virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
else
    echo "Python 3.11 or newer is needed, found: $(python3 --version 2>&1 || echo none). Install it, or point to it: make setup PYTHON=/path/to/python3.11" >&2
fi
exit 1
