"""The Training page: what it says about runs in every state, and what Start makes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_runs import finish, made_run, set_state, tell_epochs
from pandas import DataFrame
from streamlit.testing.v1 import AppTest
from tiny_findings import make_findings_run
from training_page import PAGE, opened

from xraylib.app.shared.runs import feed as run_feed_module
from xraylib.app.shared.runs.charts import History
from xraylib.app.shared.runs.feed import RunFeed, joined_rows, run_feed, run_row
from xraylib.app.shared.runs.words import chosen_rows, differences, progress_text, runs_table
from xraylib.app.shell.frame import plain
from xraylib.app.training import run_panel
from xraylib.app.training.epochs_panel import AUC, RECALL, told_rows, told_words
from xraylib.datasets.split_table import from_csv
from xraylib.errors import RunError
from xraylib.settings import PROJECT
from xraylib.training.groups.group import list_groups
from xraylib.training.process import queue
from xraylib.training.run.locks import take
from xraylib.training.run.notes import Notes, read_notes, write_notes
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.run.status import read_status
from xraylib.workspace import Workspace, write_json

pytestmark = pytest.mark.slow


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that were handed to the queue; no trainer is started."""
    handed: list[Run] = []
    monkeypatch.setattr(queue, "start", lambda run, **_: handed.append(run))
    return handed


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.usefixtures("workspace")
def test_without_runs_it_says_what_to_do() -> None:
    app = opened()
    assert "No run yet. Choose the settings and press **Start**." in texts(app)
    assert [box.label for box in app.main.get("selectbox")] == [
        "Optimizer",
        "Class mode",
        "Schedule",
        "Train",
        "What is tried",
        "Hopeless trials",
    ]


