"""How precise figures are, on the Results and the Dataset page."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_runs import draw_noise, finish, made_run
from results_page import opened, texts
from streamlit.testing.v1 import AppTest

from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


@pytest.mark.slow
def test_a_wanted_precision_says_how_many_xrays_it_takes(
    workspace: Workspace, tmp_path: Path
) -> None:
    finish(made_run(workspace, draw_noise(tmp_path / "images")), wrong=3)
    app = opened(tab="All figures")
    assert (
        "**12 X-rays: ± 22 points**. For ± 5 points at 0.75 about 290 X-rays of as many patients."
    ) in texts(app)
    table = app.table[2].value
    assert table.loc["Sensitivity for Covid", "For ± 5 points"] == "about 290"
    app.slider(key="precision-within").set_value(10).run()
    assert "For ± 10 points at 0.75 about 70 X-rays of as many patients." in texts(app)


@pytest.mark.slow
def test_a_data_set_says_how_precise_its_test_xrays_can_be(workspace: Workspace) -> None:  # noqa: ARG001
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["view"] = "Numbers"
    app.switch_page("pages/1_Dataset.py").run()
    assert not app.exception
    told = (
        "**60 X-rays of 24 patients: ± 16 points**. For ± 5 points at 0.75 about 720 X-rays of "
        "about 290 patients."
    )
    assert told in texts(app)
    app.slider(key="precision-share").set_value(0.9).run()
    assert "60 X-rays of 24 patients: ± 12 points" in texts(app)
