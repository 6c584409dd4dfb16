#!/usr/bin/env bash
# Renews the lock files, for Python 3.11 to 3.13 on Linux, macOS and Windows, with hashes and without
# index addresses. Needs uv (pip install uv). Versions stay as they are; with --upgrade the newest.
#   requirements.lock       what a user needs: the package with the extras `train`, `search` and `onnx`
#   requirements-demo.lock  the package alone, in the same versions: what a demo needs
#   requirements-dev.lock   what tests, lint and docs need beside requirements.lock, in the same versions
set -euo pipefail
cd "$(dirname "$0")/.."
all=$(mktemp)
trap 'rm -f "$all"' EXIT

lock() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-annotate --no-header pyproject.toml "$@"
}

lock "$@" --extra train --extra search --extra onnx -o requirements.lock
lock -c requirements.lock -o requirements-demo.lock
[ "${1:-}" = --upgrade ] || cat requirements.lock requirements-dev.lock >"$all"
lock "$@" -c requirements.lock --extra train --extra search --extra onnx --extra test --extra docs -o "$all"

# What stands in requirements.lock, word for word, need not stand in the other as well.
python3 - "$all" <<'PY'
import re, sys
from pathlib import Path

def pins(file):
    return re.findall(r"^\S.*(?:\n[ \t].*)*\n", Path(file).read_text("utf-8"), flags=re.M)

known = set(pins("requirements.lock"))
rest = [pin for pin in pins(sys.argv[1]) if pin not in known]
Path("requirements-dev.lock").write_text("".join(rest), "utf-8")
PY
for file in requirements.lock requirements-demo.lock requirements-dev.lock; do
  echo "$file: $(grep -c '==' "$file") packages"
done
