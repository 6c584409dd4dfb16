"""The numbers that an exported page must repeat are those of Python, and it repeats them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_images import encoded
from web_worker import WebWorker, web_worker

from xraylib.images.decode import read_image
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classifier import Classifier
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.slow  # its tests take some seconds together


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


@pytest.mark.slow
def test_the_worker_repeats_them(worker: WebWorker, kept: Any) -> None:
    told = worker.ask("prove")
    assert told["kind"] == "proof", told
    proof = told["proof"]
    assert proof["passed"], proof
    assert proof["images"] == 8
    assert 0 < proof["largest"] < kept["tolerance"]


@pytest.mark.slow
def test_a_whole_judgement_is_python_s_heat_map_included(worker: WebWorker, demo: Bundle) -> None:
    model = Classifier(demo, workers=1)
    worker.ask("prove")
    original = read_image(min((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))).pixels
    marked = np.dstack([original] * 3)
    marked[20:40, 30:90] = (250, 20, 20)
    lined = np.dstack([read_image(min((SAMPLE_DATA / "test" / "Normal").glob("*.png"))).pixels] * 3)
    lined[30:200:12, 40:220] = (20, 250, 250)
    seen = set()
    for pixels in (original, 255 - original, original[:, ::2], np.rot90(original), marked, lined):
        data = encoded(np.ascontiguousarray(pixels))
        here = model.classify(read_image(data))
        told = worker.ask("judgement", data=base64.b64encode(data).decode("ascii"))
        assert told["kind"] == "judged"
        assert list(told["outputs"].values()) == pytest.approx([*here.outputs.values()], abs=1e-5)
        codes = [warning["code"] for warning in told["warnings"]]
        assert told["status"] == here.status
        assert told["warnings"] == [warning.to_json() for warning in here.warnings]
        seen.add((here.status, *codes))
        assert told["uncertain"] == here.uncertain
        assert told["flagged"] == (None if here.flagged is None else [*here.flagged])
        if here.heat_map is not None:
            drawn = np.asarray(told["heat"]).reshape(here.heat_map.shape)
            assert drawn == pytest.approx(here.heat_map, abs=1e-3)
    assert any(status == "ok" for status, *_ in seen)
    assert any("marks" in codes for _, *codes in seen)


@pytest.mark.slow
def test_each_other_number_is_noticed_and_nothing_is_proved(
    folder: Path, tmp_path: Path, kept: Any
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    wrong = {"pixels": 1, "probabilities": [0.3, 0.3, 0.4], "score": 9.0, "warnings": "shape"}
    images = [dict(one) for one in kept["images"]]
    for image, (key, value) in zip(images, wrong.items(), strict=False):
        image[key] = value
    (tmp_path / "self_test.json").unlink()
    (tmp_path / "self_test.json").write_text(json.dumps({**kept, "images": images}))
    with web_worker(tmp_path) as worker:
        proof = worker.ask("prove")["proof"]
        refused = worker.ask("judgement", data=images[0]["data"])
    assert not proof["passed"]
    assert [told.partition(":")[0] for told in proof["problems"]] == [
        image["name"] for image in images[: len(wrong)]
    ]
    assert refused == {"kind": "refused", "code": "not-judged"}
