"""Tests that share something rare (TensorFlow's memory, a browser) run on one worker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TESTS = Path(__file__).resolve().parent.parent
MODULE = """
import os, pathlib, pytest
{mark}

@pytest.mark.parametrize("number", range(6))
def test_one(number):
    worker = os.environ["PYTEST_XDIST_WORKER"]
    pathlib.Path("workers.txt").open("a").write(__name__ + " " + worker + "\\n")
"""
RARE = 'pytestmark = pytest.mark.xdist_group("rare")'


@pytest.mark.parametrize("mark", [RARE, ""], ids=["group", "file"])
def test_tests_of_one_group_or_file_run_on_one_worker(tmp_path: Path, mark: str) -> None:
    shutil.copy(TESTS / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_a.py").write_text(MODULE.format(mark=mark))
    (tmp_path / "test_b.py").write_text(MODULE.format(mark=mark))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-n", "2", "--dist", "loadgroup", "-q"],
        cwd=tmp_path,
        env={
            "PATH": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        check=True,
        capture_output=True,
    )
    ran = (tmp_path / "workers.txt").read_text().splitlines()
    assert len(ran) == 12
    workers = {line.split()[1] for line in ran} if mark else set(ran)
    assert len(workers) == (1 if mark else 2)


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ([], False),
        (["--whole"], True),
        (["test_a.py"], True),
        (["-m", "slow"], True),
        (["-k", "test_one"], True),
        (["--long"], True),
    ],
    ids=str,
)
def test_what_takes_long_runs_where_it_is_asked_for_by_all_workers(
    tmp_path: Path, words: list[str], runs: bool
) -> None:
    shutil.copy(TESTS / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_a.py").write_text(MODULE.format(mark="pytestmark = pytest.mark.slow"))
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = .\nmarkers = slow\n fast\n long\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-n", "2", "--dist", "loadgroup", *words],
        cwd=tmp_path,
        env={"PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    assert (tmp_path / "workers.txt").exists() == runs, done.stdout
    assert done.returncode == (0 if runs else pytest.ExitCode.NO_TESTS_COLLECTED), done.stdout
