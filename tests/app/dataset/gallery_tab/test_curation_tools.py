"""Several X-rays corrected at once on the Dataset page."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_images import make_images
from streamlit.testing.v1 import AppTest

from xraylib.datasets.catalog import add_dataset, find_dataset
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


@pytest.fixture
def page(tmp_path: Path, workspace: Workspace) -> AppTest:
    """The gallery of a small data set where several can be selected."""
    add_dataset(make_images(tmp_path / "tiny"), "tiny", workspace=workspace)
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "tiny"
    page.run()
    page.toggle(key="picking").set_value(True).run()
    assert not page.exception
    return page


def _words(page: AppTest) -> str:
    return " ".join(one.value for one in [*page.markdown, *page.caption]).replace("\\", "")


def _select(page: AppTest, first: int, last: int) -> None:
    page.number_input(key="pick-From-14").set_value(first)
    page.number_input(key="pick-to-14").set_value(last).run()
    page.button(key="pick-range").click().run()


@pytest.mark.slow
def test_a_range_is_given_another_class_and_that_is_undone(
    page: AppTest, workspace: Workspace
) -> None:
    assert page.button(key="picked-reset").disabled
    _select(page, 2, 4)
    page.checkbox(key="pick-tiny-test/Dark/p30_1.png").uncheck().run()
    page.checkbox(key="pick-tiny-train/Bright/p00_1.png").check().run()
    assert "**3 selected**" in _words(page)
    page.selectbox(key="picked-class").set_value("Dark")
    page.text_input(key="picked-why-class").set_value("turned aside").run()
    page.button(key="picked-give").click().run()
    assert not page.exception
    curation = find_dataset("tiny", workspace=workspace).curation
    assert curation.labels == (
        ("test/Bright/p11_1.png", "Dark"),
        ("train/Bright/p00_1.png", "Dark"),
    )  # the third one is Dark already
    assert {one.why for one in curation.corrections} == {"turned aside"}
    assert _words(page).count("was Bright") == 2
    page.button(key="picked-undo").click().run()
    assert find_dataset("tiny", workspace=workspace).curation.corrections == ()
    assert page.button(key="picked-undo").disabled


@pytest.mark.slow
def test_images_that_were_left_out_are_found_again_and_taken_back(
    page: AppTest, workspace: Workspace
) -> None:
    _select(page, 3, 1)
    page.button(key="picked-leave-out").click().run()
    assert "X-rays 1 to 11 of 11" in _words(page)
    assert "**0 selected**" in _words(page)
    page.selectbox(key="corrected").select("Left out").run()
    assert "X-rays 1 to 3 of 3" in _words(page)
    page.button(key="pick-page").click().run()
    page.button(key="picked-reset").click().run()
    assert not page.exception
    assert find_dataset("tiny", workspace=workspace).curation.excluded == ()
    assert "X-rays 1 to 14 of 14" in _words(page)


def test_a_tag_finds_its_images(page: AppTest) -> None:
    _select(page, 1, 2)
    page.text_input(key="picked-tag").set_value("drain").run()
    page.button(key="picked-do-tag").click().run()
    page.selectbox(key="corrected").select("Tagged drain").run()
    assert not page.exception
    assert "X-rays 1 to 2 of 2" in _words(page)
