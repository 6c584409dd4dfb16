"""Whatever a visitor of a demo presses: it stays in their visit, and tells nothing of the lab."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import psutil
import pytest
from furnished import furnished
from lab_server import LabServer
from made_runs import draw_noise
from visitor import Visitor

from xraylib.datasets.catalog import add_dataset
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace

pytestmark = pytest.mark.timeout(600)

WARD = "QZward4711"
PHANTOM = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[1]
AGREE = "I understand, continue"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A demo in the workspace of a lab that has one of everything."""
    folder = tmp_path_factory.mktemp("full")
    workspace = Workspace(folder / "workspace")
    furnished(workspace, draw_noise(folder / "images"))
    add_dataset(draw_noise(folder / WARD), WARD, workspace=workspace)
    environ = {"XRAYLIB_MODE": "demo", "XRAYLIB_CLASSIFY": "both"}
    with LabServer(workspace.root, folder / "server.log", environ=environ) as server:
        yield server


def files(server: LabServer) -> dict[str, str]:
    """Every file of the workspace, and a sum of what is in it."""
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in server.workspace.rglob("*")
        if file.is_file()
    }


def commands(server: LabServer) -> list[list[str]]:
    """What the server has started, but for the processes that decode."""
    started = [one.cmdline() for one in psutil.Process(server.pid).children(recursive=True)]
    return [one for one in started if one and "xraylib.images.sandbox.child" not in one]


def visit(server: LabServer, page: str) -> Visitor:
    """A visitor who has agreed, and has handed in an X-ray where that can be done."""
    visitor = Visitor(server.port, page).look(query="model=mine")
    if AGREE in visitor.buttons():
        visitor.click(AGREE)
    if any(one.HasField("file_uploader") for one in visitor.elements):
        visitor.hand_in(("mine.png", PHANTOM.read_bytes()))
    return visitor


@pytest.mark.parametrize("page", ["", "Classify", "Model_card", "Dataset", "Training", "Results"])
def test_no_button_of_a_demo_starts_or_changes_anything_for_others(
    full: LabServer, page: str
) -> None:
    before = files(full)
    with visit(full, page) as visitor:
        labels = visitor.buttons()
        told = bytes(visitor.received)
    for label in labels:
        with visit(full, page) as visitor:
            visitor.click(label)
            assert visitor.exceptions() == []
            assert commands(full) == [], label
            told += bytes(visitor.received)
    assert WARD.encode() not in told
    assert files(full) == before
