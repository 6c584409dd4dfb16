"""What the tests of loggers share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_runs import make_run, tiny_spec, write_images

from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes, ``train`` and ``test``."""
    return write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture
def run(workspace: Workspace, images: Path) -> Run:
    """A run that nobody has started."""
    return make_run(workspace, images, tiny_spec(), optimizer="sgd")
