#!/usr/bin/env bash
# Renews the two lock files, for Python 3.11 to 3.13 on Linux, macOS and Windows, with hashes and
# without index addresses. Needs uv (pip install uv).
#   requirements.lock       every dependency and the extra `test`
#   requirements-demo.lock  what a demo needs, in the same versions
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-annotate --no-header "$@"
}

lock --extra test pyproject.toml -o requirements.lock
lock -c requirements.lock requirements-demo.in -o requirements-demo.lock
echo "$(grep -c '==' requirements.lock) and $(grep -c '==' requirements-demo.lock) packages locked"
