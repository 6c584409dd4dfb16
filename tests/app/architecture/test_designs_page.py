"""Designs on the Architecture page: saved, opened again, pasted, and taken from a link."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from xraylib.app.architecture.design_files import file_name, link_address
from xraylib.app.shared.current_design import renamed, with_copy, with_value
from xraylib.networks.designs import design_to_link, list_designs, save_design
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


def _page(link: str | None = None) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    if link is not None:
        app.query_params["design"] = link
    app.switch_page("pages/2_Architecture.py").run()
    assert not app.exception
    return app


def _opened(page: AppTest) -> AppTest:
    page.session_state["designs"] = True
    return page.run()


def _spec(page: AppTest) -> ModelSpec:
    spec: ModelSpec = page.session_state["draft"].spec
    return spec


def _press(page: AppTest, label: str) -> None:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception


def test_a_preset_that_was_edited_says_so_until_it_is_the_preset_again() -> None:
    spec = preset("lesson-cnn")
    edited = renamed(with_value(spec, 2, "filters", 6))
    assert edited.name == "lesson-cnn, edited"
    assert renamed(with_value(edited, 2, "filters", 5)).name == "lesson-cnn"
    assert renamed(with_copy(spec, 2)).name == "lesson-cnn, edited"
    for same in (
        spec.with_input_shape((128, 128, 3)),
        spec.with_head(2, "binary"),
        preset("lesson-cnn", standardise=True),
    ):
        assert renamed(same) == same


def test_a_design_is_saved_and_opened_again(workspace: Workspace) -> None:
    page = _opened(_page())
    next(t for t in page.text_input if t.label == "Name").set_value("first try").run()
    _press(page, "Save")
    assert any("first try" in error.value for error in page.error)
    next(t for t in page.text_input if t.label == "Name").set_value("first").run()
    _press(page, "Save")
    assert [d.name for d in list_designs(workspace=workspace)] == ["first"]
    assert _spec(page).name == "first"
    page.session_state["draft"] = type(page.session_state["draft"])()
    page.run()
    assert _spec(page).name == "lesson-cnn"
    _press(page, "Open")
    assert _spec(page).name == "first"


def test_a_damaged_design_is_left_out_with_its_reason(workspace: Workspace) -> None:
    save_design("good", preset("lesson-conv"), workspace=workspace)
    (workspace.designs / "bad.json").write_text("{")
    page = _opened(_page())
    assert any("bad" in w.value and "not valid JSON" in w.value for w in page.warning)
    assert next(s for s in page.selectbox if s.label == "Saved designs").options == ["good"]


@pytest.mark.usefixtures("workspace")
def test_a_pasted_design_is_opened_or_refused() -> None:
    page = _opened(_page())
    places = [type(block).__name__ for block in page.main.children.values()]
    page.text_area(key="design-text").set_value('{"layers": [').run()
    _press(page, "Open this design")
    assert any("not valid JSON" in error.value for error in page.error)
    # A browser draws anew, without an upload that is under way, what a message has moved.
    assert [type(block).__name__ for block in page.main.children.values()] == places
    assert _spec(page).name == "lesson-cnn"
    page.text_area(key="design-text").set_value(json.dumps(preset("small-cnn").to_json())).run()
    _press(page, "Open this design")
    assert _spec(page) == preset("small-cnn")


@pytest.mark.usefixtures("workspace")
def test_a_link_brings_the_design_and_the_preparation_that_it_needs() -> None:
    spec = preset("lesson-conv", input_shape=(128, 96, 1))
    page = _page(design_to_link(spec))
    assert _spec(page) == spec
    assert page.session_state["draft"].preparation.image_size == (128, 96)


@pytest.mark.usefixtures("workspace")
def test_a_damaged_link_is_refused_and_the_page_goes_on() -> None:
    page = _page(design_to_link(preset("small-cnn"))[:-9])
    assert any("The link holds no complete design" in e.value for e in page.error)
    assert _spec(page).name == "lesson-cnn"


def test_the_address_of_a_design_keeps_the_page_and_drops_the_rest() -> None:
    spec = preset("lesson-cnn")
    address = link_address("https://lab.example/x/Architecture?a=b#c", spec)
    assert address == f"https://lab.example/x/Architecture?design={design_to_link(spec)}"


def test_a_networks_name_becomes_a_file_name() -> None:
    assert file_name("lesson-cnn, edited") == "lesson-cnn-edited"
    assert file_name("…") == "design"
