"""What `xraylib search` says of trials that ended, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import draw_noise
from made_searches import made_search

from xraylib.cli.searching import _print_trial, print_search
from xraylib.evaluation.several.search_result import search_result
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow


def test_one_epoch_is_one_and_where_no_trial_ended_there_is_no_table(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search = made_search(workspace, draw_noise(tmp_path / "images", train=12), trials=4)
    for one in search.trials:
        _print_trial(search, one, json=False)
    told = capsys.readouterr().out
    assert "trial   3  finished after 3 epochs  loss " in told
    assert "trial   4  pruned after 1 epoch  loss " in told
    result = search_result(search)
    print_search(result)
    told = capsys.readouterr().out
    assert "4 of 4 trials, 3 trained to the end" in told
    assert "validation loss" in told
    pruned = tuple(one for one in result.trials if one.state == "pruned")
    print_search(replace(result, trials=pruned, best=None))
    told = capsys.readouterr().out
    assert told == "1 of 4 trials, none trained to the end.\nNo trial has ended yet.\n"
