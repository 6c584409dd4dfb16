"""The command checks a published model's folder and names what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from xraylib.cli import main
from xraylib.errors import BundleError
from xraylib.models.manifest import write_manifest
from xraylib.models.verify import verify_bundle
from xraylib.settings import SHIPPED_MODELS

pytestmark = pytest.mark.slow  # its tests take some seconds together

DEMO = SHIPPED_MODELS / "phantom-demo" / "1"


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


class _Trap:
    """Unpickled, it makes a folder: the sign that a stranger's code ran."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.sign),)


def _pickle(folder: Path) -> bytes:
    return pickle.dumps(_Trap(folder / "sign"))


def _hdf5(folder: Path) -> bytes:
    file = folder / "weights.h5"
    with h5py.File(file, "w") as root:
        root["secret"] = h5py.ExternalLink("/etc/hostname", "/")
    return file.read_bytes()


def _spoilt(_folder: Path) -> bytes:
    data = bytearray((DEMO / "model.tflite").read_bytes())
    data[64:1024] = b"\xff" * 960
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "make"),
    [("model.tflite", _pickle), ("inside.tflite", _hdf5), ("model.tflite", _spoilt)],
)
def test_a_network_from_somebody_who_knew_the_sums_is_refused_and_runs_nothing(
    tmp_path: Path, name: str, make: Callable[[Path], bytes]
) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "1")
    (folder / name).write_bytes(make(tmp_path))
    write_manifest(folder)
    with pytest.raises(BundleError) as caught:
        verify_bundle(folder)
    assert caught.value.code == "damaged"
    assert not (tmp_path / "sign").exists()


def test_a_network_that_takes_for_ever_is_refused() -> None:
    with pytest.raises(BundleError) as caught:
        verify_bundle(DEMO, seconds=0.0001)
    assert str(caught.value) == (
        "The published model has a network that does not open within 0.0001 seconds. Expected the "
        "folder exactly as it was published. Do this: do not use it; publish the run again."
    )


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("head.json", "[" * 100_000, "schema"),
        ("ood.json", '{"usual": 1', "schema"),
        ("inside.json", '{"layers": [{"name": "x", "shape": [1000000000, 1, 1]}]}', "damaged"),
    ],
)
def test_descriptions_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "1")
    (folder / name).write_text(text)
    write_manifest(folder)
    with pytest.raises(BundleError) as caught:
        verify_bundle(folder)
    assert caught.value.code == code
