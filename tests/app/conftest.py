"""Keeps the page tests fast: the sample images are read once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_runs import draw_noise

from xraylib.datasets.catalog import open_dataset
from xraylib.workspace import Workspace


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first look at the sample data leaves in a workspace."""
    workspace = Workspace(tmp_path_factory.mktemp("first-look"))
    open_dataset("sample", workspace=workspace)
    return workspace.datasets


@pytest.fixture
def workspace(workspace: Workspace, sample_index: Path) -> Workspace:
    """A workspace of this test's own that has read the sample images and holds nothing else."""
    shutil.copytree(sample_index, workspace.datasets)
    return workspace


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of noise, for runs that are made without training."""
    return draw_noise(tmp_path_factory.mktemp("noise") / "images")
