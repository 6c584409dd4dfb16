"""The card says what a person adds, what was found, and what was not done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_runs import draw_noise, finish, made_run
from PIL import Image

from xraylib.audit import audit
from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import ConfigError
from xraylib.evaluation.leakage import keep_report
from xraylib.evaluation.overlap import known_images
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.models.assemble import run_card, run_facts
from xraylib.models.card.card import QUESTIONS, read_words, write_words
from xraylib.models.card.numbers import (
    audit_part,
    calibration_part,
    operating_part,
    score_words,
    strangers_part,
)
from xraylib.models.wording import how_good
from xraylib.reports.run import run_report
from xraylib.workspace import Workspace


def test_the_card_can_be_read_before_anything_is_published(
    workspace: Workspace, tmp_path: Path
) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    facts, evaluation = run_facts(run, "noise")
    card = run_card(run, {**facts, "version": "next"}, evaluation)
    assert card.startswith("# noise, version next\n")
    assert "Nobody has said yet what it is for" in card
    assert "The X-rays are audited when the model is published." in card
    assert "Not published yet." in card
    assert "No thresholds were chosen" in card
    assert "Nothing tells the patients: no file name matches" in card
    facts["data"] |= {"patients_told": {"test": 3}, "patients_from": "the column Who of whose.csv"}
    told = run_card(run, facts, evaluation)
    assert "apart by the column Who of whose.csv; an X-ray" in told
    headings = [line for line in card.splitlines() if line.startswith("## ")]
    assert len(headings) == len(set(headings)) == 19


def test_what_a_person_says_stands_in_the_card(workspace: Workspace, tmp_path: Path) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    assert read_words(run) == {}
    write_words(run, {"purpose": "  To teach.  ", "contact": "", "origin": "Drawn by a program."})
    assert read_words(run) == {"purpose": "To teach.", "origin": "Drawn by a program."}
    facts, evaluation = run_facts(run, "noise")
    card = run_card(run, {**facts, "words": read_words(run)}, evaluation)
    assert f"**{QUESTIONS['purpose']}**\n\nTo teach." in card
    assert QUESTIONS["contact"] not in card


@pytest.mark.slow
def test_test_images_that_training_knew_are_counted_and_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = draw_noise(tmp_path / "images")
    learnt, asked = images / "train/Covid", images / "test/Covid"
    shutil.copy(learnt / "ptrainCovid0_0.png", asked / "ptestCovid0_0.png")
    for number in (1, 2):  # the same pixels in other bytes: only an audit sees these
        with Image.open(learnt / f"ptrainCovid{number}_0.png") as image:
            image.save(asked / f"ptestCovid{number}_0.png", compress_level=0)
    run = finish(made_run(workspace, images))
    split = {line.split(",")[0]: line.split(",")[2] for line in _lines(run.folder / "split.csv")}
    trained = [split[f"train/Covid/ptrainCovid{n}_0.png"] == "train" for n in (0, 1, 2)]
    assert sum(trained[1:]) > 0  # the others became validation images
    before, report = known_images(run), audit(DatasetIndex.load(run.folder / "index.parquet"))
    assert before is not None
    assert (before.known, before.audited) == (trained[0], False)
    assert before.counted.endswith("(changed copies were not looked for)")
    known = known_images(run, report=report)
    assert known is not None
    assert (known.same_bytes, known.changed) == (trained[0], sum(trained[1:]))

    facts, evaluation = run_facts(run, "noise")
    assert facts["metrics"]["known"] == trained[0]
    keep_report(run, report)  # as publishing does: from then on everybody counts the same
    facts, evaluation = run_facts(run, "noise")
    assert facts["metrics"]["known"] == known.known
    told = f"training knew {known.known}: {known.kinds}"
    card = run_card(run, facts, evaluation)
    assert card.count(f"Of the 12 X-rays that it was judged on {told}") == 1
    assert card.count("training knew") == 1  # nothing twice
    assert told in run_report(run)
    assert f"{known.known} of which its training knew ({known.kinds})" in how_good(
        facts["metrics"], synthetic=False
    )


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()[1:]


def test_words_without_a_place_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    with pytest.raises(ConfigError) as caught:
        write_words(run, {"praise": "great"})
    assert caught.value.message == (
        "The model card has no place for 'praise'. Expected answers to purpose, origin, labels, "
        "not_for, contact, of at most 2,000 characters. Do this: shorten it, or take it out."
    )
    with pytest.raises(ConfigError) as long:
        write_words(run, {"purpose": "x" * 2001})
    assert long.value.what == "The answer to 'purpose' has 2,001 characters"


def test_findings_left_open_are_listed_with_their_severity() -> None:
    found = {
        "films": 300,
        "findings": [
            {"code": "split-leak", "severity": "error", "message": "9 X-rays are in both."}
        ],
    }
    assert "- **error** (split-leak): 9 X-rays are in both." in audit_part(found)
    assert audit_part({"films": 5, "findings": []}).endswith("Nothing, in 5 X-rays.")
    assert audit_part({"films": 5, "skipped": "they are gone"}).endswith(
        "There was no audit: they are gone."
    )


def test_calibration_is_told_with_what_chance_alone_would_show() -> None:
    told = calibration_part(
        {
            "temperature": 1.5,
            "n": 50,
            "split": "test",
            "split_n": 66,
            "ece_before": 0.12,
            "ece_after": 0.06,
            "ece_chance": 0.07,
        }
    )
    assert "Temperature 1.500, fitted on 50 validation X-rays" in told
    assert "on 66 test X-rays: 0.120 before the temperature, 0.060 after" in told
    assert "every figure here is of the probabilities after it" in told
    assert "about 0.070 on so many X-rays by chance" in told
    assert "were not calibrated" in calibration_part(None)
    assert "No temperature is applied" in calibration_part({"temperature": 1.0, "n": 12})


def test_a_threshold_says_what_it_rests_on() -> None:
    point = {
        "threshold": 0.41,
        "band": [0.3, 0.5],
        "chosen_by": "sensitivity 0.90",
        "rests_on": 22,
        "too_few": True,
        "sensitivity": 0.91,
        "sensitivity_ci": [0.72, 0.97],
        "specificity": 0.86,
        "specificity_ci": [0.69, 0.94],
    }
    row = operating_part({"Covid": ChosenPoint.from_json(point)}).splitlines()[-1]
    assert row == (
        "| Covid | 0.410 | 0.30 to 0.50 | a rule: sensitivity 0.90, on validation X-rays, of which "
        "it rests on 22 (too few) | 0.910 (0.72 to 0.97), not tested | 0.860 (0.69 to 0.94), not "
        "tested |"
    )
    tested = {"found": [15, 26], "sensitivity": 15 / 26, "sensitivity_ci": [0.39, 0.75],
              "passed": [33, 40], "specificity": 0.825, "specificity_ci": [0.68, 0.91]}  # fmt: skip
    row = operating_part({"Covid": ChosenPoint.from_json({**point, "test": tested})})
    assert row.endswith("| 15 of 26, 0.577 (0.39 to 0.75) | 33 of 40, 0.825 (0.68 to 0.91) |")
    assert "too good" not in row


def test_what_it_does_not_notice_is_said() -> None:
    facts = {"n_train": 200, "n_held_out": 50, "held_out": "val", "quantile": 0.95, "test": None}
    told = strangers_part(facts)
    assert "its 200 training X-rays" in told
    assert "were set with these and the 50 validation X-rays" in told
    assert "meant to be passed by 5% of X-rays like them, it warns; 10% beyond that" in told
    assert "How many it calls strange was not measured: there were no test X-rays." in told
    assert "It does not notice pictures of another kind" in strangers_part(None)


def test_the_measured_share_of_strange_test_images_stands_beside_the_intended_one() -> None:
    test = {
        "films": 66,
        "strange": 3,
        "interval": [0.0154, 0.1263],
        "patients": 61,
        "strange_patients": 2,
    }
    facts = {"n_train": 200, "n_held_out": 50, "held_out": "val", "quantile": 0.95, "test": test}
    assert (
        "Measured: it calls 3 of 66 test X-rays strange, 4.5% (2% to 13%), of 2 of 61 patients."
    ) in strangers_part(facts)
    facts |= {"refused_quantile": 0.98, "threshold": 1.9, "refused_beyond": 2.5}
    test |= {"refused": 1, "refused_patients": 1, "refused_interval": [0.0027, 0.0809]}
    facts["strangers"] = [{"kind": "upside down", "films": 66, "refused": 64}]
    told = strangers_part(facts)
    assert "it warns (a score of 1.90); beyond the second, meant to be passed by 2%, it" in told
    assert "To 1 of the 66 it wrongly gives no answer: 1.5% (< 1% to 8%)." in told
    # Wilson's interval of 2 of 66.
    assert "| upside down | 66 | 2 | (1% to 10%) |" in told
    assert "rotated, cut, too dark" in told
    assert "a chest X-ray that is mirrored, with the heart on the right, or of another age" in told
    told = strangers_part({**facts, "doubted": [{"kind": "mirrored", "films": 66, "warned": 60}]})
    assert "rotated, cut, mirrored, noisy, too dark" in told
    assert "does not notice everything: a chest X-ray of another age group" in told
    # Wilson's interval of 60 of 66.
    assert "| mirrored | 66 | 60 | (82% to 96%) |" in told


def test_a_figure_is_never_told_beside_its_own_interval() -> None:
    assert score_words(Score(0.105, Interval(0.1042, 0.1069))) == "0.105 (0.10 to 0.11)"
    assert score_words(Score(0.1054, Interval(0.1052, 0.1069))) == "0.105 (0.105 to 0.107)"
    assert score_words(Score(0.982, Interval(0.92, 0.997))) == "0.982 (0.92 to > 0.99)"
    assert score_words(Score(None)) == "not defined"
