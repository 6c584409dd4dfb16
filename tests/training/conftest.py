"""What the tests of training share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_runs import make_run, tiny_spec, write_films

from xraylib.training.runs import Run
from xraylib.workspace import Workspace


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes, ``train`` and ``test``."""
    return write_films(tmp_path_factory.mktemp("films"))


@pytest.fixture
def run(workspace: Workspace, films: Path) -> Run:
    """A run that nobody has started."""
    return make_run(workspace, films, tiny_spec())
