"""A search on the Training page: started, shown, gone on with, and its winner judged."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from made_runs import draw_noise
from made_searches import made_search
from results_page import opened as opened_results
from streamlit.testing.v1 import AppTest
from training_page import opened

from xraylib.app.training.search.charts import history_chart, importance_chart, parallel_chart
from xraylib.app.training.search.table import parallel_table, place, through, trials_table
from xraylib.metrics.intervals import Interval
from xraylib.metrics.study.importance import Share
from xraylib.training.groups.group import list_groups
from xraylib.training.run.locks import take
from xraylib.training.search.record import Ended, write_end
from xraylib.training.search.search import Search
from xraylib.training.search.space import Choice, Range
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


@pytest.fixture
def search(workspace: Workspace, tmp_path: Path) -> Search:
    return made_search(workspace, draw_noise(tmp_path / "images", train=12), name="night")


def test_a_search_is_started_from_the_form(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Search] = []
    monkeypatch.setattr(Search, "start", lambda self, **_: started.append(self))
    app = opened()
    app.selectbox(key="several").set_value("search")
    app.selectbox(key="search_space").set_value("rate")
    app.number_input(key="search_trials").set_value(5)
    app.selectbox(key="search_pruner").set_value("median")
    next(one for one in app.button if one.label == "Start").click().run(timeout=120)
    assert not app.exception
    (group,) = list_groups(workspace=workspace)
    assert group.record.kind == "search"
    asked = Search(group).asked
    assert (asked.trials, asked.pruner, asked.space.name) == (5, "median", "rate")
    assert [one.id for one in started] == [group.id]
    shown = texts(app)
    assert "Search for settings: 0 of 5 trials" in shown
    assert "Pictures follow with the first epoch." in shown


def test_what_it_found_is_said_with_its_luck_and_the_looks(search: Search) -> None:
    best = search.best
    assert best is not None
    app = opened(run=next(one.run for one in search.trials if one.run != best.run))
    shown = texts(app)
    assert "Search for settings: 10 of 10 trials: night" in shown
    assert "8 finished, 2 pruned" in shown
    assert f"Trial {best.number} has the lowest validation loss" in shown
    assert re.search(r"The best of 8 on \d+ X-rays is too good by about 0\.\d+", shown)
    assert "Tsamardinos" in shown
    assert "The test X-rays have not been looked at." in shown
    labels = [button.label for button in app.button]
    assert "Let the best trial judge the test X-rays" in labels
    assert "Go on" not in labels
    for view in ("parallel", "slices", "importance", "history"):
        app.segmented_control(key="search-view").set_value(view).run()
        assert not app.exception, view
    app.button(key="watch-best").click().run()
    assert best.run in app.query_params["run"]


def test_every_state_has_its_word_and_its_button(search: Search) -> None:
    (search.folder / "end.json").unlink()
    app = opened(run=search.group.runs[0].id)
    assert "Interrupted" in texts(app)
    assert "Go on" in [button.label for button in app.button]
    lock = take(search.lock_file)
    assert lock is not None
    app = opened(run=search.group.runs[0].id)
    labels = [button.label for button in app.button]
    assert "Stop the search" in labels
    assert "Let the best trial judge the test X-rays" not in labels
    app.button(key="stop-search").click().run()
    assert search.stop_file.exists()
    lock.release()
    write_end(search.folder, Ended(state="failed", message="It broke. Expected a. Do this: b."))
    app = opened(run=search.group.runs[0].id)
    assert "It broke." in texts(app)
    (search.folder / "trials.json").write_text("[1")
    app = opened(run=search.group.runs[0].id)
    assert "trials.json is damaged" in texts(app)


def test_a_box_over_the_axes_keeps_the_trials_that_pass_through_it(search: Search) -> None:
    table = parallel_table(search.asked.space, search.trials)
    assert through(table, {}) is None
    small = {"Setting": ["Batch size"], "Place": [-0.1, 0.1]}
    assert through(table, small) == [
        one.number for one in search.trials if one.values["batch_size"] == 8
    ]
    both = {"Setting": ["Batch size", "Units, times"], "Place": [0.9, 1.1]}
    assert through(table, both) == [
        one.number
        for one in search.trials
        if one.values["batch_size"] == 32 and one.values["units"] == 1.0
    ]
    best = search.best
    assert best is not None
    top = {"Setting": ["Validation loss"], "Place": [1.0, 1.0]}
    lowest = min(search.trials, key=lambda one: one.loss or 0.0)
    assert through(table, top) == [lowest.number]


def test_places_and_charts_hold_what_they_show(search: Search) -> None:
    rate = Range(low=1e-4, high=1e-2, log=True)
    assert [place(rate, one) for one in (1e-4, 1e-3, 1e-2, 1.0)] == pytest.approx([0, 0.5, 1, 1])
    assert place(Choice(options=(False, True)), True) == 1.0
    assert place(Choice(options=("a", "b", "c")), "b") == 0.5
    ranked = trials_table(search.trials)
    done = list(ranked["Validation loss"][ranked["State"] == "finished"])
    assert done == sorted(done)
    assert ranked["State"].tolist()[-2:] == ["pruned", "pruned"]

    def built(chart: Any) -> dict[str, Any]:
        found: dict[str, Any] = chart.to_dict()
        return found

    history = built(history_chart(search.trials))
    rows = next(iter(history["datasets"].values()))
    lowest = [one["Lowest so far"] for one in rows]
    assert lowest == sorted(lowest, reverse=True)
    states = history["layer"][1]["encoding"]["color"]["scale"]["domain"]
    assert states == ["finished", "pruned"]
    parallel = built(parallel_chart(search.asked.space, search.trials, paper="#fff"))
    assert [one["name"] for one in parallel["params"]] == ["box"]
    # The values at the axes stand above lines and points, set off from them by the page's colour.
    assert [one["mark"]["type"] for one in parallel["layer"]] == ["line", "point", "text", "text"]
    assert parallel["layer"][2]["mark"]["stroke"] == "#fff"
    bars = built(importance_chart([("a", Share(share=0.4, ci=Interval(0.1, 0.7)))]))
    assert next(iter(bars["datasets"].values())) == [
        {"Setting": "a", "Share": 0.4, "Low": 0.1, "High": 0.7}
    ]


def test_compare_offers_the_trials_by_name_network_and_score(search: Search) -> None:
    first = search.group.runs[0]
    app = opened_results(run=first.id, tab="Compare", split="Validation X-rays")
    offered = app.multiselect(key="compare-runs").options
    assert len(offered) == len(search.trials) - 1
    for run in search.group.runs[1:]:
        kept = run.status().kept
        assert kept is not None
        told = f"{run.name} · lesson-dense · {kept['val_accuracy']:.2f} · "
        assert sum(one.startswith(told) for one in offered) == 1, (told, offered)
