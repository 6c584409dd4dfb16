"""A backbone's weights from a file of one's own, chosen on the Architecture page."""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from xraylib.networks.backbones import backbone_table
from xraylib.networks.declaration.effect import Part, Weight
from xraylib.networks.designs import design_from_link, design_to_link
from xraylib.networks.layers import Backbone, Dense, GlobalAveragePooling2D, Input
from xraylib.networks.spec import ModelSpec
from xraylib.networks.weights.weights_file import array_places
from xraylib.settings import PROJECT
from xraylib.training.script.keras_script import keras_script
from xraylib.workspace import Workspace


def _write(file: Path, name: str) -> Path:
    """A file as Keras writes it, with the arrays of a backbone, all zero."""
    parts = [
        Part(row.kind, tuple(Weight(*one) for one in row.weights)) for row in backbone_table(name)
    ]
    shapes = [weight.shape for part in parts for weight in part.weights]
    file.parent.mkdir(exist_ok=True)
    with h5py.File(file, "w") as root:
        for place, shape in zip(array_places(parts), shapes, strict=True):
            root.create_dataset(place, shape, "f4")
    return file


def _page(weights: str = "none") -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    layers = (
        Input(shape=(256, 256, 1)),
        Backbone(weights=weights),
        GlobalAveragePooling2D(),
        Dense(units=3, activation="softmax"),
    )
    app.query_params["design"] = design_to_link(ModelSpec(name="transfer", layers=layers))
    app.switch_page("pages/2_Architecture.py").run()
    assert not app.exception
    return app


def _choice(page: AppTest, label: str) -> Selectbox:
    return next(s for s in page.selectbox if s.label == label)


def _errors(page: AppTest) -> list[str]:
    """Without the signs that keep words from being read as Markdown."""
    return [error.value.replace("\\", "") for error in page.error]


def _spec(page: AppTest) -> ModelSpec:
    spec: ModelSpec = page.session_state["draft"].spec
    return spec


def test_files_of_the_workspace_are_offered_and_one_that_fits_is_taken(
    workspace: Workspace,
) -> None:
    file = _write(workspace.weights / "mine.weights.h5", "MobileNetV2")
    (workspace.weights / "notes.txt").write_text("no weights")
    page = _page()
    assert _choice(page, "Weights").options == ["imagenet", "none", "mine.weights.h5"]
    assert any(str(workspace.weights) in caption.value for caption in page.caption)
    _choice(page, "Weights").select(str(file)).run()
    assert not page.exception
    assert not page.error
    spec = _spec(page)
    assert spec.layers[1] == Backbone(name="MobileNetV2", weights=str(file))
    assert any("own weights" in b.label for b in page.button)
    assert design_from_link(design_to_link(spec)) == spec
    assert f'weights="{file}"' in keras_script(spec)


def test_a_file_that_does_not_fit_or_has_gone_is_refused_before_training(
    workspace: Workspace,
) -> None:
    file = _write(workspace.weights / "mine.h5", "MobileNetV2")
    page = _page()
    _choice(page, "Weights").select(str(file)).run()
    _choice(page, "Network").select("MobileNetV3Small").run()
    (refused,) = _errors(page)
    assert "mine.h5 cannot be used" in refused
    assert "in the file itself" in refused
    assert refused.endswith("Set weights to another file, or to none.")
    _choice(page, "Network").select("MobileNetV2").run()
    assert not page.error
    file.unlink()
    page.run()
    assert ["mine.h5 is not there" in error for error in _errors(page)] == [True]
    _choice(page, "Weights").select("none").run()
    assert not page.error


@pytest.mark.usefixtures("workspace")
def test_a_file_elsewhere_that_a_design_names_is_shown_by_its_whole_path(tmp_path: Path) -> None:
    file = _write(tmp_path / "elsewhere.h5", "MobileNetV2")
    page = _page(str(file))
    assert _choice(page, "Weights").options == ["imagenet", "none", str(file)]
    assert _choice(page, "Weights").value == str(file)
