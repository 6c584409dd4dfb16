"""What the Architecture page hands to the drawing: whose X-ray, with whose weights."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_runs import draw_noise, finish, made_run
from streamlit.testing.v1 import AppTest

from xraylib.app.architecture.touch.origins import find_origins
from xraylib.app.shell.state import Draft
from xraylib.models.catalog import find_model
from xraylib.networks.layers import Dropout, Input
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.networks.weights.weights_file import read_weights, write_weights
from xraylib.settings import PROJECT
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.usefixtures("workspace")


def _demo() -> ModelSpec:
    return ModelSpec.from_json(
        find_model("phantom-demo", workspace=Workspace.open()).manifest["spec"]
    )


def _page(draft: Draft, **state: Any) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    app.session_state["draft"] = draft
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    app.switch_page("pages/2_Architecture.py").run()
    assert not app.exception
    return app


def _drawings(app: AppTest) -> list[Any]:
    return [one for one in app.get("bidi_component") if one.key == "touch"]


def _sent(app: AppTest) -> tuple[dict[str, Any], bytes]:
    (component,) = _drawings(app)
    packet = component.proto.bytes
    (size,) = struct.unpack("<I", packet[:4])
    return json.loads(packet[4 : 4 + size]), packet


def test_it_opens_with_the_first_sample_x_ray_and_fresh_weights() -> None:
    head, packet = _sent(_page(Draft(), **{"touch-xray": 7}))
    assert head["shape"] == [256, 256, 1]
    assert (head["origin"], head["origins"], head["number"]) == ("", [], 7)
    assert head["xrays"] > 100
    assert head["classes"] == ["Covid", "Normal", "Pneumonia"]
    levels = np.frombuffer(packet, np.uint8, 65_536, head["pixels"])
    assert levels.std() > 20


def test_a_published_model_of_the_design_gives_its_weights(workspace: Workspace) -> None:
    spec = _demo()
    head, packet = _sent(_page(Draft(spec=spec)))
    assert head["origin"] == "model phantom-demo, version 1"
    floats = np.frombuffer(packet, "<f4", offset=head["floats"])
    assert floats.size == trace(spec).total_params
    folder = find_model("phantom-demo", workspace=workspace).folder
    arrays = read_weights(folder / "model.weights.h5", spec)
    assert np.array_equal(
        floats, np.concatenate([one.ravel() for one in arrays if one is not None])
    )
    fresh, _ = _sent(_page(Draft(spec=spec), **{"touch-origin": ""}))
    assert fresh["origin"] == ""
    assert fresh["origins"] == ["model phantom-demo, version 1"]


def test_another_design_has_no_origin(workspace: Workspace) -> None:
    spec = _demo()
    changed = spec.with_layers([*spec.layers[:-1], Dropout(rate=0.5), spec.layers[-1]])
    assert find_origins(changed, workspace) == []
    assert len(find_origins(spec, workspace)) == 1


@pytest.fixture
def run(workspace: Workspace, tmp_path: Path) -> Run:
    made = finish(made_run(workspace, draw_noise(tmp_path / "images"), name="noise"))
    weights = [one for row in trace(made.spec).rows for one in row.weights]
    arrays = [np.full(one.shape, 0.01 * n, np.float32) for n, one in enumerate(weights)]
    write_weights(made.spec, arrays, made.weights_file)
    return made


def test_a_finished_run_of_the_design_comes_first_and_takes_x_rays_as_it_was_trained(
    run: Run,
) -> None:
    head, packet = _sent(_page(Draft(spec=run.spec)))
    assert head["origin"] == "run noise"
    assert head["shape"] == [24, 20, 1]
    assert head["classes"] == list(run.classes)
    assert np.frombuffer(packet, "<f4", offset=head["floats"]).max() == pytest.approx(0.05)


def test_a_damaged_file_of_weights_is_said_and_fresh_ones_take_their_place(
    run: Run,
) -> None:
    run.weights_file.write_bytes(b"no weights")
    app = _page(Draft(spec=run.spec))
    head, _ = _sent(app)
    assert head["origin"] == ""
    assert any("model.weights.h5" in warning.value.replace("\\", "") for warning in app.warning)


def test_an_input_that_no_x_ray_fits_keeps_the_still_picture() -> None:
    spec = preset("lesson-cnn")
    five = spec.with_layers([Input((256, 256, 5)), *spec.layers[1:]])
    app = _page(Draft(spec=five))
    assert not _drawings(app)
    assert any("this Input takes 5" in caption.value for caption in app.caption)


@pytest.mark.parametrize("asked", [None, {"edit": "2"}, {"edit": 99}, {"edit": True}, {"edit": -1}])
def test_what_a_browser_asks_for_that_is_not_there_opens_nothing(
    asked: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xraylib.app.architecture.touch import drawing

    opened: list[int] = []
    monkeypatch.setattr(drawing, "_asked", lambda what: asked and asked[what])
    monkeypatch.setattr(drawing, "get_draft", Draft)
    monkeypatch.setattr(drawing.current_design, "select", opened.append)
    drawing._edit()
    assert opened == []
