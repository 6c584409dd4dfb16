"""The Map tab: points in groups, and what is drawn around."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from judged_runs import judged_run, sure
from small_images import make_images
from streamlit.testing.v1 import AppTest
from tiny_findings import findings_index

from xraylib.app.dataset.map_tab.chart import map_figure, map_sentence, selected_paths
from xraylib.app.dataset.map_tab.colours import colourings, groups_of
from xraylib.app.dataset.map_tab.hover import picture_of
from xraylib.datasets.catalog import add_dataset
from xraylib.datasets.scan import DatasetIndex, scan
from xraylib.datasets.thumbnails import thumbnail
from xraylib.maps.image_map import ImageMap, kept_map
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_images(tmp_path_factory.mktemp("tiny") / "tiny", size=48)


@pytest.fixture(scope="module")
def index(folder: Path) -> DatasetIndex:
    return scan(folder)


def _tab(workspace: Workspace, folder: Path) -> AppTest:
    add_dataset(folder, "tiny", workspace=workspace)
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"], page.query_params["view"] = "tiny", "Map"
    page.run()
    assert not page.exception
    return page


@pytest.mark.slow
def test_the_map_by_looks_is_there_at_once_and_kept(workspace: Workspace, folder: Path) -> None:
    page = _tab(workspace, folder)
    assert len(page.get("plotly_chart")) == 1
    assert page.selectbox(key="map-by").options == ["How they look"]
    assert page.selectbox(key="map-colour").options == ["Class", "Split", "Patient", "Audit"]
    assert kept_map("tiny", scan(folder), workspace=workspace) is not None
    page.button_group(key="map-method").set_value("tsne").run()
    assert not page.exception
    assert any(button.label == "Make this map" for button in page.button)


def test_each_group_has_a_colour_and_a_mark_of_its_own(index: DatasetIndex) -> None:
    rows = index.rows()
    places = rows[:, None].repeat(2, axis=1).astype("float32")
    groups = groups_of("Class", index, rows, report=None, run=None)
    paths = ("<b>1", *(image.path for image in index.images(rows[1:])))
    figure = map_figure(ImageMap(paths=paths, places=places, method="pca"), rows, groups)
    assert figure.data[0].text[0] == "&lt;b&gt;1"  # Plotly reads HTML
    assert [trace.name for trace in figure.data] == ["Bright (7)", "Dark (7)"]
    assert len({trace.marker.color for trace in figure.data}) == 2
    assert len({trace.marker.symbol for trace in figure.data}) == 2
    assert "Bright 7, Dark 7" in map_sentence(14, "Class", groups)
    bright = {index.image(row).label for row in figure.data[0].customdata}
    assert bright == {"Bright"}


def test_many_patients_are_the_largest_and_others(index: DatasetIndex) -> None:
    groups = groups_of("Patient", index, index.rows(), report=None, run=None)
    assert len(set(groups)) == 7
    assert groups.count("others") == 8
    assert groups_of("Audit", index, index.rows(), report=None, run=None) == ["none"] * 14


def test_where_images_may_have_several_findings_each_of_them_colours(tmp_path: Path) -> None:
    several = findings_index(tmp_path)
    told = several.findings
    assert told is not None
    assert colourings(several, None) == (
        "Findings", "Bright", "Striped", "Split", "Patient", "Audit",
    )  # fmt: skip
    rows = several.rows()
    said = groups_of("Striped", several, rows, report=None, run=None)
    of = {"shown": 1, "not shown": 0, "not known": -1, "uncertain": -2}
    assert [of[word] for word in said] == told.values[rows, 1].tolist()
    words = groups_of("Findings", several, rows, report=None, run=None)
    assert set(words) == {"Bright", "Bright, Striped", "Striped", "no finding", "none known"}
    both = (told.values[rows] == 1).all(axis=1)
    assert words.count("Bright, Striped") == int(both.sum()) > 0


def test_what_is_drawn_around_becomes_paths_and_nonsense_none(index: DatasetIndex) -> None:
    points = [{"customdata": 0}, {"customdata": [1]}, {"customdata": {"0": 2}}]
    wrong = [{"customdata": 10**6}, {"customdata": "x"}, {"customdata": True}, {}]
    event = {"selection": {"points": points + wrong}}
    assert selected_paths(event, index) == {index.image(row).path for row in range(3)}
    assert selected_paths(None, index) == frozenset()


def test_a_run_was_right_or_wrong_on_the_images_that_judged_it(
    workspace: Workspace, folder: Path, index: DatasetIndex
) -> None:
    run = judged_run(workspace, folder, lambda labels: sure(np.zeros_like(labels), 2))
    groups = groups_of("Right or wrong", index, index.rows(), report=None, run=run)
    told = dict(zip([image.path for image in index.images(index.rows())], groups, strict=True))
    assert told["test/Bright/p10_1.png"] == "right"
    assert told["test/Dark/p30_1.png"] == "wrong"
    assert "not judged" in told.values()


def test_the_browser_gets_the_picture_of_the_row_that_it_asks_for(
    workspace: Workspace, folder: Path, index: DatasetIndex
) -> None:
    add_dataset(folder, "tiny", workspace=workspace)
    told = picture_of(workspace, "tiny", index, 3.0)  # a number of JavaScript
    assert (told["row"], told["name"]) == (3, index.image(3).path)
    data = base64.b64decode(str(told["picture"]).removeprefix("data:image/jpeg;base64,"))
    assert data == thumbnail("tiny", index, 3, workspace=workspace)
    for wrong in (None, -1, len(index), 0.5, "3", float("nan"), float("inf"), True, [3]):
        assert picture_of(workspace, "tiny", index, wrong) == {}
