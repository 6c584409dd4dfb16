"""Several runs on the Training page: told apart, watched, cloned, and drawn anew in time."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from made_runs import finish, made_run, set_state, tell_epochs
from pandas import DataFrame
from streamlit.testing.v1 import AppTest
from training_page import opened

from xraylib.app.shared.runs import feed as run_feed_module
from xraylib.app.shared.runs import selection as run_choice
from xraylib.app.shared.runs.charts import History
from xraylib.app.shared.runs.feed import RunFeed, run_feed, run_labels
from xraylib.app.shared.runs.words import differences
from xraylib.app.training import redraw
from xraylib.app.training.epochs_panel import RECALL, told_rows
from xraylib.app.training.group_panel import group_title
from xraylib.datasets.catalog import add_dataset
from xraylib.training.config import TrainConfig
from xraylib.training.groups.summary import GroupSummary
from xraylib.training.process import queue
from xraylib.training.run.kept import kept_runs
from xraylib.training.run.locks import take
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.run.status import read_status
from xraylib.workspace import Workspace, write_json

pytestmark = pytest.mark.slow


def select(app: AppTest, workspace: Workspace, runs: list[Run]) -> None:
    """Selects these runs in the table, as a click on their boxes does."""
    shown = [run.id for run in list_runs(workspace=workspace)]
    rows = [shown.index(run.id) for run in runs]
    app.session_state[f"runs-{hash(tuple(shown))}"] = {
        "selection": {"rows": rows, "columns": [], "cells": []}
    }
    app.run()
    assert not app.exception


def test_two_runs_of_one_name_are_told_apart(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_choice, "when", lambda _: "1 Jan, 12:00")  # started within a minute
    old, new = (finish(made_run(workspace, images, name="night", epochs=n)) for n in (3, 4))
    app = opened(run=new.id)
    options = app.selectbox(key="chosen-run").options
    assert sorted(options) == sorted(
        f"night · lesson-dense · 0.33 · 1 Jan, 12:00 ({run.id[-6:]})" for run in (old, new)
    )
    for run in (new, old):
        app.selectbox(key="chosen-run").set_value(run.id).run()
        assert app.query_params["run"] == run.id
    labels = {run: f"night ({run.id[-6:]})" for run in (old, new)}
    table: DataFrame = differences([old, new])
    assert table.to_dict("index") == {"epochs": {labels[old]: "3", labels[new]: "4"}}
    assert list(run_labels([old, new]).values()) == [labels[old], labels[new]]
    assert run_labels([old]) == {old.id: "night"}


def test_a_feed_follows_a_run_that_was_resumed_from_an_earlier_place(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(run_feed_module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Run, "status", lambda run: read_status(run.folder))
    run = made_run(workspace, images)
    events = run.folder / "metrics.jsonl"
    set_state(run, state="running", started=1.0)
    feed = RunFeed(run)

    def look() -> list[int]:
        now[0] += 5.0
        feed.poll()
        return [event["epoch"] for event in feed.history.epochs]

    tell_epochs(run, 5)
    assert look() == [1, 2, 3, 4, 5]
    lines = events.read_bytes().splitlines(keepends=True)
    set_state(run, state="interrupted")
    version = feed.version
    assert look() == [1, 2, 3, 4, 5]
    # The trainer cuts off what came after its checkpoint, and by and by writes it again.
    events.write_bytes(b"".join(lines[:2]))
    set_state(run, state="running", started=2.0)
    assert look() == [1, 2]
    assert feed.version != version
    longer = [json.dumps({**json.loads(line), "more": "x" * 40}) + "\n" for line in lines]
    with events.open("a", encoding="utf-8") as file:
        file.writelines(longer[2:])
    assert look() == [1, 2, 3, 4, 5]
    # Killed and resumed while nobody looked: the file is as long as before by now.
    set_state(run, state="running", started=3.0)
    events.write_bytes(b"".join([lines[0], *(line.encode() for line in longer[1:4])]) + b" " * 900)
    assert look() == [1, 2, 3, 4]
    # Cut while it was being watched, before the status could tell.
    events.write_bytes(lines[0])
    assert look() == [1]


def test_its_settings_are_all_put_into_the_form_with_its_images(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Run] = []
    monkeypatch.setattr(queue, "start", lambda run, **_: started.append(run))
    odd = TrainConfig(
        optimizer="sgd", learning_rate=2e-7, epochs=9, batch_size=5, seed=3,
        early_stopping_patience=4, class_weights=True, class_mode="sparse", schedule="plateau",
        warmup_epochs=2, minimum_learning_rate=1e-8, plateau_patience=3, plateau_factor=0.3,
        label_smoothing=0.95, global_clipnorm=2000.0,
    )  # fmt: skip
    usual = TrainConfig()
    # In the form for networks with a backbone, and for data sets with findings.
    elsewhere = {"head_epochs", "fine_tuning_factor", "uncertain"}
    assert all(
        getattr(odd, f.name) != getattr(usual, f.name)
        for f in fields(TrainConfig)
        if f.name not in elsewhere
    )
    add_dataset(images, "noise", workspace=workspace)
    run = finish(made_run(workspace, images))
    write_json(run.folder / "train.json", odd.to_json())
    app = opened()
    select(app, workspace, [run])
    next(b for b in app.button if b.label == "Use its settings").click().run()
    next(b for b in app.button if b.label == "Start").click().run()
    assert not app.exception
    (clone,) = started
    assert clone.train == odd
    assert clone.spec.layers == run.spec.layers
    for name in ("name", "fingerprint", "preparation", "augment"):
        assert getattr(clone.data, name) == getattr(run.data, name)


def test_it_is_said_where_the_images_of_its_settings_cannot_be_taken_over(
    workspace: Workspace, images: Path
) -> None:
    run = finish(made_run(workspace, images))
    for there in (False, True):
        if there:
            add_dataset(images, "noise", workspace=workspace)
        app = opened()
        select(app, workspace, [run])
        next(b for b in app.button if b.label == "Use its settings").click().run()
        assert [one.value for one in app.toast] == (
            []
            if there
            else [
                "The X-rays of this run (noise) are no data set of the workspace: those that "
                "were chosen stay."
            ]
        )


def test_a_run_that_goes_on_keeps_all_that_are_to_be_deleted(
    workspace: Workspace, images: Path
) -> None:
    ended, going = finish(made_run(workspace, images)), made_run(workspace, images)
    app = opened()
    select(app, workspace, [ended, going])
    for _ in range(2):
        next(b for b in app.button if b.label == "Delete …").click()
        if any(b.key == "confirm-delete" for b in app.button):
            app.button(key="confirm-delete").click()
        app.run()
    assert f"The run {going.id} has not ended".replace("-", "\\-") in app.error[0].value
    assert [run.id for run in list_runs(workspace=workspace)] == [going.id, ended.id]


def test_settings_are_folded_where_a_run_has_curves_or_goes_on(
    workspace: Workspace, images: Path
) -> None:
    ended = finish(made_run(workspace, images))
    going = made_run(workspace, images)
    alive = take(going.lock_file)
    assert alive is not None
    set_state(going, state="running")
    app = opened(run=ended.id)
    assert app.session_state["new-run"] is False  # on a phone they would stand above its curves
    app.session_state["new-run"] = True  # a click on it
    app.run()
    app.selectbox(key="chosen-run").set_value(going.id).run()
    assert app.session_state["new-run"] is False
    app.session_state["new-run"] = True  # a click on it
    app.run()
    assert not app.exception
    assert app.session_state["new-run"] is True  # and it stays as it was left
    alive.release()


def test_the_page_is_drawn_anew_when_a_run_begins_or_ends_but_not_under_a_dialog(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[bool] = []
    stand_in = SimpleNamespace(session_state={}, rerun=lambda: renewed.append(True))
    monkeypatch.setattr(redraw, "st", stand_in)
    monkeypatch.setattr(Run, "status", lambda run: read_status(run.folder))
    now = [100.0]
    monkeypatch.setattr(run_feed_module.time, "monotonic", lambda: now[0])
    run_feed.clear()
    waits = made_run(workspace, images)
    finish(made_run(workspace, images))

    def look() -> int:
        now[0] += 5.0
        renewed.clear()
        redraw.draw_anew(drawn)
        return len(renewed)

    drawn = redraw.stages(kept_runs(workspace=workspace))
    assert drawn == {str(waits.folder): "waits"}
    assert look() == 0
    set_state(waits, state="preparing")
    assert look() == 1
    drawn = redraw.stages(kept_runs(workspace=workspace))
    set_state(waits, state="running")  # the curves tell; the table need not
    assert look() == 0
    set_state(waits, state="finished")
    redraw.ask(True)
    assert look() == 0
    redraw.ask(False)
    assert look() == 1
    now[0] += 5.0
    assert redraw.stages(kept_runs(workspace=workspace)) == {}


def test_folds_of_images_without_patients_are_called_so() -> None:
    summary = GroupSummary(
        group="g", kind="folds", name="night", patients_told=True, of=3, states={}, runs=(),
        metrics={},
    )  # fmt: skip
    assert group_title(summary) == "3 folds, divided by patient: night"
    assert group_title(replace(summary, patients_told=False)) == (
        "3 folds, divided by X-ray, because no name tells a patient: night"
    )


def test_long_recall_curves_keep_their_points_and_a_few_markers() -> None:
    history = History()
    told = {"event": "epoch", "val_recall": {"Covid": 0.5, "Normal": None}}
    history.add([{**told, "epoch": number} for number in range(1, 301)])
    rows = told_rows(RECALL, history, 7).to_pylist()
    assert [row["x"] for row in rows] == list(range(1, 301))
    assert [row["x"] for row in rows if row["mark"]] == list(range(1, 301, 10))
    short = History()
    short.add([{**told, "epoch": number} for number in (1, 2, 3)])
    assert all(row["mark"] for row in told_rows(RECALL, short, 1).to_pylist())


def test_a_click_that_opens_a_dialog_counts_before_the_page_may_be_drawn_anew(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(made_run(workspace, images))
    record = workspace.runs / ".groups" / "20260101T000000Z-000000.json"
    write_json(record, {"kind": "repeats", "name": "", "runs": [run.id]})
    write_json(run.folder / "origin.json", {"kind": "repeat", "group": record.stem})
    app = opened(run=run.id)
    asking: list[object] = []
    monkeypatch.setattr(
        redraw, "draw_anew", lambda _: asking.append(st.session_state.get("asking"))
    )
    app.button(key="delete-group").click().run()
    assert not app.exception
    assert app.button(key="confirm-group")
    assert set(asking) == {True}
