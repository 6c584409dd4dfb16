"""The command checks a published model's folder and names what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xraylib.cli import main
from xraylib.settings import SAMPLE_DATA

DEMO = SAMPLE_DATA / "models" / "phantom-demo" / "1"


def test_the_shipped_model_is_as_it_was_published(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(DEMO), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["name"], result["version"]) == ("phantom-demo", 1)
    model = (DEMO / "model.tflite").read_bytes()
    assert result["files"]["model.tflite"] == {
        "bytes": len(model),
        "sha256": hashlib.sha256(model).hexdigest(),
    }
    assert main(["verify", str(DEMO)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("phantom-demo version 1 is as it was published\n")


def _flip_a_bit(folder: Path) -> None:
    data = bytearray((folder / "model.tflite").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "model.tflite").write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_flip_a_bit, "changed"),
        (lambda folder: (folder / "more.py").write_text("1"), "unexpected-file"),
        (lambda folder: (folder / "head.json").unlink(), "missing"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "schema"),
    ],
    ids=["changed", "unexpected-file", "missing", "schema"],
)
def test_what_is_wrong_is_named_and_the_command_fails(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    harm: Callable[[Path], object],
    code: str,
) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "1")
    harm(folder)
    assert main(["verify", str(folder), "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error[{code}]: The published model ")
