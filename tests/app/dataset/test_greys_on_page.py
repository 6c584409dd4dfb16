"""Notes about greys and the grey range on the Dataset page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_images import dicom, encoded, make_folder, picture
from streamlit.testing.v1 import AppTest

from xraylib.app.shell.frame import plain
from xraylib.audit import audit, keep_audit
from xraylib.datasets.catalog import add_dataset, find_dataset, open_dataset
from xraylib.images.grey_range import GreyRange
from xraylib.images.notes import NOTES
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace

TWELVE = GreyRange(bits=16, low=0, high=4095)


def deep(seed: int) -> np.ndarray:
    return picture(seed, (64, 64)).astype(np.uint16) * 15


@pytest.fixture
def images(tmp_path: Path, workspace: Workspace) -> Path:
    """Ten 16-bit images of 12 bits, one of them a negative perhaps, which the workspace knows."""
    files = {f"{'ab'[n % 2]}/p{n}_1.png": encoded(deep(n)) for n in range(9)}
    files["b/p9_1.dcm"] = dicom(deep(9), bits=16, PresentationLUTShape="INVERSE")
    root = make_folder(tmp_path / "deep", files)
    add_dataset(root, "deep", workspace=workspace)
    return root


def opened(view: str = "X-rays") -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "deep"
    page.query_params["view"] = view
    page.run()
    assert not page.exception
    return page


def tiles(page: AppTest) -> list[str]:
    return [button.help for button in page.button if (button.key or "").startswith("image-")]


@pytest.mark.slow
@pytest.mark.usefixtures("images")
def test_notes_are_counted_and_the_gallery_shows_those_of_one() -> None:
    page = opened()
    captions = " ".join(caption.value for caption in page.caption)
    assert "10 X-rays have notes" in captions
    choice = page.selectbox(key="note")
    assert choice.options == ["Perhaps a negative (1)", "Small part of its range (10)"]
    choice.select("presentation-shape").run()
    assert not page.exception
    assert tiles(page) == [plain("b/p9_1.dcm")]


@pytest.mark.usefixtures("images")
def test_the_large_image_says_its_notes() -> None:
    page = opened()
    page.selectbox(key="note").select("presentation-shape").run()
    next(button for button in page.button if (button.key or "").startswith("image-")).click().run()
    assert not page.exception
    grave = [warning.value for warning in page.warning]
    assert any("may be a negative" in words for words in grave)
    assert any("less than a quarter" in info.value for info in page.info)


@pytest.mark.slow
@pytest.mark.usefixtures("images")
def test_the_preparation_tab_offers_the_range_and_the_data_set_keeps_it(
    workspace: Workspace,
) -> None:
    page = opened("Preparation")
    control = page.button_group(key="prepare-range-deep")
    assert control.options == ["As announced", str(TWELVE)]
    assert page.session_state["draft"].preparation.grey_range is None
    control.set_value(TWELVE).run()
    assert not page.exception
    assert find_dataset("deep", workspace=workspace).curation.grey_range == TWELVE
    assert page.session_state["draft"].preparation.grey_range == TWELVE
    assert any("from greys 0 to 4,095 of 16 bits" in caption.value for caption in page.caption)
    page.button_group(key="prepare-range-deep").set_value(None).run()
    assert find_dataset("deep", workspace=workspace).curation.grey_range is None


@pytest.mark.usefixtures("images")
def test_the_audits_button_chooses_the_range_and_takes_it_back(workspace: Workspace) -> None:
    index = open_dataset("deep", workspace=workspace)
    keep_audit("deep", audit(index), workspace=workspace)
    page = opened("Audit")
    button = next(b for b in page.button if (b.key or "").startswith("do-low-range"))
    assert button.label == "Use this range"
    button.click().run()
    assert not page.exception
    assert find_dataset("deep", workspace=workspace).curation.grey_range == TWELVE
    words = " ".join(text.value for text in page.markdown)
    assert "Grey values 0 to 4,095 of 16 bits become black to white." in words
    assert plain(NOTES["presentation-shape"].says) in words
    next(b for b in page.button if (b.key or "").startswith("undo-low-range")).click().run()
    assert find_dataset("deep", workspace=workspace).curation.grey_range is None


def test_the_sample_data_show_nothing_of_it() -> None:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py").run()
    assert not any(box.key == "note" for box in page.selectbox)
    page.query_params["view"] = "Preparation"
    page.run()
    assert not page.exception
    assert not any("range" in (group.key or "") for group in page.button_group)
