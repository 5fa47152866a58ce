#!/bin/sh
# Installs the pinned dependencies into .venv, with uv: the one on PATH, else one from the Python package index.
set -eu
cd "$(dirname "$0")"

if ! command -v uv > /dev/null 2>&1 && [ ! -x .venv/bin/uv ]; then
    python=""
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2> /dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "error: Python 3.10 or newer with venv is needed (Debian, Ubuntu: apt install python3-venv), or uv" >&2
        exit 1
    fi
    echo "installing dependencies into .venv with $("$python" --version)"
    "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv$(sed -n 's/^ *"uv\(==[^"]*\)".*/\1/p' pyproject.toml | head -n 1)"
else
    echo "installing dependencies into .venv with uv"
fi

PATH="$PWD/.venv/bin:$PATH"
# A virtual environment that happens to be active is not this project's.
unset VIRTUAL_ENV
UV_PROJECT_ENVIRONMENT=.venv uv sync --quiet
