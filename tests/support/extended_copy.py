"""A copy of the project in which the examples of docs/extending.md are followed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from xraylib.settings import PROJECT

PAGE: Final = PROJECT / "docs" / "extending.md"
_COPIED: Final = ("xraylib", "pages", "docs", "scripts", "tests/support", ".streamlit")
_LINKED: Final = ("sample_data",)
_FIRST: Final = re.compile(r"# (add to )?((?:xraylib|pages)/\S+\.py)$")


def sections() -> list[str]:
    """The headings of the page that have an example."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(r"^## (.*)$", text, re.M)


def examples(section: str) -> list[str]:
    """The Python blocks below a heading of the page."""
    text = PAGE.read_text(encoding="utf-8")
    (part,) = re.findall(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    return re.findall(r"^```python\n(.*?)^```", part, re.S | re.M)


def copied(folder: Path) -> Path:
    """A copy of the project in ``folder``."""
    for name in _COPIED:
        skipped = shutil.ignore_patterns("__pycache__", "*.png", "*.jpg")
        shutil.copytree(PROJECT / name, folder / name, ignore=skipped)
    shutil.copy(PROJECT / "xraylib/app/shell/icon.png", folder / "xraylib/app/shell/icon.png")
    for name in _LINKED:
        (folder / name).symlink_to(PROJECT / name)
    for name in ("streamlit_app.py", "pyproject.toml"):
        shutil.copy(PROJECT / name, folder / name)
    # An environment of its own: children that inherit no variables find the copy, too.
    venv.create(folder / ".venv", symlinks=os.name != "nt")
    (site,) = (folder / ".venv").rglob("site-packages")
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    lines = [str(folder), str(folder / "tests" / "support"), *packages]
    (site / "copy.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def python_of(folder: Path) -> Path:
    """The interpreter of a copy."""
    return folder / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


def extended(section: str, folder: Path) -> Path:
    """A copy of the project in ``folder`` in which the section's files are written.

    Each block but the last says in its first line where it goes: ``# xraylib/….py`` is a new
    file, ``# add to xraylib/….py`` is put at a file's end; ``# see it`` tries what was made. The
    tables of the documentation are written again before.
    """
    copied(folder)
    *made, see = examples(section)
    assert see.startswith("# see it\n")
    for block in made:
        heading, _, rest = block.partition("\n")
        first = _FIRST.match(heading)
        assert first is not None, f"where does this go? {heading}"
        file = folder / first[2]
        assert file.exists() == bool(first[1]), file
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as text:
            text.write(f"\n\n{rest}" if first[1] else rest)
    tried(folder, "import runpy; runpy.run_path('scripts/write_docs.py', run_name='__main__')")
    tried(folder, see)
    return folder


def tried(folder: Path, script: str) -> str:
    """What a script prints in the copy; it must end well and without a warning."""
    done = subprocess.run(
        [str(python_of(folder)), "-W", "error::RuntimeWarning", "-c", script],
        cwd=folder,
        env={**os.environ, "XRAYLIB_WORKSPACE": str(folder / "workspace")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
