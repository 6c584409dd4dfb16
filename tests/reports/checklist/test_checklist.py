"""The checklists of reviewers, filled from runs whose numbers are known."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from drawn_stress import drawn_stress
from made_runs import draw_noise, finish, made_run
from results_page import opened, texts

from xraylib.app.results.review.checklist_panel import item_table
from xraylib.audit.report import Finding
from xraylib.cli import main
from xraylib.errors import ConfigError
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.own_images import judged_rows
from xraylib.evaluation.run_thresholds import read_operating, save_choice
from xraylib.models.before_publishing import publishing_warnings
from xraylib.models.card.card import read_words, write_words
from xraylib.records import read_json
from xraylib.reports.checklist import data_evidence, tried_evidence
from xraylib.reports.checklist.evidence import FACTS, Told
from xraylib.reports.checklist.filled import GUIDES, checklist_report, fill_checklists
from xraylib.reports.checklist.questions import QUESTIONS, read_answers, write_answers
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.test_lock import lock_set, open_set
from xraylib.workspace import Workspace, write_json


@pytest.fixture
def run(workspace: Workspace, tmp_path: Path) -> Run:
    return finish(made_run(workspace, draw_noise(tmp_path / "images")), wrong=3)


def test_the_items_are_as_many_and_numbered_as_in_the_guidelines() -> None:
    claim, tripod, stard = ([item.number for item in guide.items] for guide in GUIDES)
    assert claim == [str(number) for number in range(1, 45)]
    assert [len({re.sub(r"\D", "", one) for one in all_}) for all_ in (tripod, stard)] == [27, 40]
    # Parts, as published: TRIPOD+AI has 52, STARD-AI splits 15, 16, 17, 26 and 40.
    assert len(tripod) == 52
    assert [one for one in stard if not one.isdigit()] == [
        "15a", "15b", "15c", "15d", "16a", "16b", "16c", "17a", "17b", "26a", "26b", "40a", "40b",
    ]  # fmt: skip
    for numbers in (tripod, stard):
        assert len(set(numbers)) == len(numbers)
        digits = [int(re.sub(r"\D", "", one)) for one in numbers]
        assert digits == sorted(digits)


@pytest.mark.parametrize(
    ("guide", "asks"),
    [
        (0, "6 goal, 11 deidentification, 13 acquisition, 16 annotators, 18 agreement, "
         "20 disjoint, 21 sample_size, 24 initial_weights, 27 ensemble, 29 uncertainty, "
         "30 robustness, 31 explanation, 33 external_test, 35 flow, 39 confusion, "
         "43 data_available, 44 funding"),
        (1, "3c inequalities, 5b dates, 6c treatments, 7 audit, 8b annotators, 8c blinding, "
         "9a inputs, 10 sample_size, 11 missing_data, 12d clusters, 12f updating, 13 imbalance, "
         "14 fairness, 17 ethics, 18b conflicts, 18c protocol, 18d registration, "
         "18e data_available, 18f code_available, 19 involvement, 22 model_available, "
         "23a performance, 24 updating, 27a strangers, 27b users, 27c next_steps"),
        (2, "6 ethics, 8 identified, 10 series, 12 annotators, 15d users, 16c reference_cutoffs, "
         "17b blinding, 19 uncertain_results, 22 sample_size, 23 fairness, 24 flow, 26a severity, "
         "26b alternatives, 27 interval, 28 representative, 29 external_test, 30 confusion, "
         "32 harm, 36 registration, 39 conflicts, 40a data_available, 40b audit_trail"),
    ],
)  # fmt: skip
def test_an_item_asks_for_what_the_published_one_does(guide: int, asks: str) -> None:
    """Read off transcripts of the published tables, so that no row can slip to another number."""
    items = {item.number: {*item.facts, *item.questions} for item in GUIDES[guide].items}
    for one in asks.split(", "):
        number, what = one.split()
        assert what in items[number], (GUIDES[guide].name, number)


def test_every_item_asks_for_something_that_there_is() -> None:
    asked, told = set(), set()
    for guide in GUIDES:
        for item in guide.items:
            assert item.facts or item.questions, (guide.name, item.number)
            asked |= set(item.questions)
            told |= set(item.facts)
    assert asked == set(QUESTIONS)
    assert told == set(FACTS)


@pytest.mark.slow
def test_what_the_run_says_is_filled_with_its_own_numbers(run: Run) -> None:
    claim = {one.item.number: one for one in fill_checklists(run)[0].entries}
    assert claim["38"].state == "filled"
    assert "Covid: Recall 0.25 (0.01 to 0.81)" in claim["38"].told[0]
    assert claim["19"].told[0].startswith("18 training, 6 validation, 12 test images")
    assert "3 of 12 test images were called wrong" in claim["39"].told[0]
    assert claim["21"].told[0].startswith("accuracy: 12 images: ± 22 points; for ± 5 points at")
    assert "seed 0" in claim["25"].told[0]
    assert claim["24"].told[0].startswith("Drawn by Keras's")
    assert "ece" not in claim["29"].told[0]  # it has no interval


@pytest.mark.parametrize(
    ("patience", "epochs", "told"),
    [
        (None, 3, "The weights after the last epoch; none was chosen by the test images"),
        (2, 3, "the best on validation images; training did not have to stop early for 2 epochs"),
        (2, 9, "the best on validation images; training stopped early for 2 epochs"),
    ],
)
def test_a_run_that_went_to_its_end_is_not_said_to_have_stopped_early(
    patience: int | None, epochs: int, told: str, run: Run
) -> None:
    settings = read_json(run.folder / "train.json")
    changed = {"early_stopping_patience": patience, "epochs": epochs}
    write_json(run.folder / "train.json", {**settings, **changed})
    claim = {one.item.number: one for one in fill_checklists(Run(run.folder))[0].entries}
    assert told in claim["26"].told[0]


def test_what_was_not_tried_is_missing_until_it_is(run: Run) -> None:
    def robustness() -> str:
        return {one.item.number: one for one in fill_checklists(run)[0].entries}["30"].state

    assert robustness() == "missing"
    (part,) = fill_checklists(run)[0].entries[29].missing
    assert (part.words, part.remedy) == ("No stress test was run", f"xraylib stress {run.id}")
    run.weights_file.write_bytes(b"")
    write_json(run.folder / "stress.json", drawn_stress().to_json())
    assert robustness() == "filled"


def test_answers_are_asked_once_for_all_and_kept(run: Run) -> None:
    before = [one.count("to-answer") for one in fill_checklists(run)]
    write_answers(run, {"funding": "Nobody.", "purpose": "To learn."})
    assert read_answers(run) == {"funding": "Nobody.", "purpose": "To learn."}
    assert read_words(run) == {"purpose": "To learn."}
    after = fill_checklists(run)
    # CLAIM 44, TRIPOD+AI 18a and STARD-AI 38 ask who paid; each is answered now.
    assert [one.count("to-answer") for one in after] == [n - 1 for n in before]
    assert after[1].entries[-1].item.number == "27c"
    write_words(run, {"purpose": "To teach.", "contact": "Us."})
    assert read_answers(run)["purpose"] == "To teach."
    write_answers(run, {"purpose": "", "funding": ""})
    assert read_answers(run) == {}
    assert read_words(run) == {"contact": "Us."}
    with pytest.raises(ConfigError, match="The checklist asks nothing called 'colour'"):
        write_answers(run, {"colour": "blue"})


def test_the_report_escapes_and_names_every_item(run: Run) -> None:
    write_answers(run, {"dates": "<b>2019</b>"})
    report = checklist_report(run)
    assert "&lt;b&gt;2019&lt;/b&gt;" in report
    assert "<script" not in report
    for guide in GUIDES:
        for item in guide.items:
            assert f"<td class=n>{item.number}</td>" in report


def test_the_command_tells_counts_and_keeps_answers(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "checklists.html"
    words = ["checklist", run.id, "--answer", "dates=2019 to 2021", "--out", str(out), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["guide"] for one in told["checklists"]] == [guide.name for guide in GUIDES]
    assert read_answers(run) == {"dates": "2019 to 2021"}
    assert "2019 to 2021" in out.read_text(encoding="utf-8")
    assert main(["checklist", run.id, "--answer", "dates"]) == 1
    assert "error[usage]: --answer is 'dates'" in capsys.readouterr().err


def test_a_run_without_test_images_says_what_is_missing(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = draw_noise(tmp_path / "images", test=1)
    run = finish(made_run(workspace, images))
    write_predictions(run.folder / PREDICTIONS, [], np.zeros((0, 3)), run.classes)
    claim = {one.item.number: one for one in fill_checklists(run)[0].entries}
    assert claim["37"].missing[0].words == "There are no test images"
    assert claim["37"].state == "missing"


def test_cells_of_the_table_are_written_without_markdown(run: Run) -> None:
    for found in fill_checklists(run):
        cells = item_table(found)["What there is"].tolist()
        assert any(one.startswith("To be answered. ") for one in cells)
        assert not [one for one in cells if "\\" in one or "**" in one]


def test_locked_test_images_say_nothing_until_they_are_opened(run: Run) -> None:
    lock_set(run.folder)
    claim = {one.item.number: one for one in fill_checklists(run)[0].entries}
    assert claim["38"].told == ()
    assert claim["38"].missing[0].words == (
        "The test images are locked until somebody opens them, once"
    )
    assert judged_rows(run, "test", most=9)[0] == "val"
    open_set(run.folder)
    assert judged_rows(run, "test", most=9)[0] == "test"
    assert fill_checklists(run)[0].entries[37].state == "filled"


@pytest.mark.slow
def test_the_page_shows_items_and_keeps_an_answer(run: Run) -> None:
    app = opened(tab="Checklist")
    assert "**Missing:** No stress test was run. Do this: xraylib stress" in texts(app).replace(
        "\\", ""
    )
    table = app.table[0].value
    assert list(table.index) == [str(number) for number in range(1, 45)]
    app.text_area(key=f"answer-{run.id}-funding").set_value("Nobody.")
    next(b for b in app.button if b.label == "Keep the answers").click().run()
    assert not app.exception
    assert read_answers(run) == {"funding": "Nobody."}
    assert app.table[0].value.loc["44", "What there is"].replace("\\", "") == "Nobody."


def _told(run: Run, name: str) -> str:
    return Told(run)[name].words


def test_what_is_said_of_preparation_is_what_the_network_does(run: Run) -> None:
    assert _told(run, "preparation").endswith(
        "values are scaled by a layer of the network: Rescaling x/255"
    )
    spec = run.spec
    bare = replace(spec, layers=tuple(one for one in spec.layers if not one.scales))
    write_json(run.folder / "spec.json", bare.to_json())
    assert _told(Run(run.folder), "preparation").endswith(
        "grey levels of 0 to 255 go into the network as they are"
    )


def test_limits_are_those_of_publishing_with_the_gravest_first(run: Run) -> None:
    limits = _told(run, "limits")
    assert limits.startswith(f"{publishing_warnings(run)[0].message}. ")
    assert publishing_warnings(run)[0].grave
    assert "It misses most images of Covid: 1 of 4 were called so, 0.25 (" in limits
    assert limits.endswith("It was not tested on images of another source")


def test_locked_test_images_are_not_said_to_be_missing_before_publishing(run: Run) -> None:
    lock_set(run.folder)
    (found,) = (one for one in publishing_warnings(run) if one.code == "validation-only")
    assert found.message == (
        "The test images are locked until somebody opens them, once: its figures are of the 6 "
        "validation images by which its training was watched, and too good"
    )


def test_undecided_is_told_as_classify_decides(run: Run) -> None:
    told = _told(run, "uncertain_results")
    assert "less than 0.2 ahead of the next or does not reach 0.6, or give no answer" in told
    save_choice(run, "Covid", Choice(by="hand", value=0.4, band=(0.3, 0.5)))
    told = _told(run, "uncertain_results")
    assert "ahead of the next or lies in the uncertain band of Covid, or give no answer" in told


def test_a_temperature_that_is_not_applied_is_not_told_as_if_it_were(run: Run) -> None:
    assert read_operating(run).temperature == 1
    assert _told(run, "calibration").endswith(", which is not applied")
    assert (
        _told(run, "updating") == "No temperature is applied: probabilities are the network's own"
    )


def test_the_input_is_not_said_to_hold_nothing_of_the_answer_where_the_audit_found_some(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = "The image alone, with whatever is printed into it, and no clinical data"
    assert _told(run, "inputs") == alone
    found = Finding(
        code="shortcut", severity="warning", message="It is told by the margins.",
        remedy="Look at them", paths=(),
    )  # fmt: skip
    report = SimpleNamespace(findings=[found], images=30, counts=lambda: {"error": 1, "info": 2})
    monkeypatch.setattr(data_evidence, "stored_report", lambda _: report)
    assert _told(run, "inputs") == f"{alone}. It is told by the margins"
    assert _told(run, "audit").endswith("shortcuts: 1 error, 2 notes in 30 images")


def test_patients_who_are_not_told_are_not_counted(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = {"films": 12, "patients": 12, "strange": 4, "strange_patients": 4,
            "interval": [0.1, 0.6]}  # fmt: skip
    facts = {"n_train": 18, "test": test}
    monkeypatch.setattr(tried_evidence, "familiar_facts", lambda _: facts)
    told = _told(run, "strangers")
    assert told.endswith("strange, 33.3% (10% to 60%); their patients are not told")
    monkeypatch.setattr(tried_evidence, "patients", lambda *_: "of 12 patients")
    assert _told(run, "strangers").endswith("strange, 33.3% (10% to 60%), of 4 of 12 patients")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "training and test as the folders divide them. "),
        ({"split": "by-patient"}, "by patient, each in the part that had most of their images. "),
        ({"label_table": {"file": "labels.csv"}},
         "as the folders or the table labels.csv divide them. "),
    ],
)  # fmt: skip
def test_what_divided_the_images_is_told_as_it_was(
    changes: dict[str, object], told: str, run: Run
) -> None:
    kept = read_json(run.folder / "data.json")
    write_json(run.folder / "data.json", {**kept, **changes})
    assert told in _told(Run(run.folder), "partitions")


def test_the_report_is_not_said_to_have_judged_the_images_of_training(run: Run) -> None:
    assert "judged on" not in checklist_report(run).split("</p>")[0]
