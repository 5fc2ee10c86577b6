#!/bin/sh
# Find a python3 that can make a virtual environment, then let it build .venv: sh infra/bootstrap.sh run|test|bench|spark
# This part is shell because it must speak clearly where Python is missing or too old to read the rest.
set -eu
here=$(dirname "$0")
# Ctrl-C waits until Python can answer it in words.
later=
if env --block-signal=INT true 2>/dev/null; then later="env --block-signal=INT"; fi
begin() {
    python=$1
    shift
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec $later "$python" "$here/bootstrap.py" "$@"
    fi
}
if [ -n "${PYTHON:-}" ]; then
    begin "$PYTHON" "$@"
else
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        begin "$name" "$@"
    done
fi
echo "Sillok needs Python 3.11 or newer with its venv module, and found none (looked at: ${PYTHON:-python3, python3.11 and newer})." >&2
echo "On Debian or Ubuntu: apt install python3 python3-venv. An interpreter elsewhere: make run PYTHON=/path/to/python3" >&2
exit 2
