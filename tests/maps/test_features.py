"""Images placed by what a run's network sees in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from before import RUN, restore
from small_images import make_images

from xraylib.datasets.scan import scan
from xraylib.maps.features import network_features
from xraylib.maps.image_map import kept_map, make_map
from xraylib.settings import SAMPLE_DATA
from xraylib.training.run.runs import open_run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


def test_feature_maps_are_averaged_standardised_and_kept_for_this_run_alone(
    tmp_path: Path, workspace: Workspace
) -> None:
    restore(workspace.root, SAMPLE_DATA)
    run = open_run(RUN, workspace=workspace)
    index = scan(make_images(tmp_path / "tiny", size=48))
    rows, features = network_features(run, index)
    assert rows.tolist() == index.rows().tolist()
    assert features.shape[0] == 14
    assert np.allclose(features.mean(axis=0), 0, atol=1e-4)
    spread = features.std(axis=0)
    assert np.allclose(spread[spread > 0.5], 1, atol=1e-3)
    made = make_map("tiny", index, run=run, workspace=workspace)
    kept = kept_map("tiny", index, run=run, workspace=workspace)
    assert kept is not None
    assert np.array_equal(kept.places, made.places)
    assert kept_map("tiny", index, workspace=workspace) is None
