"""The Results page of a run of findings, whose predictions are written by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from judged_findings import judge, judged_findings_run
from results_page import opened, texts
from streamlit.testing.v1 import AppTest
from tiny_findings import NAMES, make_findings_run

from xraylib.datasets.dataset import DatasetIndex
from xraylib.evaluation.sides.run_points import saved_points
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("findings-page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(folder / "workspace"))
        yield judged_findings_run(Workspace(folder / "workspace"), folder / "images")


def test_each_finding_has_its_figures_and_pictures_of_how_common_it_is(
    run: Run,
) -> None:
    app = opened(run=run.id)
    assert "**Mean AUC of the findings 0." in texts(app)
    figures = app.table[0].value
    assert list(figures.index) == list(NAMES)
    assert {"with it", "without", "not known", "AUC", "AP", "Sensitivity"} <= set(figures.columns)
    assert _charts(app) == 3
    assert "Sensitivity for Bright" in str(app.table[1].value.to_dict())


def test_a_threshold_is_chosen_saved_and_removed_for_each_finding(
    run: Run,
) -> None:
    app = opened(tab="Curves", run=run.id)
    app.selectbox(key="curve-class").set_value("Striped").run()
    app.slider(key="threshold").set_value(0.4).run()
    assert _charts(app) >= 3  # with the decision curve
    app.button(key="save-operating").click().run()
    assert not app.exception
    assert saved_points(run)["Striped"].threshold == pytest.approx(0.4)
    assert "Saved for Striped: 0.400" in texts(app)
    app.button(key="forget-operating").click().run()
    assert "Striped" not in saved_points(run)


def test_mistakes_are_shown_with_their_images_and_groups_beside_each_other(
    run: Run,
) -> None:
    app = opened(tab="Errors", run=run.id)
    told = texts(app).replace("\\", "")
    assert "**Missed: " in told
    assert "**False alarms: " in told
    app.selectbox(key="group-column").set_value("sex").run()
    groups = app.table[0].value
    assert list(groups.index) == ["F", "M"]
    assert {"X-rays", "Prevalence", "AUC", "Sensitivity", "Against the others"} <= set(
        groups.columns
    )
    assert _charts(app) == 1
    app.segmented_control(key="group-score").set_value("specificity").run()
    assert not app.exception


def test_runs_are_compared_and_each_probability_calibrated(
    run: Run,
) -> None:
    index = DatasetIndex.load(run.folder / "index.parquet")
    second = make_findings_run(
        Workspace(run.folder.parent.parent), run.data.root, index=index, learning_rate=0.01
    )
    judge(second, skill=0.0, seed=3)
    app = opened(tab="Compare", run=run.id)
    app.multiselect(key="compare-runs").set_value([second.id]).run()
    assert not app.exception
    assert "Mean of the findings: " in texts(app)
    assert "is better than" in texts(app)
    app = opened(tab="Calibration", run=run.id)
    assert "No temperature is applied" in texts(app) or "Temperature" in texts(app)
    assert _charts(app) == 1


def test_every_other_tab_is_there_and_says_what_it_needs(
    run: Run,
) -> None:
    for tab in ("Heat maps", "Inside the network", "Robustness", "Checklist", "Publish"):
        app = opened(tab=tab, run=run.id)
        assert not app.error, (tab, [one.value for one in app.error])


def _charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart"))
