"""The Architecture page shows what training made of the open layer, for just this network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from xraylib.app.architecture.trained_layers import same_network, why_no_filters
from xraylib.app.shared.current_design import History
from xraylib.app.shell.state import Draft
from xraylib.models.catalog import find_model
from xraylib.networks.layers import Conv2D, Dropout, Residual
from xraylib.networks.spec import ModelSpec
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace

pytestmark = pytest.mark.usefixtures("workspace")


def _demo() -> ModelSpec:
    return ModelSpec.from_json(
        find_model("phantom-demo", workspace=Workspace.open()).manifest["spec"]
    )


def _understanding(spec: ModelSpec, layer: int) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    app.session_state["draft"] = Draft(spec=spec)
    app.session_state["outcome"] = "Understanding"
    app.session_state["design"] = History(selected=layer)
    app.run()
    app.switch_page("pages/2_Architecture.py").run()
    assert not app.exception
    return app


def _said(app: AppTest) -> str:
    return " ".join(c.value.replace("\\", "") for c in app.caption)


def test_the_published_model_of_this_design_shows_filters_and_maps() -> None:
    said = _said(_understanding(_demo(), 3))
    assert "Of model phantom-demo, version 1, whose network is this design." in said
    assert "16 filters of 3 × 3" in said
    assert "16 maps of 64 × 64 points" in said


def test_filters_that_are_not_published_are_not_called_too_many() -> None:
    spec = _demo()
    said = _said(_understanding(spec, 6))
    assert "has the filters of its first convolution with it, not of this one" in said
    assert "too many" not in said
    assert why_no_filters(Residual()).startswith("The filters inside a Residual are not shown")


def test_a_design_that_nobody_trained_says_what_would_show_them() -> None:
    spec = _demo()
    changed = spec.with_layers([*spec.layers[:-1], Dropout(rate=0.5), spec.layers[-1]])
    said = _said(_understanding(changed, 3))
    assert "Once a run of this network is finished" in said
    assert "16 maps" not in said


def test_the_last_layer_may_differ_and_no_other() -> None:
    spec = _demo()
    other = spec.with_head(7, "categorical")
    assert same_network(spec, other)
    assert not same_network(spec, spec.with_layers(spec.layers[:-2]))
    assert same_network(spec, replace(spec, name="other"))


def test_blocks_have_maps_where_they_hold_a_convolution() -> None:
    assert Residual((Conv2D(1, 3, padding="same"),)).has_convolution
    assert not Residual((Dropout(0.1),)).has_convolution
