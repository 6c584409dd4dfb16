"""The division that a page shows is the one that a run makes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from small_images import make_images

from xraylib.app.shared.opened_dataset import division, open_images
from xraylib.audit import audit
from xraylib.audit.pictures import LOOKS_FILE
from xraylib.datasets.catalog import add_dataset
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.dataset_ref import dataset_folder
from xraylib.training.planning.images import Images, divide_images
from xraylib.workspace import Workspace


def _home(workspace: Workspace) -> Path:
    return dataset_folder("tiny", workspace=workspace)


def test_a_page_divides_as_a_run_does_once_copies_are_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = make_images(tmp_path / "tiny", size=48)
    first = next(iter(sorted(folder.rglob("*.png"))))
    darker = (cv2.imread(str(first), cv2.IMREAD_GRAYSCALE) * 0.8).astype(np.uint8)
    cv2.imwrite(str(first.with_name("p90_1.png")), darker)
    add_dataset(folder, "tiny", workspace=workspace)
    opened = open_images(workspace, "tiny")
    before, known = division(workspace, opened)
    assert not known
    assert division(workspace, opened)[0] is before
    index: DatasetIndex = opened.chosen
    audit(index, cache=_home(workspace) / LOOKS_FILE)
    for seed in range(4):
        split, known = division(workspace, opened, seed=seed)
        run = divide_images(Images(index=index, home=_home(workspace)), seed=seed)
        assert known
        assert split.val.tolist() == run.val.tolist()
        assert split.together == run.together
