"""No model is picked in silence: one's own if it is the only one, else the reader is asked."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer

from xraylib.cli import main
from xraylib.errors import BundleError
from xraylib.models.which_model import meant_models, models_in_use, only_model
from xraylib.settings import SAMPLE_DATA, SHIPPED_MODELS
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow  # its tests take some seconds together

IMAGE = str(sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[0])


def own(workspace: Workspace, *names: str) -> None:
    """Publishes the shipped network under names of one's own; links hold its bytes."""
    for name in names:
        folder = workspace.models / name / "1"
        folder.mkdir(parents=True)
        for file in (SHIPPED_MODELS / "phantom-demo" / "1").iterdir():
            (folder / file.name).write_bytes(file.read_bytes())


def test_with_none_of_ones_own_it_is_the_shipped_one_and_the_text_says_so(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert only_model(workspace=workspace) == "phantom-demo"
    assert main(["classify", IMAGE]) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[0] == f"{IMAGE}: More like Pneumonia than the others"
    assert (
        "Model: phantom-demo, version 1, which came with X-ray Lab, as none of your own is "
        "published. Accuracy 0.98 (0.90 to > 0.99; 95 % interval) on 60 test phantoms (synthetic) "
        "that it had not seen. This model learned from synthetic phantoms only."
    ) in told
    assert told.count("In testing it called 19 phantoms Pneumonia: all of them were.") == 1
    assert "The threshold for Pneumonia is 0.20 (chosen on 17 phantoms" in told


def test_with_one_of_ones_own_it_is_that(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    own(workspace, "mine")
    assert meant_models(workspace=workspace) == ("mine",)
    assert main(["classify", IMAGE]) == 0
    assert "\nModel: mine, version 1. Accuracy" in capsys.readouterr().out


def test_with_several_it_is_an_error_that_names_them_where_nobody_can_be_asked(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    own(workspace, "mine", "yours")
    assert list(models_in_use(workspace=workspace))[-1] == "phantom-demo"
    with pytest.raises(BundleError) as caught:
        only_model(workspace=workspace)
    assert caught.value.message == (
        "There are 2 published models, and none was named. Expected the name of one of mine, "
        "yours. Do this: name it: --model NAME for the command, ?model=NAME for the HTTP API."
    )
    for more in ([], ["--json"]):
        assert main(["classify", IMAGE, *more]) == 1
        out, error = capsys.readouterr()
        assert out == ""
        assert error.startswith("error[which-model]: There are 2 published models")
    assert main(["classify", IMAGE, "--model", "yours", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["status"] == "ok"


@pytest.mark.parametrize("answers", [["yours"], ["2"], ["3", "nobody", "yours"]])
def test_with_several_somebody_at_a_terminal_is_asked(
    workspace: Workspace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answers: list[str],
) -> None:
    own(workspace, "mine", "yours")
    asked = iter(answers)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(asked))
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    assert main(["classify", IMAGE]) == 0
    out, error = capsys.readouterr()
    assert "Model: yours, version 1" in out
    assert "  1  mine\n  2  yours\n" in error
    assert not list(asked)


@pytest.mark.usefixtures("workspace")
def test_the_command_gives_a_picture_of_another_kind_no_class(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import cv2
    import numpy as np

    noise = tmp_path / "noise.png"
    pixels = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    cv2.imwrite(str(noise), pixels)
    assert main(["classify", str(noise)]) == 1
    told = capsys.readouterr().out
    assert told.splitlines()[0] == f"{noise}: This model cannot judge this picture"
    assert "in colour" in told
    assert "synthetic phantoms only, and this picture is not like them" in told
    assert not any(word in told.partition("Model:")[0] for word in ("Covid", "Pneumonia", "0.99"))
    assert main(["classify", str(noise), "--json"]) == 1
    (image,) = json.loads(capsys.readouterr().out)
    assert (image["status"], image["label"], image["probabilities"]) == ("cannot-judge", None, {})
    assert (image["flagged"], image["error"], image["uncertain"]) == (None, None, False)
    assert set(image["would_have_said"]) == {"Covid", "Normal", "Pneumonia"}
    assert [warning["refuses"] for warning in image["warnings"]] == [True, True]
