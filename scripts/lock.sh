#!/usr/bin/env bash
# Renews the lock files, for Python 3.11 to 3.13 on Linux, macOS and Windows, with hashes and without
# index addresses. Needs uv (pip install uv). Versions stay as they are; with --upgrade the newest.
#   requirements.lock       what a user needs: the package with the extras `train`, `search` and `onnx`
#   requirements-demo.lock  the package alone, in the same versions: what a demo needs
#   requirements-dev.lock   what tests, lint and docs need beside requirements.lock, in the same versions
#   requirements-cluster.lock  what a Ray cluster needs beside both, in the same versions
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

# rest FILE KNOWN…: what stands in the known files, word for word, need not stand in this one as well.
rest() {
  python3 - "$all" "$@" <<'PY'
import re, sys
from pathlib import Path

def pins(file):
    return re.findall(r"^\S.*(?:\n[ \t].*)*\n", Path(file).read_text("utf-8"), flags=re.M)

everything, out, *files = sys.argv[1:]
known = {pin for file in files for pin in pins(file)}
left = [pin for pin in pins(everything) if pin not in known]
Path(out).write_text("".join(left), "utf-8")
PY
}
rest requirements-dev.lock requirements.lock

# s3fs and an S3 server of tests want an older python-dateutil than pandas, so they are not in it.
[ "${1:-}" = --upgrade ] || cat requirements.lock requirements-dev.lock requirements-cluster.lock >"$all"
lock "$@" -c requirements.lock -c requirements-dev.lock --extra train --extra search --extra onnx \
  --extra test --extra docs --extra cluster --extra addresses -o "$all"
rest requirements-cluster.lock requirements.lock requirements-dev.lock
for file in requirements.lock requirements-demo.lock requirements-dev.lock requirements-cluster.lock; do
  echo "$file: $(grep -c '==' "$file") packages"
done
