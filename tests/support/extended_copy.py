"""A copy of the project in which the examples of docs/extending.md are followed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from xraylib.settings import PROJECT

_COPIED: Final = ("xraylib", "pages", "docs", "scripts", "tests/support", ".streamlit")
_LINKED: Final = ("sample_data",)
_FIRST: Final = re.compile(r"# (add to )?(xraylib/\S+\.py)$|# see it$")


def examples(section: str) -> list[str]:
    """The Python blocks below a heading of the page."""
    text = (PROJECT / "docs" / "extending.md").read_text(encoding="utf-8")
    (part,) = re.findall(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    return re.findall(r"^```python\n(.*?)^```", part, re.S | re.M)


def extended(section: str, folder: Path) -> Path:
    """A copy of the project in ``folder`` in which the section's files are written.

    Each block but the last says in its first line where it goes: ``# xraylib/….py`` is a new
    file, ``# add to xraylib/….py`` is put at a file's end; ``# see it`` tries what was made.
    """
    for name in _COPIED:
        skipped = shutil.ignore_patterns("__pycache__", "*.png", "*.jpg")
        shutil.copytree(PROJECT / name, folder / name, ignore=skipped)
    for name in _LINKED:
        (folder / name).symlink_to(PROJECT / name)
    for name in ("streamlit_app.py", "pyproject.toml"):
        shutil.copy(PROJECT / name, folder / name)
    *made, see = examples(section)
    assert see.startswith("# see it\n")
    for block in made:
        first = _FIRST.match(block.partition("\n")[0])
        assert first is not None, f"where does this go? {block[:60]}"
        file = folder / first[2]
        assert file.exists() == bool(first[1]), file
        with file.open("a", encoding="utf-8") as text:
            text.write(f"\n\n{block}")
    tried(folder, see)
    return folder


def tried(folder: Path, script: str) -> str:
    """What a script prints in the copy; it must end well and without a warning."""
    paths = os.pathsep.join([str(folder), str(folder / "tests" / "support")])
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "XRAYLIB_WORKSPACE": str(folder / "workspace")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
