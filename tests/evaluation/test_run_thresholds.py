"""What is chosen on validation images is kept with the run, and says what it rests on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from judged_runs import judged_run

from xraylib.cli import main
from xraylib.errors import ConfigError, PathError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.operating import Choice, RunOperating
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.evaluation.run_temperature import FILE, run_temperature, shown_predictions
from xraylib.evaluation.run_thresholds import (
    choose_temperature_by,
    default_operating,
    make_operating,
    read_operating,
    save_choice,
    write_operating,
)
from xraylib.evaluation.stored_predictions import stored_predictions
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.uncertainty.shares import interval_of_share
from xraylib.training.run.results import PREDICTIONS
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

CLASSES = ("High", "Low", "Middle")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from made_runs import draw_noise

    return draw_noise(tmp_path_factory.mktemp("operating") / "noise", train=60, test=16)


def _says(true: Any) -> Any:
    rng = np.random.default_rng(0)
    logits = 9 * rng.normal(size=(len(true), 3)) + 9 * np.eye(3)[true]  # far too sure
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, images: Path) -> Run:
    return judged_run(Workspace(tmp_path_factory.mktemp("made") / "workspace"), images, _says)


@pytest.fixture
def run(made: Run, tmp_path: Path) -> Run:
    return Run(shutil.copytree(made.folder, tmp_path / made.id))


def test_while_nobody_has_chosen_the_temperature_is_fitted_and_there_are_no_thresholds(
    run: Run,
) -> None:
    found = read_operating(run)
    calibrated = calibrate_run(run)
    assert calibrated.images >= 30
    assert found.temperature == found.temperature_fitted == calibrated.temperature > 2
    assert (calibrated.choice.applied, calibrated.choice.reason) == (found.temperature, "")
    assert found.classes == {}
    assert (found.ece_before, found.ece_after) == (
        calibrated.before.ece,
        calibrated.after.ece,
    )
    assert found.ece_chance == calibrated.after.ece_expected
    assert not (run.folder / FILE).exists()


def test_too_few_validation_images_leave_the_probabilities_as_they_are(
    workspace: Workspace, tmp_path: Path
) -> None:
    from trained_runs import draw_images

    root = draw_images(tmp_path / "bars", CLASSES)
    few = judged_run(workspace, root, _says)
    found = default_operating(few)
    assert found.temperature_n < 30
    assert (found.temperature, found.ece_after) == (1.0, found.ece_before)


def test_a_choice_is_made_on_validation_images_after_the_temperature(run: Run) -> None:
    made = make_operating(
        run,
        {
            "Covid": Choice(by="sensitivity", value=0.8, band=(0.0, 1.0)),
            "Normal": Choice(by="cost", missed=5, false_alarm=1),
        },
    )
    covid = made.classes["Covid"]
    assert (covid.chosen_by, covid.band) == ("sensitivity 0.80", (0.0, 1.0))
    assert made.classes["Normal"].chosen_by == "cost 5 to 1"
    val, test = (stored_predictions(run, split=split) for split in ("val", "test"))
    scores = with_temperature(val.probabilities, made.temperature)[:, 0]
    mine = np.sort(scores[val.labels == 0])[::-1]
    needed = int(np.ceil(0.8 * len(mine)))  # the highest threshold that flags so many
    assert covid.threshold == pytest.approx(mine[needed - 1])
    assert covid.rests_on == len(mine)
    assert covid.too_few == (len(mine) < 30)
    tested = with_temperature(test.probabilities, made.temperature)[:, 0]
    flagged = tested >= covid.threshold
    assert (covid.flagged_right, covid.flagged) == (
        int((test.labels[flagged] == 0).sum()),
        int(flagged.sum()),
    )
    assert covid.flagged_split == "test"
    # What is told is measured on the test images: each count by hand, with its interval.
    told, mine_too = covid.tested, test.labels == 0
    assert told is not None
    assert (told.found, told.positives) == (int((flagged & mine_too).sum()), int(mine_too.sum()))
    assert (told.passed, told.negatives) == (
        int((~flagged & ~mine_too).sum()),
        int((~mine_too).sum()),
    )
    assert told.sensitivity.value == told.found / told.positives
    assert told.sensitivity.interval == pytest.approx(
        list(interval_of_share(told.found / told.positives, told.positives, images=told.positives))
    )
    assert told.specificity.interval == pytest.approx(
        list(interval_of_share(told.passed / told.negatives, told.negatives, images=told.positives))
    )
    assert covid.who_chose == (
        f"a rule: sensitivity 0.80, on {len(val.labels)} validation images, of which it rests on "
        f"{len(mine)} (too few)"
    )
    write_operating(run, made)
    assert read_operating(run) == made
    assert json.loads((run.folder / FILE).read_text()) == made.to_json()


def test_evaluate_tells_what_a_chosen_threshold_did_in_testing_and_not_where_it_was_chosen(
    made: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(shutil.copytree(made.folder, tmp_path / "runs" / made.id))
    save_choice(run, "Covid", Choice(by="hand", value=0.4))
    test = stored_predictions(run, split="test")
    mine = test.labels == 0
    temperature = read_operating(run).temperature
    flagged = with_temperature(test.probabilities, temperature)[:, 0] >= 0.4
    counts = [int((flagged & mine).sum()), int(mine.sum())]
    asked = ["evaluate", run.id, "--workspace", str(tmp_path)]
    assert main([*asked, "--json"]) == 0
    (covid,) = json.loads(capsys.readouterr().out)["operating"].values()
    assert set(covid) == {"threshold", "band", "chosen_by", "rests_on", "too_few", "test"}
    assert (covid["threshold"], covid["chosen_by"]) == (0.4, "hand")
    assert (covid["test"]["found"], len(covid["test"]["sensitivity_ci"])) == (counts, 2)
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "a person, by hand" in " ".join(told.replace("│", " ").split())
    assert f"{counts[0]} of {counts[1]}," in told
    assert main([*asked, "--split", "val", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["operating"] == {}


def test_intervals_of_a_threshold_take_a_patients_images_as_no_more_than_they_are_worth(
    run: Run,
) -> None:
    table = run.predictions()
    assert table is not None
    choices = {"Normal": Choice(by="sensitivity", value=0.8)}
    alone = make_operating(run, choices).to_json()["classes"]["Normal"]
    for split, rate in (("val", "sensitivity"), ("test", "flagged")):
        (total,) = {"val": [alone["positives"]], "test": [alone["flagged_right"][1]]}[split]
        right = alone["sensitivity"] if split == "val" else alone["flagged_right"][0] / total
        of_class = alone["positives"] if split == "val" else alone["test"]["found"][1]
        expected = interval_of_share(right, total, images=min(total, of_class))
        assert alone[f"{rate}_ci"] == pytest.approx(list(expected))
    # The same images twice, each pair of one patient: the same rates, and the same intervals.
    twice = pa.concat_tables([table, table])
    paths = [f"{place}/{path}" for place, path in enumerate(twice["path"].to_pylist())]
    patients = table["path"].to_pylist() * 2
    for name, values in (("path", paths), ("patient", patients)):
        column = pa.array(values, twice[name].type)
        twice = twice.set_column(twice.column_names.index(name), name, column)
    pq.write_table(twice, run.folder / PREDICTIONS)
    pairs = make_operating(run, choices).to_json()["classes"]["Normal"]
    assert pairs["positives"] == 2 * alone["positives"]
    assert pairs["flagged_right"] == [2 * count for count in alone["flagged_right"]]
    for rate in ("sensitivity_ci", "specificity_ci", "flagged_ci"):
        assert pairs[rate] == pytest.approx(alone[rate], abs=0.02)


def test_a_point_of_before_is_measured_on_the_test_images_when_it_is_read(run: Run) -> None:
    made = make_operating(run, {"Covid": Choice(by="sensitivity", value=0.8)})
    older = made.to_json()
    del older["classes"]["Covid"]["test"]
    for key in ("temperature_fitted", "temperature_by", "temperature_why"):
        del older[key]
    (run.folder / FILE).write_text(json.dumps(older))
    assert read_operating(run).classes == made.classes


def test_the_temperature_can_be_refused_and_drops_thresholds_of_another_one(run: Run) -> None:
    with_it = save_choice(run, "Covid", Choice(by="sensitivity", value=0.8))
    assert run_temperature(run) == with_it.temperature != 1
    assert stored_evaluation(run).temperature == with_it.temperature
    without = choose_temperature_by(run, "none")
    assert (without.temperature, without.classes) == (1.0, {})
    assert "wants the network's own" in without.temperature_why
    assert run_temperature(run) == stored_evaluation(run).temperature == 1.0
    again = save_choice(run, "Covid", Choice(by="sensitivity", value=0.8))
    assert (again.temperature, again.temperature_by) == (1.0, "none")
    assert choose_temperature_by(run, "none").classes == again.classes
    assert choose_temperature_by(run, "validation").temperature == with_it.temperature


def test_every_figure_of_a_run_is_of_the_probabilities_that_classify_would_show(run: Run) -> None:
    from sklearn.metrics import log_loss, roc_auc_score

    found, raw = stored_evaluation(run), stored_predictions(run)
    exact = raw.probabilities / raw.probabilities.sum(axis=1, keepdims=True)
    logits = np.log(np.maximum(raw.probabilities.astype(np.float64), 1e-12)) / run_temperature(run)
    shown = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert found.log_loss.value == pytest.approx(log_loss(raw.labels, shown), rel=1e-6)
    assert abs(found.log_loss.value - log_loss(raw.labels, exact)) > 0.1
    auc = roc_auc_score(raw.labels, shown, multi_class="ovr")
    assert found.auc.value == pytest.approx(auc, abs=1e-12)
    assert found.which_probabilities == f"probabilities after temperature {found.temperature:.3f}"
    np.testing.assert_allclose(shown_predictions(run).probabilities, shown, atol=1e-7)


def test_a_threshold_set_by_hand_stays_as_it_was_set(run: Run) -> None:
    made = make_operating(run, {"Pneumonia": Choice(by="hand", value=0.37)})
    assert made.classes["Pneumonia"].threshold == 0.37
    assert made.classes["Pneumonia"].chosen_by == "hand"
    assert made.classes["Pneumonia"].who_chose.startswith("a person, by hand, on 36 validation")


def test_a_run_without_validation_images_has_a_temperature_of_one(
    run: Run,
) -> None:
    table = run.predictions()
    assert table is not None
    pq.write_table(table.filter(pc.equal(table["split"], "test")), run.folder / PREDICTIONS)
    assert read_operating(run).temperature == 1.0
    assert read_operating(run).temperature_n == 0


def test_what_makes_no_sense_is_refused_in_full_sentences(run: Run) -> None:
    with pytest.raises(ConfigError) as unknown:
        make_operating(run, {"Cat": Choice(by="hand")})
    assert str(unknown.value) == (
        "There is no class called 'Cat'. Expected one of Covid, Normal, Pneumonia. Do this: choose "
        "a class of this run."
    )
    with pytest.raises(ConfigError) as band:
        make_operating(run, {"Covid": Choice(by="hand", value=0.5, band=(0.6, 0.7))})
    assert str(band.value) == (
        "The uncertain band of Covid is 0.6 to 0.7 and its threshold 0.5. Expected a band that "
        "holds the threshold. Do this: move the band's ends to both sides of the threshold."
    )
    with pytest.raises(ConfigError) as threshold:
        write_operating(run, RunOperating(classes={"Covid": ChosenPoint(threshold=1.5)}))
    assert str(threshold.value) == (
        "The threshold of Covid is 1.5. Expected a probability from 0 to 1. Do this: choose "
        "another threshold."
    )
    with pytest.raises(ConfigError, match="The temperature is 0"):
        write_operating(run, RunOperating(temperature=0))
    (run.folder / FILE).write_text("{}")
    with pytest.raises(PathError) as lacking:
        read_operating(run)
    assert lacking.value.code == "damaged"
    assert str(lacking.value) == (
        "operating.json is damaged (it lacks 'classes'). Expected the file as it was written, in "
        f"{run.folder}. Do this: choose it again on the Results page, or delete operating.json."
    )
