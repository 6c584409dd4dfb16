"""The code that pages offer runs as it stands and does what the page shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from xraylib.app.shared.code_snippets import call, dataset_code, network_code
from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig
from xraylib.datasets.curation import Curation
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.scan import scan
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import PRESETS, preset


@pytest.mark.parametrize("augment", AUGMENT_PRESETS.values(), ids=list(AUGMENT_PRESETS))
def test_the_code_of_the_dataset_page_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], augment: AugmentConfig
) -> None:
    rng = np.random.default_rng(0)
    for label in ("it's", "b"):
        (tmp_path / label).mkdir()
        for patient in range(3):
            pixels = rng.integers(0, 256, (16, 16), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / label / f"p{patient}{len(label)}_1.png")
    index = scan(tmp_path)
    found: dict[str, object] = {}
    exec(dataset_code(index, Preparation(image_size=(20, 30), color_mode="rgb"), augment), found)
    assert found["config"] == augment
    assert "(20, 30, 3) uint8" in capsys.readouterr().out


@pytest.mark.parametrize("name", PRESETS)
def test_the_code_of_the_architecture_page_makes_the_network_again(name: str) -> None:
    found: dict[str, object] = {}
    exec(network_code(preset(name)), found)
    assert found["spec"] == preset(name)


def test_a_pattern_of_ones_own_is_in_the_code(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a-1.png")
    index = scan(tmp_path, patient_pattern=r"(?P<patient>\w+)-")
    code = dataset_code(index, Preparation(), AugmentConfig())
    assert r"patient_pattern='(?P<patient>\\w+)-'" in code
    compile(code, "copied", "exec")


def test_what_was_decided_about_a_data_set_is_in_the_code(tmp_path: Path) -> None:
    for number in range(6):
        Image.new("L", (8, 8), 9 * number).save(tmp_path / f"{number:04}.png")
    rows = [f"{number:04},{'AB'[number % 2]}" for number in range(6)]
    (tmp_path / "t.csv").write_text("\n".join(["id,class", *rows]))
    decided = Curation(label_table=LabelChoice(file="t.csv"), excluded=("0005.png",))
    index = decided.apply(scan(tmp_path))
    found: dict[str, Any] = {}
    exec(dataset_code(index, Preparation(), AugmentConfig(), decided), found)
    assert found["index"].same_as(index)
    assert found["index"].classes == ("A", "B")


def test_defaults_are_left_out_and_long_calls_are_broken_into_lines() -> None:
    assert call("Preparation", Preparation()) == "Preparation()"
    assert call("AugmentConfig", AUGMENT_PRESETS["strong"]).splitlines()[:2] == [
        "AugmentConfig(",
        "    rotation_range=20.0,",
    ]
