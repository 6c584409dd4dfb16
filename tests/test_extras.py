"""What the bare package lacks is told in full words before anything is begun."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from made_runs import draw_noise, made_run

from xraylib import extras
from xraylib.cli import main
from xraylib.errors import InstallationError
from xraylib.extras import EXTRAS, lacking, require
from xraylib.networks.presets import preset
from xraylib.networks.render.keras_model import build
from xraylib.networks.weights.weights_file import check_weights
from xraylib.settings import PROJECT
from xraylib.training.process import queue
from xraylib.training.run.derived import clone_run, extend_run
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace

MESSAGE = (
    "Training a network, and looking into a trained one, needs packages that are not installed "
    "here: tensorflow, keras, h5py. Expected an installation with the extra `train`. Do this: run "
    '`pip install "xray-lab[train]"` in this environment, then try again.'
)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes away, once called, every package that an extra brings."""
    return lambda: monkeypatch.setattr(extras, "find_spec", lambda _name: None)


IMPORTED = {"scikit-learn": "sklearn", "mlflow-skinny": "mlflow"}
"""Packages that are imported by another name than they are installed by."""


def test_with_everything_installed_nothing_is_lacking() -> None:
    locked = EXTRAS.keys() - {"cluster", "addresses"}  # no lock holds Ray and fsspec
    assert [lacking(name) for name in locked] == [None] * len(locked)


def test_what_is_missing_is_told_with_the_command_that_brings_it(bare: Callable[[], None]) -> None:
    bare()
    with pytest.raises(InstallationError) as caught:
        require("train")
    assert (caught.value.code, caught.value.message) == ("no-tensorflow", MESSAGE)
    with pytest.raises(InstallationError) as caught:
        require("onnx")
    assert caught.value.code == "no-onnx"
    assert caught.value.message == (
        "An export as ONNX needs packages that are not installed here: onnx, tf2onnx. Expected an "
        'installation with the extra `onnx`. Do this: run `pip install "xray-lab[onnx]"` in this '
        "environment, then try again."
    )


def test_one_missing_package_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "h5py" else name)
    error = lacking("train")
    assert error is not None
    assert error.what.endswith("not installed here: h5py")


def test_an_extra_brings_the_packages_that_are_asked_for() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, extra in EXTRAS.items():
        lines = declared["optional-dependencies"][name]
        brought = {IMPORTED.get(line.split(">")[0], line.split(">")[0]) for line in lines}
        assert brought == set(extra.packages)


def test_no_run_is_made_or_begun_that_could_not_be_trained(
    workspace: Workspace, tmp_path: Path, bare: Callable[[], None]
) -> None:
    images = draw_noise(tmp_path / "images")
    run = made_run(workspace, images)
    before = run.status()
    bare()
    attempts: list[Callable[[Run], object]] = [
        queue.start,
        queue.resume,
        clone_run,
        lambda run: extend_run(run, 9),
        lambda _: made_run(workspace, images),
        lambda _: build(preset("lesson-cnn")),
        lambda run: check_weights(run.weights_file, run.spec),
    ]
    for attempt in attempts:
        with pytest.raises(InstallationError) as caught:
            attempt(run)
        assert caught.value.code == "no-tensorflow"
    assert [one.id for one in list_runs(workspace=workspace)] == [run.id]
    assert run.status() == before


def test_the_command_says_it_and_exits_with_1(
    workspace: Workspace,
    tmp_path: Path,
    bare: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    bare()
    images = draw_noise(tmp_path / "images")
    assert main(["train", str(images), "--model", "lesson-dense", "--image-size", "24"]) == 1
    assert capsys.readouterr().err == f"error[no-tensorflow]: {MESSAGE}\n"
    assert list_runs(workspace=workspace) == []
