"""Tests that share something rare (TensorFlow's memory, a browser) run on one worker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

MODULE = """
import os, pathlib, pytest
pytestmark = pytest.mark.xdist_group("rare")

@pytest.mark.parametrize("number", range(6))
def test_one(number):
    worker = os.environ["PYTEST_XDIST_WORKER"]
    pathlib.Path("workers.txt").open("a").write(worker + "\\n")
"""


def test_tests_of_one_group_run_on_one_worker(tmp_path: Path) -> None:
    conftest = Path(__file__).resolve().parent.parent / "conftest.py"
    shutil.copy(conftest, tmp_path / "conftest.py")
    (tmp_path / "test_a.py").write_text(MODULE)
    (tmp_path / "test_b.py").write_text(MODULE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-n", "2", "--dist", "loadgroup", "-q"],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(conftest.parent.parent),
            "PATH": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        check=True,
        capture_output=True,
    )
    workers = (tmp_path / "workers.txt").read_text().split()
    assert len(workers) == 12
    assert len(set(workers)) == 1
