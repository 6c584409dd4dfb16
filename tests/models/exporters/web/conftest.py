"""One exported folder, and its worker, for all tests of this room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_worker import WebWorker, web_worker

from xraylib.models.bundle import Bundle, open_bundle
from xraylib.models.export import export_model
from xraylib.settings import SHIPPED_MODELS


@pytest.fixture(scope="session")
def demo() -> Bundle:
    return open_bundle(SHIPPED_MODELS / "phantom-demo" / "1")


@pytest.fixture(scope="session")
def folder(demo: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model as a page."""
    out = tmp_path_factory.mktemp("web") / "page"
    export_model(demo, "web", out)
    return out


@pytest.fixture(scope="session")
def worker(folder: Path) -> Iterator[WebWorker]:
    if shutil.which("node") is None:
        pytest.skip("no Node on this machine")
    with web_worker(folder) as started:
        yield started
