"""What the tests of training share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nursery import Nursery
from tiny_runs import make_run, tiny_spec, write_images

from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes, ``train`` and ``test``."""
    return write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def _nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def nursery(_nursery: Nursery) -> Iterator[Nursery]:
    """Starts trainers cheaply; those that are left are killed after the test."""
    yield _nursery
    _nursery.kill_all()


@pytest.fixture
def run(workspace: Workspace, images: Path) -> Run:
    """A run that nobody has started."""
    return make_run(workspace, images, tiny_spec())
