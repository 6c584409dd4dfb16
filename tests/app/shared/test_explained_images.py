"""The tabs that look inside a run's network, on a run whose network was really trained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from xraylib.app.shared.runs.feed import run_feed
from xraylib.models.bundle import Bundle
from xraylib.settings import PROJECT
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def looked_into(bars: Any, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A trained run that was published, so that its network is open."""
    from xraylib.evaluation.explain.run_maps import explain_images
    from xraylib.evaluation.stored_predictions import stored_predictions
    from xraylib.metrics.evaluation import evaluate_predictions
    from xraylib.workspace import write_json

    place = shutil.copytree(bars.place.root, tmp_path_factory.mktemp("looked") / "workspace")
    run = Run(place / "runs" / bars.run.id)
    evaluations = {}
    for split in ("val", "test"):
        judged = stored_predictions(run, split=split)
        evaluations[split] = evaluate_predictions(
            judged.labels, judged.probabilities, run.classes, judged.patients
        ).to_json()
    write_json(run.folder / "evaluation.json", evaluations)
    explain_images(run, [stored_predictions(run).paths[0]], "hirescam")
    return run


def _opened(run: Run, monkeypatch: pytest.MonkeyPatch, tab: str) -> AppTest:
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(run.folder.parent.parent))
    run_feed.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["tab"] = tab
    app.switch_page("pages/4_Results.py").run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def _pictures(app: AppTest) -> list[str]:
    return [image.alt for block in app.get("imgs") for image in block.proto.imgs]


def test_heat_maps_of_every_class_stand_side_by_side(
    looked_into: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(looked_into, monkeypatch, "Heat maps")
    text = _texts(app)
    assert "For **High**" in text
    assert "For **Low**" in text
    assert "(its class)" in text
    assert "the colours of two maps cannot be compared" in text


@pytest.mark.parametrize("method", ["occlusion", "hirescam"])
def test_another_method_draws_other_maps(
    looked_into: Run, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    from xraylib.evaluation.stored_predictions import stored_predictions

    app = _opened(looked_into, monkeypatch, "Heat maps")
    app.selectbox(key="film").set_value(stored_predictions(looked_into).paths[0]).run()
    next(g for g in app.get("button_group") if g.key == "heat-method").set_value(method).run()
    assert not app.exception
    assert "For **High**" in _texts(app)


def test_gradients_that_were_not_computed_are_offered(
    looked_into: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(looked_into, monkeypatch, "Heat maps")
    next(g for g in app.get("button_group") if g.key == "heat-method").set_value("gradcam").run()
    assert "Compute for this X-ray and 14 more" in [button.label for button in app.button]


def test_an_image_outside_of_the_data_set_is_refused(
    looked_into: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(looked_into, monkeypatch, "Heat maps")
    app.text_input(key="image-path").set_value("../../etc/passwd").run()
    assert not app.exception
    assert app.error


def test_every_convolution_shows_its_maps(
    looked_into: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(looked_into, monkeypatch, "Inside the network")
    options = app.selectbox(key="convolution").options
    assert len(options) == 6
    assert options[0].startswith("1. Conv2D 16")
    assert "16 filters of 3 × 3" in _texts(app)
    app.selectbox(key="convolution").select_index(5).run()
    assert not app.exception
    assert "64 maps of 8 × 8 points, 8 beside each other" in _texts(app)


def test_a_network_that_was_never_opened_offers_to_open_it(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from made_runs import draw_noise, finish, made_run

    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    app = _opened(run, monkeypatch, "Inside the network")
    assert "Open the network" in [button.label for button in app.button]


def test_deletion_and_insertion_curves_are_drawn_on_demand(
    looked_into: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(looked_into, monkeypatch, "Heat maps")
    app.toggle(key="heat-curves").set_value(True).run()
    assert not app.exception
    assert "With the hottest parts hidden first the probability of" in _texts(app)
    assert "after the temperature" not in _texts(app)
    monkeypatch.setattr(Bundle, "temperature", property(lambda _: 0.57))
    app.run()
    assert (
        "These probabilities are after the temperature of 0.57, as a published model gives them; "
        "those under the maps are the network's own." in _texts(app)
    )


def test_the_command_opens_the_network_and_explains_images(
    looked_into: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from xraylib.cli import main
    from xraylib.evaluation.stored_predictions import stored_predictions

    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(looked_into.folder.parent.parent))
    assert main(["explain", looked_into.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run"], told["method"], len(told["convolutions"])) == (looked_into.id, "cam", 6)
    image = stored_predictions(looked_into).paths[1]
    assert main(["explain", looked_into.id, f"./{image}", "--method", "gradcam", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert np.load(told["maps"][image]).shape == (3, 8, 8)
    assert main(["explain", looked_into.id, image, "--method", "dream"]) == 1
    assert "There is no method 'dream'" in capsys.readouterr().err
