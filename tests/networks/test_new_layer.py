"""A new layer is one new file: the example of the documentation, added to a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xraylib.settings import PROJECT

pytestmark = pytest.mark.xdist_group("tensorflow")

PAGE = (PROJECT / "docs" / "extending.md").read_text(encoding="utf-8")


def _blocks(section: str) -> list[tuple[str, str]]:
    """First line and whole text of each Python block of a section."""
    text = PAGE.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(block.splitlines()[0].removeprefix("# "), block) for block in found]


def test_a_layer_in_one_new_file_is_everywhere(tmp_path: Path) -> None:
    for name in ("xraylib", "pages", ".streamlit", "sample_data"):
        shutil.copytree(
            PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(PROJECT / "streamlit_app.py", tmp_path)
    *files, (last, script) = _blocks("A layer")
    assert last == "see it"
    assert [name for name, _ in files] == ["xraylib/networks/layers/gaussian_noise.py"]
    for name, text in files:
        assert not (tmp_path / name).exists()
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "XRAYLIB_WORKSPACE": str(tmp_path / "workspace"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.endswith("A layer in one file\n")
