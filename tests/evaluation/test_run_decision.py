"""The decision curve of a run, from what it said of its test images."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from judged_runs import judged_run, sure
from made_runs import draw_noise
from results_page import opened, texts

from xraylib.app.results.review.decision_panel import decision_chart
from xraylib.cli import main
from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.run_decision import decision_words, learned_share, run_decision
from xraylib.metrics.intervals import wilson_interval
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json

_GAIN = r"; at ([\d.]+) by ([\d.]+) right treatments more of 100 people than "
_ENDS = r"([-\d.]+) to ([\d.]+)"


@pytest.fixture
def run(workspace: Workspace, tmp_path: Path) -> Run:
    """Of 20 test images of each class one of the first is called the second."""

    def says(labels: np.ndarray) -> np.ndarray:
        calls = labels.copy()
        calls[-60:][np.flatnonzero(labels[-60:] == 0)[0]] = 1
        return sure(calls, 3)

    return judged_run(workspace, draw_noise(tmp_path / "images", test=20), says)


def test_it_is_of_use_between_the_two_probabilities_that_it_says(run: Run) -> None:
    found = run_decision(run, "Covid", 0.1)
    # 19 of 20 are flagged at 0.9, nobody else is; every one at 0.05 or less.
    at = {round(one.threshold, 4): one for one in found.points}
    assert at[0.1].net_benefit == pytest.approx(0.1 * 19 / 20)
    assert at[0.0333].net_benefit == pytest.approx(at[0.0333].treat_all)
    assert found.useful[0][0] == min(x.threshold for x in found.points if x.threshold > 0.05)
    assert decision_words(found, "Covid").startswith(
        "Where 10 of 100 have Covid, acting on it is better than treating all and than treating "
        "nobody for thresholds 0.053 to 0.4"
    )


@pytest.mark.parametrize(("prevalence", "other"), [(0.1, "treating nobody"), (0.9, "treating all")])
def test_the_gain_is_told_with_the_interval_of_what_it_is_a_gain_over(
    run: Run, prevalence: float, other: str
) -> None:
    told = decision_words(run_decision(run, "Covid", prevalence), "Covid")
    at, *gain = map(float, re.search(rf"{_GAIN}{other} \({_ENDS}\)", told).groups())  # type: ignore[union-attr]
    # 19 of 20 are found and none of 40 others is flagged: both shares' Wilson intervals, as MOVER
    # adds them; treating all is worth the same whatever they are.
    price = (1 - prevalence) * at / (1 - at)
    beside = max(prevalence - price, 0.0)
    found, left = wilson_interval(19, 20), wilson_interval(40, 40)
    assert found is not None
    assert left is not None
    value = prevalence * 0.95 - beside
    low = value - math.hypot(prevalence * (0.95 - found.low), price * (1 - left.low))
    high = value + prevalence * (found.high - 0.95)
    expected = [100 * value, 100 * low, 100 * high]
    assert gain == pytest.approx(expected, abs=0.06 * 100 * prevalence)


def test_the_share_it_learned_from_is_that_of_its_training_images(run: Run) -> None:
    counts = run.data.counts["train"]
    assert learned_share(run, "Covid") == counts["Covid"] / sum(counts.values())
    assert run_decision(run, "Covid", 0.1, correct=True).corrected_from == pytest.approx(1 / 3)


def test_the_command_prints_what_the_function_finds(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decision", run.id, "--class", "Covid", "--prevalence", "0.1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == run_decision(run, "Covid", 0.1).to_json()
    with pytest.raises(DatasetError, match="has no class 'Knee'"):
        run_decision(run, "Knee", 0.1)


@pytest.mark.slow
def test_the_page_draws_it_for_the_prevalence_that_is_given(run: Run) -> None:
    write_json(run.folder / "evaluation.json", {"test": stored_evaluation(run).to_json()})
    app = opened(tab="Curves")
    assert "Where 10 of 100 have Covid, acting on it is better" in texts(app)
    app.number_input(key="prevalence").set_value(0.5).run()
    assert "Where 5 of 1000 have Covid" in texts(app)
    app.toggle(key="decision-correct").set_value(True).run()
    assert not app.exception
    drawn = decision_chart(run_decision(run, "Covid", 0.005)).to_dict()
    assert len(drawn["layer"]) == 2