def test_start_makes_a_run_of_the_draft_with_the_settings(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened()
    app.number_input(key="epochs").set_value(7)
    app.number_input(key="patience").set_value(3)
    app.checkbox(key="class_weights").check()
    app.text_input(key="run_name").set_value("My first")
    next(b for b in app.button if b.label == "Start").click().run()
    assert not app.exception
    (run,) = list_runs(workspace=workspace)
    assert started == [run]
    assert (run.name, run.spec.name, run.data.name) == ("My first", "lesson-cnn", "sample")
    settings = run.train
    assert (settings.epochs, settings.early_stopping_patience, settings.class_weights) == (
        7,
        3,
        True,
    )
    assert app.query_params["run"] == run.id


def _press_quick_start(app: AppTest) -> None:
    app.switch_page("streamlit_app.py").run()
    label = "Learn with the sample X-rays"
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_the_quick_start_starts_once_where_the_home_page_asked_for_it(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened(quick="lesson")
    assert started == []  # an address starts nothing
    _press_quick_start(app)
    app.run()
    (run,) = list_runs(workspace=workspace)
    assert started == [run]
    assert (run.name, run.spec.name, run.data.name) == ("Quick start", "small-cnn", "sample")
    draft = app.session_state["draft"]  # the pages show what it trains
    assert (draft.spec, draft.preparation, draft.augment) == (
        run.spec,
        run.preparation,
        run.augment,
    )
    told = {name: app.session_state[name] for name in ("epochs", "batch_size", "schedule")}
    assert told == {name: getattr(run.train, name) for name in told}
    _press_quick_start(opened())  # another tab while it waits
    assert list_runs(workspace=workspace) == [run]


def test_a_finished_run_leads_to_its_results(workspace: Workspace, images: Path) -> None:
    run = finish(made_run(workspace, images, name="Done"))
    app = opened()
    words = texts(app)
    assert "Finished" in words
    assert "3 of 3 epochs done" in words
    assert "Best epoch: 2, with the lowest validation loss, 0.500" in words
    assert "See how good it is" in [button.label for button in app.button]
    assert app.query_params["run"] == run.id


def test_a_finished_run_says_what_it_came_to_and_leads_on(
    workspace: Workspace, images: Path, started: list[Run]
) -> None:
    run = finish(made_run(workspace, images, epochs=8))
    app = opened()
    shown = texts(app).replace("\\", "")
    val = run.data.images_in("val")
    assert f"It tells {val} of {val} validation X-rays rightly" in shown
    assert "From epoch 2 on it learnt the training X-rays by heart" in shown
    app.button(key="next-curve").click().run()
    assert not app.exception
    assert app.selectbox(key="several").value == "shares"
    assert app.number_input(key="epochs").value == run.train.epochs
    assert started == []


def test_a_failed_run_shows_its_cause_and_what_to_do(workspace: Workspace, images: Path) -> None:
    run = made_run(workspace, images)
    message = "The disk is full. Expected room for a checkpoint. Do this: free some space."
    set_state(run, state="failed", error={"code": "disk-full", "message": message})
    assert message in texts(opened())


def test_a_run_whose_trainer_died_is_interrupted(workspace: Workspace, images: Path) -> None:
    run = made_run(workspace, images)
    tell_epochs(run, 1)
    set_state(run, state="running", epoch=1)
    words = texts(opened())
    assert "Interrupted" in words
    assert "was killed, or the computer was switched off" in words


def test_the_address_chooses_the_run_and_an_unknown_one_the_newest(
    workspace: Workspace, images: Path
) -> None:
    first = finish(made_run(workspace, images, name="One"))
    second = finish(made_run(workspace, images, name="Two"))
    newest = list_runs(workspace=workspace)[0]
    for run in (first, second):
        assert opened(run=run.id).selectbox(key="chosen-run").value == run.id
    assert opened(run="nonsense").selectbox(key="chosen-run").value == newest.id


def test_while_the_newest_run_waits_the_one_that_trains_is_shown(
    workspace: Workspace, images: Path
) -> None:
    trains, waits = (made_run(workspace, images, name=name) for name in ("One", "Two"))
    tell_epochs(trains, 1)
    set_state(trains, state="running", epoch=1)
    lives = [take(run.lock_file) for run in (trains, waits)]  # as their trainers do
    app = opened()
    assert app.selectbox(key="chosen-run").value == trains.id
    assert app.get("vega_lite_chart")
    # What waits has nothing to draw yet.
    assert not opened(run=waits.id).get("vega_lite_chart")
    for lock in lives:
        assert lock is not None
        lock.release()


def test_the_table_gives_the_accuracy_of_the_weights_that_were_kept(
    workspace: Workspace, images: Path
) -> None:
    run = finish(made_run(workspace, images, name="One"))
    assert {epoch["val_accuracy"] for epoch in run.epochs()} == {1 / 3}
    set_state(run, best_epoch=2, kept={"epoch": 3, "val_accuracy": 5 / 6})
    table = opened().dataframe[0].value
    # Clopper and Pearson's of 5 of 6: 5 or more hits at 0.3588, at most 5 at 0.9958, in 2.5 of 100.
    assert table["Validation accuracy"].tolist() == ["0.83 (0.36 to > 0.99) of 6"]
    assert table["State"].tolist() == ["Finished"]
    assert table["Epochs"].tolist() == ["3 of 3"]


def test_a_stopped_run_can_be_resumed(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(workspace, images)
    tell_epochs(run, 1)
    set_state(run, state="stopped", epoch=1)
    resumed: list[Run] = []
    monkeypatch.setattr(queue, "resume", lambda run, **_: resumed.append(run))
    app = opened()
    app.button(key="resume").click().run()
    assert not app.exception
    assert resumed == [run]


def test_a_resume_that_is_refused_says_why(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_state(made_run(workspace, images), state="stopped")
    refusal = RunError(
        "It did not start", expected="a process", remedy="start it again", code="no-trainer"
    )

    def refuse(_: Run, **_waiting: object) -> None:
        raise refusal

    monkeypatch.setattr(queue, "resume", refuse)
    app = opened()
    app.button(key="resume").click().run()
    assert "It did not start" in texts(app)


def test_who_resumes_a_run_after_somebody_else_did_sees_it_go_on(
    workspace: Workspace, images: Path
) -> None:
    run = made_run(workspace, images)
    set_state(run, state="stopped")
    app = opened()
    set_state(run, state="running")  # by somebody else, while this page is open
    alive = take(run.lock_file)
    assert alive is not None
    app.button(key="resume").click().run()
    assert not app.exception
    assert not app.error
    alive.release()
    assert "Resume" not in [button.label for button in app.button]
    assert app.button(key="stop").label == "Stop"


def test_who_resumes_a_run_while_somebody_else_does_is_told(
    workspace: Workspace, images: Path
) -> None:
    run = made_run(workspace, images)
    set_state(run, state="stopped")
    app = opened()
    starting = take(run.folder / "start.lock")
    assert starting is not None
    app.button(key="resume").click().run()
    starting.release()
    assert not app.exception
    assert not app.error
    (toast,) = app.toast
    assert toast.value.replace("\\", "").startswith(f"The run {run.id} is just being started")


def test_settings_that_make_no_sense_together_are_refused(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened()
    app.number_input(key="epochs").set_value(3)
    app.number_input(key="warmup_epochs").set_value(5)
    next(b for b in app.button if b.label == "Start").click().run()
    assert "fewer than the 3 epoch" in texts(app).replace("\\", "")
    assert started == []
    assert list_runs(workspace=workspace) == []


def test_compared_runs_show_only_what_differs(workspace: Workspace, images: Path) -> None:
    runs = [made_run(workspace, images, name="A"), made_run(workspace, images, name="B", epochs=9)]
    table: DataFrame = differences(runs)
    assert table.to_dict("index") == {"epochs": {"A": "3", "B": "9"}}


def test_long_numbers_are_told_by_three_digits_where_these_tell_them_apart(
    workspace: Workspace, images: Path
) -> None:
    rates = {"A": 0.0007122024957832102, "B": 0.016349834536590942, "C": 0.016349834536590951}
    runs = [
        made_run(workspace, images, name=name, learning_rate=one, seed=4_000_000_000)
        for name, one in rates.items()
    ]
    apart: DataFrame = differences(runs[:2])
    assert apart.to_dict("index") == {"learning rate": {"A": "0.000712", "B": "0.0163"}}
    alike: DataFrame = differences(runs[1:])
    assert alike.to_dict("index") == {"learning rate": {one: str(rates[one]) for one in "BC"}}


def test_repeats_are_started_as_one_group_and_their_parent_is_shown(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened()
    app.number_input(key="epochs").set_value(2)
    app.selectbox(key="several").set_value("repeats")
    app.number_input(key="members").set_value(3)
    app.text_input(key="run_name").set_value("night")
    next(b for b in app.button if b.label == "Start").click().run()
    assert not app.exception
    (group,) = list_groups(workspace=workspace)
    assert [run.id for run in group.runs] == [run.id for run in started]
    assert [run.train.seed for run in group.runs] == [0, 1, 2]
    assert app.query_params["run"] == group.runs[0].id
    assert "**3 repeats of one design: night**" in texts(app).replace("\\", "")
    assert "3 waiting" in texts(app)


def test_a_cross_validation_is_started_as_one_group(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened()
    app.number_input(key="epochs").set_value(2)
    app.selectbox(key="several").set_value("folds")
    app.number_input(key="members").set_value(3)
    next(b for b in app.button if b.label == "Start").click().run()
    assert not app.exception
    (group,) = list_groups(workspace=workspace)
    assert group.record.kind == "folds"
    assert [run.id for run in group.runs] == [run.id for run in started]
    held = []
    for run in started:
        split = from_csv(run.folder / "split.csv")
        lines = list(zip(split.path, split.split, split.patient, strict=True))
        held.append({path for path, part, _ in lines if part == "val"})
        sides = [{who for _, part, who in lines if part == name} for name in ("train", "val")]
        assert not sides[0] & sides[1]
    assert len(set.union(*held)) == sum(len(one) for one in held) > 0
    assert "**3 folds, divided by patient**" in texts(app).replace("\\", "")


def test_a_learning_curve_is_started_as_one_group(workspace: Workspace, started: list[Run]) -> None:
    app = opened()
    app.number_input(key="epochs").set_value(2)
    app.selectbox(key="several").set_value("shares")
    app.number_input(key="members").set_value(2)
    next(b for b in app.button if b.label == "Start").click().run()
    assert not app.exception
    (group,) = list_groups(workspace=workspace)
    assert group.record.shares == (0.1, 0.2, 0.4, 0.7, 1.0) * 2
    assert [run.id for run in group.runs] == [run.id for run in started]
    shown = texts(app).replace("\\", "")
    assert "**10 runs on shares of the training patients**" in shown
    assert "The curve follows when runs of three shares have finished; 0 of 10 runs have." in shown


def test_prepared_images_are_sized_and_thrown_away(workspace: Workspace, images: Path) -> None:
    run = finish(made_run(workspace, images))
    write_json(run.folder / "cache.json", {"key": "a1"})
    place = workspace.cache / "a1"
    place.mkdir(parents=True)
    np.save(place / "pixels.npy", np.zeros((36, 24, 20, 1), np.uint8))
    run_feed.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    app.session_state["cache"] = True
    app.switch_page(PAGE).run()
    assert not app.exception
    (table,) = [d.value for d in app.dataframe if "MB" in d.value]
    assert table[["X-rays", "Size", "MB", "Runs", "In use"]].values.tolist() == [
        [36, "20 × 24", 0.0, 1, "no"]
    ]
    app.button(key="prune").click().run()
    assert not place.exists()
    assert "None yet." in texts(app).replace("\\", "")


def test_runs_are_deleted_after_a_question(workspace: Workspace, images: Path) -> None:
    runs = [finish(made_run(workspace, images, name=name)) for name in ("One", "Two", "Three")]
    app = opened()
    shown = list_runs(workspace=workspace)
    chosen = [place for place, run in enumerate(shown) if run.name != "Two"]
    app.session_state[f"runs-{hash(tuple(run.id for run in shown))}"] = {
        "selection": {"rows": chosen, "columns": [], "cells": []}
    }
    app.run()
    next(b for b in app.button if b.label == "Delete …").click().run()
    assert not app.exception
    words = texts(app)
    assert "Weights, curves and predictions are removed. Published models stay." in words
    assert [name for name in ("One", "Two", "Three") if f"- {name}, " in words] == ["One", "Three"]
    assert len(list_runs(workspace=workspace)) == 3  # nothing before the question is answered
    # A browser reruns the dialog alone; here the page runs, so the click that opened it stays.
    next(b for b in app.button if b.label == "Delete …").click()
    app.button(key="confirm-delete").click().run()
    assert not app.exception
    assert list_runs(workspace=workspace) == [runs[1]]


def test_a_group_shows_mean_and_spread_of_its_finished_runs(
    workspace: Workspace, images: Path
) -> None:
    members = [finish(made_run(workspace, images, name=f"n {i}"), wrong=i) for i in (0, 1, 3)]
    for run, accuracy in zip(members, (0.5, 0.6, 0.7), strict=True):
        kept = {"val_accuracy": accuracy, "val_auc": None, "val_loss": 1.0}
        set_state(run, kept=kept)
    file = workspace.runs / ".groups" / "20260101T000000Z-000000.json"
    record = {"kind": "repeats", "name": "", "runs": [run.id for run in members]}
    write_json(file, record)
    for run in members:
        write_json(run.folder / "origin.json", {"kind": "repeat", "group": file.stem})
    app = opened(group=file.stem)
    assert app.query_params["run"] == members[0].id
    # Mean of 0.5, 0.6, 0.7 and the root of (0.01 + 0 + 0.01) / 2; 12, 11 and 9 of 12 test images.
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Validation accuracy"] == "0.60 ± 0.10"
    assert values["Test accuracy"] == "0.89 ± 0.13"
    assert "Mean ± standard deviation of 3 finished runs." in texts(app)
    assert "before any temperature" in texts(app)


def test_the_newest_epoch_tells_recall_and_the_images_that_were_wrong(
    workspace: Workspace, images: Path
) -> None:
    run = made_run(workspace, images)
    tell_epochs(run, 1)
    pixels = np.arange(2 * 24 * 20, dtype=np.uint32).reshape(2, 24, 20, 1).astype(np.uint8)
    place = workspace.root / "cache" / "key"
    place.mkdir(parents=True)
    np.save(place / "pixels.npy", pixels)
    write_json(run.folder / "cache.json", {"key": "key"})
    wrong = {"path": "val/Covid/x.png", "label": "Covid", "predicted": "Normal",
             "probability": 0.71}  # fmt: skip
    event = {
        **{"event": "epoch", "epoch": 2, "loss": 1.0, "val_loss": 1.0, "val_accuracy": 2 / 3},
        "val_recall": {"Covid": 0.5, "Normal": None, "Pneumonia": 1.0},
        "val_wrong": [{**wrong, "place": 1}, wrong],
        "notes": ["The validation AUC is undefined: there is no validation X-ray of Normal."],
    }
    with (run.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")
    set_state(run, state="failed", error={"code": "x", "message": "y"}, rss_anon_bytes=412_000_000)
    app = opened()
    words = texts(app)
    assert "**Epoch 2: 2 of 6 validation X-rays wrong**" in words
    assert words.replace("\\", "").count("Covid, taken for Normal (0.71)") == 2
    assert "The validation AUC is undefined" in words
    told = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    # 4 of 6: Clopper and Pearson; the AUC of an earlier epoch is not passed off as this one's.
    assert told["Validation accuracy, epoch 2"] == ("0.67", "0.22 to 0.96, 6 X-rays")
    assert told["Validation AUC, epoch 2"] == ("–", "6 X-rays")
    assert "412 MB of memory" in words
    assert len(app.get("image")) + len(app.get("imgs")) == 1
    events = [{**event, "event": "epoch"}]
    history = History()
    history.add(events)
    rows = told_rows(RECALL, history, None).to_pylist()
    assert [(r["class"], r["value"]) for r in rows] == [("Covid", 0.5), ("Pneumonia", 1.0)]


def test_of_a_run_that_has_ended_the_figures_and_mistakes_are_those_of_the_kept_epoch(
    workspace: Workspace, images: Path
) -> None:
    run = made_run(workspace, images)
    for epoch, accuracy in ((1, 5 / 6), (2, 4 / 6)):
        wrong = [{"path": f"val/Covid/{n}.png", "label": "Covid", "predicted": "Normal",
                  "probability": 0.7} for n in range(round(6 * (1 - accuracy)))]  # fmt: skip
        event = {"event": "epoch", "epoch": epoch, "loss": 1.0, "val_loss": 0.5 * epoch,
                 "val_accuracy": accuracy, "val_wrong": wrong,
                 "val_recall": {"Covid": 0.5, "Normal": 1.0, "Pneumonia": 1.0}}  # fmt: skip
        with (run.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")
    kept = {"epoch": 1, "loss": 1.0, "val_loss": 0.5, "val_accuracy": 5 / 6}
    set_state(run, state="running", epoch=2, epochs=9, best_epoch=1, kept=kept)
    alive = take(run.lock_file)
    assert alive is not None
    app = opened()
    assert "**Epoch 2: 2 of 6 validation X-rays wrong**" in texts(app)
    assert "Validation accuracy, epoch 2" in {metric.label for metric in app.metric}
    alive.release()
    set_state(run, state="stopped", epoch=2, epochs=9, best_epoch=1, kept=kept, has_model=True)
    run_feed(str(run.folder)).poll(at_once=True)
    app = opened()
    assert "**Epoch 1: 1 of 6 validation X-rays wrong**" in texts(app)
    told = {metric.label: metric.value for metric in app.metric}
    assert told["Validation accuracy, epoch 1"] == "0.83"


def test_of_findings_the_curves_are_their_areas_and_labels_are_no_x_rays(
    workspace: Workspace, tmp_path: Path
) -> None:
    run = make_findings_run(workspace, tmp_path / "images")
    wrong = {"path": "train/all/a.png", "label": "Bright", "predicted": "no Bright"}
    event = {
        "event": "epoch", "epoch": 1, "images": 72, "loss": 0.6, "accuracy": 0.7, "auc": 0.6,
        "val_loss": 0.6, "val_accuracy": 0.75, "val_auc": 0.65, "seconds": 0.1,
        "val_seconds": 0.1, "learning_rate": 0.001, "time": 1.0,
        "val_recall": {"Bright": 0.0, "Striped": 0.1}, "val_aucs": {"Bright": 0.9, "Striped": 0.4},
        "val_wrong": [{**wrong, "probability": 0.71}],
    }  # fmt: skip
    (run.folder / "metrics.jsonl").write_text(json.dumps(event) + "\n", encoding="utf-8")
    set_state(run, state="failed", error={"code": "x", "message": "y"})
    app = opened()
    words = texts(app)
    assert "**Epoch 1: 75% of the known validation labels right.**" in words
    assert "validation X-rays wrong" not in words
    images = run.data.images_in("val")
    told = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert told["Validation accuracy, epoch 1"] == ("0.75", f"known labels of {images} X-rays")
    assert told["Validation AUC, epoch 1"] == ("0.65", f"mean of the findings, {images} X-rays")
    row = replace(run_row(run), val_accuracy=0.75)
    assert runs_table([row])["Validation accuracy"].tolist() == ["0.75 of labels"]
    history = History()
    history.add([event])
    rows = told_rows(AUC, history, None).to_pylist()
    assert [(r["class"], r["value"]) for r in rows] == [("Bright", 0.9), ("Striped", 0.4)]
    assert told_words(AUC, history) == (
        "AUC of each finding by epoch. After epoch 1: Bright 0.90, Striped 0.40."
    )


def test_a_tick_that_finds_nothing_new_builds_no_figure(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(workspace, images)
    tell_epochs(run, 2)
    set_state(run, state="failed", error={"code": "x", "message": "y"})
    built: list[object] = []
    monkeypatch.setattr(
        run_panel, "joined_rows", lambda *words: built.append(words) or joined_rows(*words)
    )
    app = opened()
    assert len(built) == 2  # loss and accuracy
    app.run()
    another = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    another.switch_page(PAGE).run()  # a second viewer
    assert len(built) == 2
    for viewer in (app, another):
        assert len(viewer.get("vega_lite_chart")) == 2


def test_figures_are_drawn_anew_at_most_every_two_seconds_and_at_the_end(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(run_feed_module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Run, "status", lambda run: read_status(run.folder))
    run = made_run(workspace, images)
    set_state(run, state="running")
    feed = RunFeed(run)
    drawn = []
    for tick in range(8):
        now[0] = 100.0 + tick
        if tick in (1, 2, 3):
            tell_epochs(run, tick)
        if tick == 7:
            set_state(run, state="finished")
        feed.poll()
        drawn.append(feed.version)
    changes = [tick for tick in range(1, 8) if drawn[tick] != drawn[tick - 1]]
    assert changes == [1, 3, 7]


def test_runs_are_filtered_and_sorted(workspace: Workspace, images: Path) -> None:
    finish(made_run(workspace, images, name="Beta"))
    set_state(made_run(workspace, images, name="alpha"), state="stopped")
    rows = [run_row(run) for run in list_runs(workspace=workspace)]
    assert [row.name for row in chosen_rows(rows)] == ["alpha", "Beta"]
    assert [row.name for row in chosen_rows(rows, sort="name")] == ["alpha", "Beta"]
    assert [row.name for row in chosen_rows(rows, sort="accuracy")] == ["Beta", "alpha"]
    assert [row.name for row in chosen_rows(rows, text="BET")] == ["Beta"]
    assert [row.name for row in chosen_rows(rows, states=["stopped"])] == ["alpha"]
    app = opened()
    app.text_input(key="runs-text").set_value("bet").run()
    assert app.dataframe[0].value["Run"].tolist() == ["Beta"]
    app.text_input(key="runs-text").set_value("nothing like it").run()
    assert "No run passes the filter." in texts(app)


def test_a_waiting_run_says_its_place_and_leaves_the_queue(
    workspace: Workspace, images: Path
) -> None:
    run = made_run(workspace, images)
    app = opened()
    assert next(b for b in app.button if b.label == "Leave the queue")
    app.button(key="stop").click().run()
    assert not app.exception
    assert run.status().state == "stopped"
    assert run.status().message == "Stopped before it began."


def test_a_waiting_run_says_how_many_wait_before_it(workspace: Workspace, images: Path) -> None:
    queue_folder = workspace.runs / ".queue"
    queue_folder.mkdir(parents=True)
    said, alive = [], []
    for number in range(3):
        run = made_run(workspace, images)
        alive.append(take(run.lock_file))
        (queue_folder / f"{number:020d}-{run.id}").touch()
        said.append(progress_text(run, run.status()))
    assert said == [
        "Next in the queue",
        "1 run waits before this one",
        "2 runs wait before this one",
    ]
    for lock in alive:
        assert lock is not None
        lock.release()


def test_a_run_that_ended_says_of_which_epoch_its_model_is(
    workspace: Workspace, images: Path
) -> None:
    words = "Stopped after 2 of 3 epochs. The model has the weights of epoch 1."
    run = made_run(workspace, images)
    tell_epochs(run, 2)
    set_state(run, state="stopped", epoch=2, message=words)
    assert plain(words) in texts(opened())


def test_name_and_note_change_and_nothing_else(workspace: Workspace, images: Path) -> None:
    run = finish(made_run(workspace, images, name="Old"))
    before = {f.name: f.read_bytes() for f in run.folder.iterdir() if f.name != "notes.json"}
    write_notes(run, Notes(name="New", note="Line 1\nLine 2"))
    assert read_notes(run) == Notes(name="New", note="Line 1\nLine 2")
    assert run.name == "New"
    assert before == {
        f.name: f.read_bytes() for f in run.folder.iterdir() if f.name != "notes.json"
    }
    assert "Line 1\nLine 2" in [element.value for element in opened().text]


def test_a_name_with_a_line_break_is_refused(workspace: Workspace, images: Path) -> None:
    run = made_run(workspace, images, name="Old")
    with pytest.raises(RunError, match="a name of at most 60 characters on one line"):
        write_notes(run, Notes(name="two\nlines"))
    assert run.name == "Old"
