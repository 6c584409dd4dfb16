"""Images that training knew: the same bytes, the same patients, and the numbers without them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from judged_runs import judged_run, sure
from made_runs import CLASSES, draw_noise

from xraylib.audit.sources import audit_source
from xraylib.datasets.source import open_source
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.external import (
    damaged_evaluations,
    external_evaluations,
    external_folder,
    forget_evaluation,
    keep_evaluation,
    key_of,
)
from xraylib.evaluation.leakage import stored_report
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


def test_what_validation_alone_knows_is_told_apart(run: Run) -> None:
    """A copy in validation had a say: it counts, once, and goes with the others."""
    lines = (run.folder / "split.csv").read_text().splitlines()
    moved = [line.replace(",train,", ",val,") if "pother" in line else line for line in lines]
    (run.folder / "split.csv").write_text("\n".join(moved) + "\n")
    found = overlap(run)
    counts = found.counts
    assert (counts.same_bytes, counts.same_patient, counts.validated) == (0, 1, 1)
    assert counts.words("10 images") == (
        "Of 10 images training knew 1: 1 of patients who are in training; validation, by which its "
        "training was watched, knew 1 more (changed copies were not looked for)"
    )
    assert without_known(run, "test", found).n == 9
    assert without_known(run, "test", found, patients=True).n == 8
    assert overlap(run, "val").counts.validated == 0


def test_an_audit_of_the_folder_serves_all_of_its_runs(
    workspace: Workspace, images: Path, run: Run
) -> None:
    """By the command, which keeps no data set; also the runs that were made before it."""
    assert not overlap(run).audited
    report = audit_source(open_source(images, workspace=workspace))
    for one in (run, judged_run(workspace, images, lambda true: sure(true, 3))):
        assert stored_report(one) == report
        assert overlap(one).audited
    (images / "test" / "Covid" / "p77_1.png").unlink()
    audit_source(open_source(images, workspace=workspace))
    assert stored_report(run) is None


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
