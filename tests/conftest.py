"""What all tests share: real data by environment variable, a fresh workspace, the long profile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xraylib.workspace import Workspace


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the long profiles")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="a long profile: run it with --long")
    for item in items:
        if "long" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real films that tests may read, never copy."""
    folder = os.environ.get("XRAYLIB_REAL_DATA", "")
    if not folder:
        pytest.skip("XRAYLIB_REAL_DATA is not set: no real films on this machine")
    return Path(folder)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace of this test's own, which child processes see too."""
    root = tmp_path / "workspace"
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(root))
    return Workspace(root)
