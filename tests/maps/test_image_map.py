"""A map of a data set: places from features, kept with the images that they are of."""

from __future__ import annotations

import numpy as np
import pytest
from small_images import make_images

from xraylib.datasets.scan import DatasetIndex, scan
from xraylib.errors import ConfigError, DatasetError, InstallationError
from xraylib.maps import placing
from xraylib.maps.features import look_features
from xraylib.maps.image_map import kept_map, make_map
from xraylib.maps.placing import principal_components, tsne
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> DatasetIndex:
    return scan(make_images(tmp_path_factory.mktemp("tiny") / "tiny", size=48))


def test_principal_components_are_those_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    features = np.random.default_rng(0).normal(size=(40, 12)).astype(np.float32)
    features[:, 3] *= 5
    ours = principal_components(features, most=5)
    theirs = PCA(5, svd_solver="full").fit_transform(features.astype(np.float64))
    signs = np.sign((ours * theirs).sum(axis=0))
    assert np.allclose(ours, theirs * signs, atol=1e-4)


@pytest.mark.slow
def test_tsne_keeps_neighbours_together_and_tells_how_far_it_is() -> None:
    rng = np.random.default_rng(0)
    group = np.arange(60) % 3
    components = rng.normal(size=(60, 8)) + 20 * group[:, None] * np.eye(8)[group]
    told: list[tuple[int, int]] = []
    places = tsne(components.astype(np.float32), progress=lambda *step: told.append(step))
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (group[apart.argmin(axis=1)] == group).all()
    assert told[-1] == (500, 500)
    assert len(told) > 5


def test_bright_and_dark_images_stand_apart(index: DatasetIndex) -> None:
    rows, features = look_features(index)
    first = principal_components(features)
    bright = index.label_numbers[rows] == 0
    apart = np.linalg.norm(first[bright].mean(axis=0) - first[~bright].mean(axis=0))
    assert apart > first[bright].std(axis=0).max()


def test_a_map_is_kept_for_these_very_images(
    index: DatasetIndex, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept_map("tiny", index, workspace=workspace) is None
    begun: list[str] = []

    def stage(what: str) -> placing.Progress:
        begun.append(what)
        return lambda _done, _total: None

    made = make_map("tiny", index, stage=stage, workspace=workspace)
    assert begun == ["Looking at images"]
    again = kept_map("tiny", index, workspace=workspace)
    assert again is not None
    assert again.paths == made.paths
    assert np.array_equal(again.places, made.places)
    assert len(made.paths) == len(index.rows())
    fewer = index.without([made.paths[0]])
    assert kept_map("tiny", fewer, workspace=workspace) is None
    file = next((workspace.datasets / "tiny" / "maps").iterdir())
    file.write_bytes(file.read_bytes()[:100])
    assert kept_map("tiny", index, workspace=workspace) is None
    monkeypatch.setattr("xraylib.extras.find_spec", lambda _name: None)
    with pytest.raises(InstallationError) as refused:
        make_map("tiny", index, method="tsne", workspace=workspace)
    assert refused.value.code == "no-scikit-learn"


def test_a_map_of_nothing_and_by_no_method_is_refused(
    index: DatasetIndex, workspace: Workspace
) -> None:
    few = index.without([image.path for image in index][3:])
    with pytest.raises(DatasetError) as small:
        make_map("tiny", few, workspace=workspace)
    assert small.value.code == "too-few-to-map"
    with pytest.raises(ConfigError) as unknown:
        make_map("tiny", index, method="umap", workspace=workspace)
    assert unknown.value.code == "map-method"
