"""The children that a whole program shares, and what becomes of them where it forks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from xraylib.settings import PROJECT, SAMPLE_DATA

FORKED = """
import os, sys
from pathlib import Path
from xraylib.images.sandbox.shared import read_image

file = Path(sys.argv[1])
before = read_image(file).pixels
if (child := os.fork()) == 0:
    os._exit(0 if (read_image(file).pixels == before).all() else 1)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert (read_image(file).pixels == before).all()  # the parent's own child still answers
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_forked_process_has_children_of_its_own() -> None:
    image = sorted((SAMPLE_DATA / "test" / "Covid").glob("*.png"))[0]
    made = subprocess.run(
        [sys.executable, "-c", FORKED, str(image)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert made.returncode == 0, made.stderr
