"""The demo's environment can be built from its lock file, and classifies without TensorFlow."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from xraylib.settings import PROJECT, SAMPLE_DATA

FORBIDDEN = {"tensorflow", "keras", "h5py", "scikit-learn", "scipy"}


def _pins(name: str) -> dict[str, set[str]]:
    """Versions by package; a package may have one a Python version."""
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([a-z0-9_.-]+)==([^\s;]+)", (PROJECT / name).read_text("utf-8"), flags=re.M
    ):
        pins.setdefault(package, set()).add(version)
    return pins


def test_the_demo_has_the_versions_of_the_whole_and_no_tensorflow() -> None:
    whole, demo = _pins("requirements.lock"), _pins("requirements-demo.lock")
    assert len(demo) > 20
    assert not FORBIDDEN & set(demo)
    assert all(demo[name] <= whole[name] for name in demo)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-demo.lock"])
def test_a_lock_file_has_hashes_and_no_addresses(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")
    assert text.count("--hash=sha256:") >= len(_pins(name))
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", text)


@pytest.mark.long
def test_the_demo_environment_classifies(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    python = venv / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    lock = PROJECT / "requirements-demo.lock"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock], check=True
    )
    image = next((SAMPLE_DATA / "test" / "Covid").glob("*.png"))
    done = subprocess.run(
        [python, "-m", "xraylib", "classify", image, "--json"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "XRAYLIB_WORKSPACE": str(tmp_path / "work")},
        capture_output=True,
        text=True,
        check=True,
    )
    (result,) = json.loads(done.stdout)
    assert result["status"] == "ok"
    installed = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    assert not FORBIDDEN & {package["name"].lower() for package in json.loads(installed.stdout)}
