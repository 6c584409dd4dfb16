"""What is proposed, whether the process that asks lives on or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xraylib.training.search.record import Asked
from xraylib.training.search.space import find_space
from xraylib.training.search.study import Study, cut_half_a_line

SPACE = {
    "learning_rate": {"low": 1e-4, "high": 0.1, "log": True},
    "batch_size": [8, 16, 32],
    "warmup_epochs": {"low": 0, "high": 5},
}


def asked(**more: Any) -> Asked:
    given = {"trials": 14, "pruner": "none", "sampler": "tpe", "seed": 3, "epochs": 9, **more}
    return Asked(space=find_space(SPACE), **given)


def loss(values: Any) -> float:
    return abs(values["learning_rate"] - 0.01) + 0.01 * values["batch_size"]


def proposed(folder: Path, *, anew: bool, sampler: str = "tpe") -> list[dict[str, Any]]:
    """14 trials, asked for by one study, or each by a study that was opened anew."""
    folder.mkdir()
    study = Study(folder, asked(sampler=sampler))
    found = []
    for number in range(1, 15):
        if anew:
            study = Study(folder, asked(sampler=sampler))
        values = dict(study.propose(number))
        if anew:  # also in the middle of a trial
            study = Study(folder, asked(sampler=sampler))
        found.append(values)
        study.tell(number, loss(values))
    return found


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_a_study_that_is_opened_again_proposes_as_if_it_had_not_been(
    tmp_path: Path, sampler: str
) -> None:
    once = proposed(tmp_path / "once", anew=False, sampler=sampler)
    assert proposed(tmp_path / "anew", anew=True, sampler=sampler) == once
    assert len({one["learning_rate"] for one in once}) == 14
    assert all(isinstance(one["warmup_epochs"], int) for one in once)


def test_nothing_stays_on_the_way_of_which_nobody_knows(tmp_path: Path) -> None:
    study = Study(tmp_path, asked())
    study.propose(1)
    study._study.ask()  # who asked died before it was given its number
    again = Study(tmp_path, asked())
    assert {one.number: one.state for one in again.proposals().values()} == {1: "going"}
    states = [trial.state.name for trial in again._study.trials]
    assert states == ["RUNNING", "FAIL"]
    again.tell(1, None)
    assert [one.state for one in Study(tmp_path, asked()).proposals().values()] == ["failed"]


def test_half_a_line_at_the_end_of_the_journal_is_cut_off(tmp_path: Path) -> None:
    study = Study(tmp_path, asked())
    study.tell(1, loss(study.propose(1)))
    journal = tmp_path / "journal.log"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"op_code":4,"worker_id":"x')
    again = Study(tmp_path, asked())
    assert journal.read_bytes().startswith(whole)
    again.tell(2, loss(again.propose(2)))
    for line in journal.read_text().splitlines():
        json.loads(line)
    assert len(Study(tmp_path, asked()).proposals()) == 2
    assert cut_half_a_line(journal) == 0
    assert cut_half_a_line(tmp_path / "none") == 0


def test_the_design_as_it_is_is_told_as_a_trial_of_its_own(tmp_path: Path) -> None:
    study = Study(tmp_path, asked())
    mine = {"learning_rate": 0.003, "batch_size": 16, "warmup_epochs": 0}
    assert study.propose(1, mine) == mine
    assert study.propose(2) != mine


@pytest.mark.parametrize("pruner", ["median", "halving"])
def test_a_curve_above_those_before_is_hopeless(tmp_path: Path, pruner: str) -> None:
    study = Study(tmp_path, asked(pruner=pruner))
    for number in range(1, 7):
        study.propose(number)
        for epoch in range(1, 10):
            study.report(number, epoch, 1 / epoch)
            study.is_hopeless(number)  # successive halving remembers what it was asked
        study.tell(number, 1 / 9)
    study.propose(7)
    hopeless = []
    for epoch in range(1, 10):
        study.report(7, epoch, 3 / epoch)
        study.report(7, epoch, 0.0)  # once told it stays
        hopeless.append(study.is_hopeless(7))
    assert any(hopeless[:5])
    study.propose(8)
    study.report(8, 1, 0.1)
    assert not study.is_hopeless(8)


def test_nobody_is_pruned_before_a_third_of_the_epochs_nor_shortly_before_the_end(
    tmp_path: Path,
) -> None:
    study = Study(tmp_path, asked(pruner="halving", epochs=10))
    hopeless = {}
    for number in range(1, 8):
        study.propose(number)
        for epoch in range(1, 10):
            study.report(number, epoch, number / epoch)
            hopeless[number, epoch] = study.is_hopeless(number)
            if hopeless[number, epoch]:
                break
        study.tell(number, number / epoch, pruned=epoch < 9)
    assert {epoch for (_, epoch), pruned in hopeless.items() if pruned} == {4}


def test_without_a_pruner_nothing_is_hopeless(tmp_path: Path) -> None:
    study = Study(tmp_path, asked())
    study.tell(1, loss(study.propose(1)))
    study.propose(2)
    study.report(2, 5, 1e9)
    assert not study.is_hopeless(2)
