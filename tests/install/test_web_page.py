"""What is checked in of the page in the browser is what its source compiles to."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from xraylib.settings import PROJECT

SITE = PROJECT / "xraylib" / "models" / "exporters" / "web" / "site"
WEB = PROJECT / "web"


def content(folder: Path) -> dict[str, bytes]:
    """Files by name; compressed ones by what they hold, as compressors differ."""
    return {
        file.name: gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in folder.iterdir()
    }


def test_the_lock_names_no_host() -> None:
    lock = (WEB / "package-lock.json").read_text("utf-8")
    assert "://" not in lock.replace("https://opencollective.com", "")
    packages = json.loads(lock)["packages"]
    assert all(one.get("integrity") for name, one in packages.items() if name)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("npm") is None, reason="no Node on this machine")
def test_the_page_is_what_its_source_compiles_to(tmp_path: Path) -> None:
    def run(*command: str) -> None:
        subprocess.run(command, cwd=copy, check=True, capture_output=True)

    copy = tmp_path / "web"
    shutil.copytree(WEB, copy, ignore=shutil.ignore_patterns("node_modules"))
    run("npm", "ci", "--ignore-scripts")
    run("npm", "run", "check")
    run("node", "build.mjs", str(tmp_path / "site"))
    assert content(tmp_path / "site") == content(SITE)
