"""One row of the table is all that a metric takes: it is told wherever metrics are told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from extended_copy import extended, tried
from random_predictions import random_predictions

from xraylib.errors import ConfigError
from xraylib.metrics import evaluation
from xraylib.metrics.metric import Metric
from xraylib.metrics.predictions import Counted, OneClass


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the example of docs/extending.md: Matthews' correlation coefficient."""
    return extended("A metric", tmp_path_factory.mktemp("metric") / "project")


@pytest.mark.slow
def test_its_numbers_are_scikit_learns_and_its_interval_has_the_right_width(copy: Path) -> None:
    from sklearn.metrics import matthews_corrcoef

    true, p = random_predictions(90, 3, seed=1, skill=4)
    found = json.loads(
        tried(
            copy,
            "import json\n"
            "from random_predictions import random_predictions\n"
            "from xraylib.metrics.evaluation import evaluate_predictions\n"
            "true, p = random_predictions(90, 3, seed=1, skill=4)\n"
            "print(json.dumps(evaluate_predictions(true, p, list('ABC')).to_json()))",
        )
    )
    called = p.argmax(axis=1)
    assert found["mcc"] == pytest.approx(matthews_corrcoef(true, called), abs=1e-12)
    low, high = found["mcc_ci"]
    rng = np.random.default_rng(1)
    draws = [rng.integers(0, 90, 90) for _ in range(2000)]
    error = np.std([matthews_corrcoef(true[rows], called[rows]) for rows in draws])
    # On the scale of Fisher's z, artanh, the interval reaches as far to both sides.
    assert np.arctanh([low, high]).mean() == pytest.approx(np.arctanh(found["mcc"]))
    half = 1.96 * error / (1 - found["mcc"] ** 2)
    assert np.ptp(np.arctanh([low, high])) / 2 == pytest.approx(half, rel=0.08)
    keys = list(found)
    assert keys.index("ece") < keys.index("mcc") < keys.index("mcc_ci") < keys.index("majority")
    assert found["methods"]["mcc_ci"] == "bootstrap of images, logit scale"


@pytest.mark.slow
def test_pages_report_card_comparison_command_and_docs_tell_it(copy: Path, tmp_path: Path) -> None:
    told = tried(
        copy,
        f"""
from pathlib import Path
from made_runs import draw_noise, finish, made_run
from results_page import opened, texts
from xraylib.cli import main
from xraylib.models.assemble import run_card, run_facts
from xraylib.reports.comparison import comparison_report
from xraylib.reports.metrics_csv import metrics_csv
from xraylib.reports.run import run_report
from xraylib.workspace import Workspace

workspace = Workspace.open()
images = draw_noise(Path({str(tmp_path)!r}) / "images")
run, other = (finish(made_run(workspace, images, name=f"{{n}} wrong"), wrong=n) for n in (3, 0))
score = str(run.evaluation()["test"]["mcc"])

app = opened(tab="All figures", run=run.id)
assert app.table[0].value.loc["Matthews correlation", "Value (95 % interval)"] == f"{{score}} ≈"
assert "**Matthews correlation**: Correlation of what" in texts(app)
app = opened(tab="Compare", run=other.id)
assert app.table[0].value.loc["0 wrong", "Matthews correlation"] == "1.00"

assert f"<td class=n>Matthews correlation</td><td class=n>{{score}}</td>" in run_report(run)
assert "<th>Matthews correlation</th>" in comparison_report([run, other])
assert "\\nmcc,,12," in metrics_csv(run.evaluation()["test"])
facts, evaluation = run_facts(run, "noise")
card = run_card(run, facts, evaluation)
assert f"| Matthews correlation | {{evaluation.mcc.value:.3f}} (" in card
assert main(["evaluate", run.id]) == 0
assert main(["compare", run.id, other.id, "--json"]) == 0
""",
    )
    lines = told.splitlines()
    assert any(line.startswith("mcc 0.6") and line.endswith("on 12 images") for line in lines)
    (compared,) = [json.loads(line) for line in lines if line.startswith("{")]
    entry = compared["entries"][0]
    assert list(entry)[:3] == ["name", "accuracy", "accuracy_ci"]
    assert {"mcc", "mcc_ci"} <= {*entry}
    assert compared["entries"][-1]["mcc"] is None  # always the same class

    page = (copy / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert (
        "| `mcc` | Matthews correlation | Correlation of what the images are and what they were "
        "called. 0 is guessing. | -1 to 1, higher is better | bootstrap of patients, logit scale |"
    ) in page


def test_a_class_metric_is_a_row_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.metrics import jaccard_score

    row: Metric[OneClass] = Metric(
        name="jaccard",
        title="Jaccard index",
        help="Of the X-rays of this class or called so, the share that is both.",
        function=lambda one: one.hits / (one.support + one.called - one.hits),
    )
    monkeypatch.setattr(evaluation, "CLASS_METRICS", (*evaluation.CLASS_METRICS, row))
    true, p = random_predictions(60, 3, seed=5, skill=3)
    found = evaluation.evaluate_predictions(true, p, list("ABC"))
    expected = jaccard_score(true, p.argmax(axis=1), average=None)
    for name, value in zip("ABC", expected, strict=True):
        score = found.per_class[name].jaccard
        assert score.value == pytest.approx(value, abs=1e-12)
        low, high = score.interval or (0, 0)
        assert 0 < low < value < high < 1
    assert list(found.to_json()["per_class"]["A"])[-2:] == ["jaccard", "jaccard_ci"]  # type: ignore[index,call-overload,arg-type]
    nobody = evaluation.evaluate_predictions([0, 0], [[0.9, 0.1], [0.8, 0.2]], ["A", "B"])
    assert nobody.per_class["B"].jaccard.reason == "Jaccard index is not defined for these images"


def _metric(**changed: object) -> Metric[Counted]:
    given = {"name": "n", "title": "N", "help": "", "function": lambda seen: seen.total}
    return Metric(**{**given, **changed})  # type: ignore[arg-type]


@pytest.mark.slow
def test_any_function_of_labels_and_probabilities_can_be_a_metric() -> None:
    from sklearn.metrics import cohen_kappa_score

    from xraylib.metrics.checked_images import checked_images
    from xraylib.metrics.uncertainty.resampling import measure

    def kappa(true: object, p: np.ndarray) -> float:
        return float(cohen_kappa_score(true, p.argmax(axis=1)))

    row = _metric(name="kappa", function=lambda seen: seen.each(kappa), range=(-1.0, 1.0))
    true, p = random_predictions(40, 2, seed=6, skill=3)
    score = measure(checked_images(true, p, ["A", "B"]), [row])[0]["kappa"]
    assert score.value == kappa(true, p)
    assert score.interval is not None
    assert -1 < score.interval.low < (score.value or 0) < score.interval.high < 1


def test_a_metric_that_is_a_function_alone_is_drawn() -> None:
    from xraylib.metrics.checked_images import checked_images
    from xraylib.metrics.uncertainty.resampling import measure

    row = _metric(function=lambda seen: seen.hits.sum(axis=1) / seen.total)
    true, p = random_predictions(400, 2, seed=7, skill=3)
    score = measure(checked_images(true, p, ["A", "B"]), [row])[0]["n"]
    value = score.value or 0
    low, high = (np.log(end / (1 - end)) for end in score.interval or (0.5, 0.5))
    error = np.sqrt(value * (1 - value) / 400) / (value * (1 - value))
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.08)


