"""Runs are found by their ids, and by the names that people gave them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_runs import make_run, tiny_spec, write_images

from xraylib.cli import main
from xraylib.workspace import Workspace

pytestmark = pytest.mark.fast


def test_a_run_is_found_by_a_name_that_it_alone_has(
    tmp_path: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    images = write_images(tmp_path / "images")
    first, second, third = (
        make_run(workspace, images, tiny_spec(), name=name) for name in ("one", "two", "two")
    )
    (second.folder / "spec.json").write_text("{")  # damage beside it hides no name
    for asked in ("one", first.id):
        assert main(["show", asked, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["run"] == first.id
    assert main(["show", "two"]) == 1
    told = capsys.readouterr().err
    assert "error[several-runs]: 2 runs are called 'two'" in told
    assert second.id in told
    assert third.id in told
    (second.folder / "notes.json").write_text("{")
    assert main(["show", "two", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == third.id
    assert main(["show", "three"]) == 1
    assert "error[no-run]: There is no run called 'three'" in capsys.readouterr().err
