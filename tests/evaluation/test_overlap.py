"""Images that training knew: the same bytes, the same patients, and the numbers without them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from judged_runs import judged_run, sure
from made_runs import CLASSES, draw_noise

from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.external import (
    damaged_evaluations,
    external_evaluations,
    external_folder,
    forget_evaluation,
    keep_evaluation,
    key_of,
)
from xraylib.evaluation.overlap import overlap, without_known
from xraylib.evaluation.stored_predictions import images_root, stored_predictions
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@pytest.fixture
def images(tmp_path: Path) -> Path:
    root = draw_noise(tmp_path / "images", train=6, test=3)
    tests = sorted((root / "test" / "Normal").iterdir())
    shutil.copy(tests[0], root / "train" / "Normal" / "pother_0.png")
    # Another image of a test patient, in training.
    shutil.copy(
        sorted((root / "train" / "Covid").iterdir())[0],
        root / "train" / "Covid" / "p77_0.png",
    )
    shutil.copy(
        sorted((root / "test" / "Covid").iterdir())[0], root / "test" / "Covid" / "p77_1.png"
    )
    return root


@pytest.fixture
def run(workspace: Workspace, images: Path) -> Run:
    """Everything right but the image whose copy is in training."""

    made = judged_run(workspace, images, lambda true: sure(true, 3))
    lines = (made.folder / "split.csv").read_text().splitlines()
    kept_here = [
        line.replace(",val,", ",train,") if "pother" in line or "p77_0" in line else line
        for line in lines
    ]
    (made.folder / "split.csv").write_text("\n".join(kept_here) + "\n")
    return made


def test_the_same_bytes_and_the_same_patients_are_found(run: Run, images: Path) -> None:
    found = overlap(run)
    judged = stored_predictions(run)
    assert found.images == 10
    same = [path for path, known in zip(judged.paths, found.same_bytes, strict=True) if known]
    assert same == [f"test/Normal/{min(p.name for p in (images / 'test' / 'Normal').iterdir())}"]
    theirs = [path for path, known in zip(judged.paths, found.same_patient, strict=True) if known]
    assert theirs == ["test/Covid/p77_1.png"]
    assert without_known(run, "test", found).n == 9
    rest = without_known(run, "test", found, patients=True)
    assert (rest.n, rest.accuracy.value) == (8, 1.0)
    assert rest.confusion[CLASSES.index("Normal")][CLASSES.index("Normal")] == 2


def test_images_kept_under_a_key_are_looked_up_by_their_own_sums(run: Run, images: Path) -> None:
    table = run.predictions()
    assert table is not None
    from xraylib.datasets.dataset import DatasetIndex

    index = DatasetIndex.load(run.folder / "index.parquet").table
    trained = next(row for row in index.to_pylist() if row["path"] == "train/Covid/p77_0.png")
    key = key_of("Other images!", images, "all", own=False)
    assert key.startswith("Other-images-all-")
    p = np.array([[0.2, 0.7, 0.1], [0.6, 0.2, 0.2]])
    keep_evaluation(
        run,
        key,
        data="Other images!",
        root=images / "test",
        split="all",
        images=[("a.png", "Normal", "p1"), ("b.png", "Normal", "p2")],
        sums=["no such sum", trained["sha256"]],
        probabilities=p,
        evaluation=evaluate_predictions([1, 1], p, CLASSES),
    )
    assert [(one.key, one.data, one.images) for one in external_evaluations(run)] == [
        (key, "Other images!", 2)
    ]
    assert images_root(run, key) == images / "test"
    assert stored_evaluation(run, split=key).accuracy.value == 0.5
    assert overlap(run, key).same_bytes.tolist() == [False, True]
    (external_folder(run, key) or Path()).joinpath("source.json").write_text("{}")
    assert external_evaluations(run) == []
    assert damaged_evaluations(run)[key].what.startswith("source.json is damaged")
    forget_evaluation(run, key)
    assert external_folder(run, key) is None


@pytest.mark.parametrize("key", ["../x-test-000000", "x-test-00000g", "test", "x/y-all-000000"])
def test_a_key_from_outside_reaches_nothing(run: Run, key: str) -> None:
    assert external_folder(run, key) is None