@pytest.mark.parametrize(
    ("scale", "ends", "value", "expected"),
    [
        (None, (0.0, 1.0), 0.5, (0.5 - 0.3140, 0.5 + 0.3140)),  # 1 / (1 + exp(1.96 · 0.3 / 0.25))
        (None, (0.0, float("inf")), 2.0, (2 / np.exp(0.294), 2 * np.exp(0.294))),
        (None, (float("-inf"), float("inf")), 0.0, (-0.588, 0.588)),
        ("linear", (0.0, 1.0), 0.9, (0.312, 1.0)),
    ],
)
def test_an_interval_is_made_on_the_scale_of_the_range(
    scale: object, ends: tuple[float, float], value: float, expected: tuple[float, float]
) -> None:
    if scale is None and ends == (0.0, 1.0):
        bound = 1 / (1 + np.exp(1.959964 * 0.3 / 0.25))
        expected = (bound, 1 - bound)
    interval = _metric(range=ends, scale=scale).interval(value, 0.3)
    assert interval == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (
            {"name": "m c c"},
            "A metric is called 'm c c'. Expected letters, digits and underscores, without _ "
            "before or _ci after them. Do this: give it another name.",
        ),
        (
            {"range": (1.0, 0.0)},
            "The metric n lives between 1 and 0. Expected a lowest value below the highest. Do "
            "this: exchange them.",
        ),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(changed: dict[str, object], what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _metric(**changed)
    assert (str(caught.value), caught.value.code) == (what, "metric")


def test_a_function_that_loses_the_countings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = _metric(function=lambda seen: seen.hits.sum() / seen.total.sum())
    monkeypatch.setattr(evaluation, "METRICS", (row,))
    with pytest.raises(ConfigError) as caught:
        evaluation.evaluate_predictions([0, 1], [[0.9, 0.1], [0.4, 0.6]], ["A", "B"])
    assert str(caught.value) == (
        "The function of the metric n gave an array of shape () for 1 countings. Expected one "
        "number a counting: shape (1,). Do this: keep the first axis, for example with sum(axis=1)."
    )
