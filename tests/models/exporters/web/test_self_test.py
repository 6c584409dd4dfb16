"""The numbers that an exported page must repeat are those of Python, and it repeats them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from web_worker import WebWorker, web_worker

from xraylib.images.decode import read_image
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classifier import Classifier


@pytest.fixture(scope="module")
def kept(folder: Path) -> Any:
    return json.loads((folder / "self_test.json").read_text("utf-8"))


def test_eight_images_of_every_format_have_python_s_numbers(kept: Any, demo: Bundle) -> None:
    model = Classifier(demo, workers=1)
    assert len(kept["images"]) == 8
    assert {one["kind"] for one in kept["images"]} == {"PNG", "JPEG", "DICOM"}
    for one in kept["images"]:
        image = read_image(base64.b64decode(one["data"]))
        assert image.format == one["kind"]
        judged = model.classify(image, heat_map=False)
        assert one["probabilities"] == pytest.approx([*judged.outputs.values()], abs=1e-12)
        assert one["warnings"].split() == [warning.code for warning in judged.warnings]


def test_the_worker_repeats_them(worker: WebWorker, kept: Any) -> None:
    told = worker.ask("prove")
    assert told["kind"] == "proof", told
    proof = told["proof"]
    assert proof["passed"], proof
    assert proof["images"] == 8
    assert 0 < proof["largest"] < kept["tolerance"]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("pixels", 1), ("probabilities", [0.3, 0.3, 0.4]), ("score", 9.0), ("warnings", "shape")],
)
def test_one_other_number_and_nothing_is_proved(
    folder: Path, tmp_path: Path, kept: Any, key: str, wrong: Any
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    images = [dict(one) for one in kept["images"]]
    images[5][key] = wrong
    (tmp_path / "self_test.json").unlink()
    (tmp_path / "self_test.json").write_text(json.dumps({**kept, "images": images}))
    with web_worker(tmp_path) as worker:
        proof = worker.ask("prove")["proof"]
    assert not proof["passed"]
    assert len(proof["problems"]) == 1
    assert proof["problems"][0].startswith(images[5]["name"])
