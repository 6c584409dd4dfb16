"""The layers inside a residual block, edited on the Architecture page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from xraylib.app.architecture.block_form import moved_inside
from xraylib.app.shared.current_design import inside, with_inside, with_layer, with_layer_inside
from xraylib.networks.designs import design_to_link
from xraylib.networks.layers import LAYERS, Layer, Residual
from xraylib.networks.layers.residual import MAX_STEPS
from xraylib.networks.presets import preset
from xraylib.networks.trace import trace
from xraylib.settings import PROJECT

pytestmark = pytest.mark.usefixtures("workspace")

SPEC = with_layer(preset("lesson-cnn"), 0, "Residual")


def _labels(layers: tuple[Layer, ...]) -> list[str]:
    return [layer.label for layer in layers]


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["design"] = design_to_link(SPEC)
    app.switch_page("pages/2_Architecture.py").run()
    assert not app.exception
    return app


def _block(page: AppTest) -> tuple[Layer, ...]:
    return inside(page.session_state["draft"].spec, 1)


def _press(page: AppTest, label: str) -> None:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception


def test_a_layer_inside_is_opened_and_edited_and_the_edit_taken_back(page: AppTest) -> None:
    choice = next(s for s in page.selectbox if s.label == "Inside (of 2)")
    choice.select_index(1).run()
    filters = next(n for n in page.number_input if n.label == "Filters")
    filters.set_value(8).run()
    assert _labels(_block(page)) == ["Conv2D 16 @ 3×3, same, relu", "Conv2D 8 @ 3×3, same"]
    # A browser sends the words of what is chosen, so no edit may give them other words.
    after = next(s for s in page.selectbox if s.label == "Inside (of 2)")
    assert (after.key, after.options) == (choice.key, ["1  Conv2D", "2  Conv2D"])
    _press(page, "Undo")
    assert _block(page) == inside(SPEC, 1)
    assert next(n for n in page.number_input if n.label == "Filters").value == 16


def test_layers_inside_are_added_moved_doubled_and_taken_out(page: AppTest) -> None:
    page.selectbox(key="new_kind_inside").select("BatchNormalization").run()
    _press(page, "Add inside")
    first, second = _labels(inside(SPEC, 1))
    assert _labels(_block(page)) == [first, "BatchNormalization", second]
    others = {s.key for s in page.selectbox if s.label == "Inside (of 3)"}
    _press(page, "Later")
    assert _labels(_block(page)) == [first, second, "BatchNormalization"]
    assert not others & {s.key for s in page.selectbox if s.label == "Inside (of 3)"}
    _press(page, "Double")
    assert _labels(_block(page))[2:] == ["BatchNormalization", "BatchNormalization"]
    _press(page, "Take out")
    _press(page, "Take out")
    assert _block(page) == inside(SPEC, 1)
    _press(page, "Take out")
    assert next(b for b in page.button if b.label == "Take out").disabled  # one is the least


def test_a_value_that_makes_no_sense_inside_is_refused(page: AppTest) -> None:
    page.selectbox(key="new_kind_inside").select("Rescaling").run()
    _press(page, "Add inside")
    before = page.session_state["draft"].spec
    next(n for n in page.number_input if n.label == "Scale").set_value(0.0).run()
    assert any("other than 0" in error.value for error in page.error)
    assert page.session_state["draft"].spec == before


@pytest.mark.parametrize("kind", [k for k, layer in LAYERS.items() if layer.in_block])
def test_a_new_layer_inside_keeps_the_maps_size(kind: str) -> None:
    spec = with_layer_inside(SPEC, 1, 1, kind)
    assert inside(spec, 1)[2].kind == kind
    if kind != "ZeroPadding2D":  # which is there to make the map larger
        assert trace(spec).rows[1].output_shape[:2] == (256, 256)


def test_a_late_click_on_a_layer_inside_that_has_gone_changes_nothing() -> None:
    for label in ("Earlier", "Later", "Double", "Take out"):
        assert moved_inside(SPEC, 1, 2, label) == SPEC
        assert moved_inside(SPEC, 2, 0, label) == SPEC
    alone = with_inside(SPEC, 1, inside(SPEC, 1)[:1])
    assert moved_inside(alone, 1, 0, "Take out") == alone
    full = with_inside(SPEC, 1, inside(SPEC, 1)[:1] * MAX_STEPS)
    assert moved_inside(full, 1, 0, "Double") == full
    assert isinstance(full.layers[1], Residual)
