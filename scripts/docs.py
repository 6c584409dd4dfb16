"""The documentation as a site.

    python scripts/docs.py build     writes build/docs/index.html; a broken link fails it
    python scripts/docs.py serve     the same, then shows it on http://127.0.0.1:8000
    python scripts/docs.py rooms     draws docs/pictures/rooms.svg again

The pages are those of docs/, CONTRIBUTING.md and CHANGELOG.md; those of the reference are made from
the package by scripts/reference/. Nothing is fetched from elsewhere, neither now nor by a reader.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = PROJECT / "docs"
PICTURE: Final = DOCS / "pictures" / "rooms.svg"
ICON: Final = PROJECT / "xraylib" / "app" / "shell" / "icon.png"
sys.path.insert(0, str(PROJECT))

from scripts.reference import (  # noqa: E402
    api,
    commands,
    errors,
    http_api,
    kinds,
    rooms,
)

REFERENCE: Final[Mapping[str, Callable[[], str]]] = {
    "python": api.page,
    "commands": commands.page,
    "errors": errors.page,
    "http-api": http_api.page,
    "layers": kinds.layers_page,
    "kinds": kinds.tables_page,
    "modules": rooms.page,
}
"""The pages made from the package, by file name in ``reference/``."""
BESIDE: Final[Mapping[str, str]] = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Pages that stand in the project's own folder, and their names on the site."""


def gather(source: Path) -> None:
    """Puts all pages into a new folder: those of docs/, those beside it, and the reference."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(DOCS, source)
    for name, page in BESIDE.items():
        text = (PROJECT / name).read_text(encoding="utf-8")
        (source / page).write_text(text.replace("](docs/", "]("), encoding="utf-8")
    for file in source.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        for name, page in BESIDE.items():
            text = text.replace(f"](../{name}", f"]({page}")
        file.write_text(text, encoding="utf-8")
    shutil.copy(ICON, source)
    (source / "reference").mkdir()
    for page, made in REFERENCE.items():
        (source / "reference" / f"{page}.md").write_text(made(), encoding="utf-8")


def build(out: Path) -> int:
    """Makes the site in a folder; 0 if there was nothing to complain about."""
    source = out.with_name(f"{out.name}-source")
    gather(source)
    shutil.rmtree(out, ignore_errors=True)
    words = ["-q", "-W", "--keep-going", "-d", str(source / ".doctrees"), str(source), str(out)]
    return subprocess.run([sys.executable, "-m", "sphinx", *words], check=False).returncode


def serve(folder: Path, port: int) -> None:
    """Shows the site on this machine alone, until it is interrupted."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{port}", flush=True)
        server.serve_forever()


def main() -> int:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=["build", "serve", "rooms"])
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "docs")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    if arguments.what == "rooms":
        PICTURE.write_text(rooms.picture(), encoding="utf-8")
        return 0
    failed = build(arguments.out)
    if failed:
        return failed
    print(f"{arguments.out / 'index.html'}")
    if arguments.what == "serve":
        serve(arguments.out, arguments.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
