#!/usr/bin/env bash
# Renews requirements.lock: every dependency and the extra `test`, for Python 3.11 to 3.13 on Linux,
# macOS and Windows, with hashes and without index addresses. Needs uv (pip install uv).
set -euo pipefail
cd "$(dirname "$0")/.."
uv pip compile --quiet --universal --python-version 3.11 --extra test --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --no-header "$@" pyproject.toml -o requirements.lock
echo "$(grep -c '==' requirements.lock) packages locked"
