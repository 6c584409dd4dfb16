"""Publishing keeps what the run learned, proves it, and leaves nothing half done."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xraylib.errors import BundleError, PathError, RunError
from xraylib.metrics.calibration import with_temperature
from xraylib.models.bundle import open_bundle
from xraylib.models.catalog import find_model, list_models
from xraylib.models.classify.classifier import Classifier
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")

CLASSES = ("High", "Low", "Middle")


@pytest.fixture(scope="module")
def place(bars: Any) -> Workspace:
    return bars.place


@pytest.fixture(scope="module")
def images(bars: Any) -> Path:
    return bars.images


@pytest.fixture(scope="module")
def run(bars: Any) -> Any:
    return bars.run


@pytest.fixture(scope="module")
def published(bars: Any) -> Any:
    return bars.bundle


@pytest.fixture(scope="module")
def plain(place: Workspace, images: Path) -> Any:
    """A run without a convolution, which is published in a second."""
    from trained_runs import trained_run

    return trained_run(place, images, "lesson-dense", standardise=False)


@pytest.mark.parametrize(
    ("network", "standardise", "method"),
    [
        ("lesson-dense", False, "occlusion"),
        pytest.param("lesson-conv", True, "occlusion", marks=pytest.mark.long),
        pytest.param("lesson-stacked", False, "occlusion", marks=pytest.mark.long),
        pytest.param("lesson-cnn", True, "occlusion", marks=pytest.mark.long),
        ("small-cnn", True, "cam"),
    ],
)
def test_every_preset_is_published_and_gives_the_runs_own_probabilities(
    bars: Any, plain: Any, network: str, standardise: bool, method: str
) -> None:
    from scanned import scanned
    from trained_runs import trained_run

    from xraylib.models.publish import publish_run

    place, images, run, bundle = bars
    if network != "small-cnn":
        new = network != "lesson-dense"
        run = trained_run(place, images, network, standardise=standardise) if new else plain
        bundle = publish_run(run, network, workspace=place)
    assert bundle.version == 1
    assert bundle.manifest["explain"]["method"] == method
    assert bundle.manifest["parity"]["n"] == 15
    assert bundle.manifest["parity"]["split"] == "test"
    assert bundle.manifest["parity"]["largest"] <= 1e-5
    table = run.predictions()
    assert table is not None
    index = scanned(images)
    classifier = Classifier(bundle)
    rows = {image.path: row for row, image in enumerate(index.images(range(len(index))))}
    for line in table.to_pylist():
        found = classifier.classify(index.read(rows[line["path"]]))
        stored = [line[f"p_{name}"] for name in CLASSES]
        assert np.abs(np.array(list(found.probabilities.values())) - stored).max() <= 1e-5
        assert found.heat_map is not None
        assert found.heat_map.shape == (64, 64)


@pytest.mark.long
def test_on_all_real_test_images_keras_and_the_published_model_agree(
    place: Workspace, real_data: Path
) -> None:
    from trained_runs import trained_run

    from xraylib.models.classify.batch import classify_files
    from xraylib.models.publish import publish_run

    root = real_data / "codecademy_covid19"
    run = trained_run(place, root, "lesson-cnn", standardise=False, side=256)
    bundle = publish_run(run, "real", workspace=place)
    assert bundle.manifest["parity"]["n"] == 66
    table = run.predictions()
    assert table is not None
    test = [row for row in table.to_pylist() if row["split"] == "test"]
    results = classify_files([root / row["path"] for row in test], Classifier(bundle))
    assert {result.status for result in results} <= {"ok", "cannot-judge"}
    assert sum(result.status == "ok" for result in results) >= 0.9 * len(results)
    stored = np.array([[row[f"p_{name}"] for name in bundle.classes] for row in test])
    assert bundle.temperature != 1  # 50 validation images settle one
    expected = with_temperature(stored, bundle.temperature)
    said = [result.probabilities or result.would_have_said for result in results]
    published = np.array([list(values.values()) for values in said])
    assert np.abs(published - expected).max() <= 1e-5
    dicom = sorted((real_data / "dicom").glob("*.dcm"))
    answers = classify_files(dicom, Classifier(bundle))
    assert sum(answer.status == "refused" for answer in answers) == 1


def test_two_classes_with_one_sigmoid_unit_are_published(place: Workspace, tmp_path: Path) -> None:
    from trained_runs import draw_images, trained_run

    from xraylib.models.publish import publish_run

    images = draw_images(tmp_path / "two", ("Above", "Below"))
    run = trained_run(place, images, "lesson-dense", class_mode="binary")
    bundle = publish_run(run, "two", workspace=place)
    assert bundle.class_mode == "binary"
    assert bundle.manifest["parity"]["largest"] <= 1e-5
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 1)).astype(np.uint8)
    p = Classifier(bundle).probabilities(pixels)
    assert p.shape == (3, 2)
    assert p.sum(axis=1) == pytest.approx(np.ones(3))


def test_versions_count_up_and_the_newest_is_in_use(place: Workspace, plain: Any) -> None:
    from xraylib.models.publish import publish_run

    said: list[str] = []
    first = publish_run(plain, "bars", progress=said.append, workspace=place)
    assert said[-1] == "Published bars, version 1"
    assert len(said) == 6
    second = publish_run(plain, "bars", workspace=place)
    assert (first.version, second.version) == (1, 2)
    assert find_model("bars", workspace=place).version == 2
    records = [r for r in list_models(workspace=place) if r.name == "bars"]
    assert [(r.version, r.in_use) for r in records] == [(2, True), (1, False)]
    assert records[0].run == plain.id
    assert records[0].n == 15
    leftovers = [p.name for p in (place.models / "bars").iterdir()]
    assert sorted(leftovers) == ["1", "2", "in_use"]


def test_what_is_published_says_what_was_measured_and_names_no_folder(
    place: Workspace, run: Any, published: Any, images: Path
) -> None:
    from xraylib.evaluation.evaluate import evaluate_run

    bundle = published
    measured = evaluate_run(run)
    assert bundle.metrics["accuracy"] == measured.accuracy.value
    assert bundle.metrics["accuracy_ci"] == [*measured.accuracy.interval]
    assert bundle.manifest["data"]["fingerprint"] == run.data.fingerprint
    assert bundle.manifest["data"]["counts"] == run.data.counts
    assert bundle.manifest["preparation"] == run.preparation.to_json()
    assert not bundle.synthetic
    text = "".join(
        p.read_text("utf-8") for p in bundle.folder.iterdir() if p.suffix in (".json", ".md")
    )
    assert str(images.parent) not in text
    assert str(place.root) not in text


def test_the_card_holds_data_network_training_metrics_limits_and_the_notice(
    run: Any, published: Any
) -> None:
    card = published.card
    assert card.startswith(
        "# once, version 1\n\n**Research and education only, not a medical device.**"
    )
    for part in ("Intended use", "Data", "Preparation", "Network", "Training", "Limits", "Proof"):
        assert f"## {part}\n" in card
    assert "On 15 test X-rays of 9 patients" in card
    told = "It was tested on 15 X-rays of 9 patients: read the intervals, not the values."
    assert card.count(told) == 1
    assert f"`{run.data.fingerprint}`" in card
    assert "synthetic" not in card
    assert "None" not in card
    assert "| train | " in card


def test_a_model_that_differs_is_not_published(
    place: Workspace, plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xraylib.evaluation import predict
    from xraylib.models.publish import publish_run

    true = predict.keras_probabilities

    def a_little_off(model: Any, pixels: Any) -> Any:
        return true(model, pixels) + np.array([2e-5, -2e-5, 0])

    monkeypatch.setattr(predict, "keras_probabilities", a_little_off)
    with pytest.raises(BundleError) as caught:
        publish_run(plain, "off", workspace=place)
    assert caught.value.code == "parity"
    assert str(caught.value) == (
        "The model for publishing differs from the trained one by up to 2e-05 in its "
        "probabilities on 15 test images. Expected at most 1e-05. Do this: report this with the "
        "network's spec.json; nothing was published."
    )
    assert not (place.models / "off").exists()
    monkeypatch.setattr(predict, "keras_probabilities", lambda *_: np.full((15, 3), np.nan))
    with pytest.raises(BundleError):
        publish_run(plain, "off", workspace=place)


def test_without_its_images_a_run_cannot_be_proved(place: Workspace, tmp_path: Path) -> None:
    from trained_runs import draw_images, trained_run

    from xraylib.models.publish import publish_run

    images = draw_images(tmp_path / "bars", CLASSES, seed=2)
    run = trained_run(place, images, "lesson-dense")
    shutil.rmtree(images / "test")
    assert publish_run(run, "few", workspace=place).manifest["parity"]["split"] == "val"
    images.rename(tmp_path / "moved")
    with pytest.raises(BundleError) as caught:
        publish_run(run, "none", workspace=place)
    assert caught.value.code == "no-films"
    assert not (place.models / "none").exists()


def test_a_run_without_weights_or_a_bad_name_is_refused(
    place: Workspace, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from xraylib.models.publish import publish_run
    from xraylib.training.run.runs import Run

    bare = Run(shutil.copytree(run.folder, tmp_path / run.id))
    bare.weights_file.unlink()
    with pytest.raises(RunError) as caught:
        publish_run(bare, "bare", workspace=place)
    assert caught.value.code == "no-weights"
    for name in ("../x", "", "a b", "x" * 65):
        with pytest.raises(PathError):
            publish_run(run, name, workspace=place)
    monkeypatch.setattr("xraylib.workspace.SHIPPED_MODELS", tmp_path)
    (tmp_path / "bars").mkdir()
    with pytest.raises(BundleError) as refused:
        publish_run(run, "bars", workspace=place)
    assert refused.value.code == "read-only"


def test_a_published_folder_works_where_it_was_copied_to(published: Any, tmp_path: Path) -> None:
    copied = open_bundle(shutil.copytree(published.folder, tmp_path / "1"))
    pixels = np.zeros((1, 64, 64, 1), np.uint8)
    assert np.array_equal(
        Classifier(copied).probabilities(pixels), Classifier(published).probabilities(pixels)
    )


def test_changed_weights_are_refused_before_tensorflow_is_loaded(run: Any, tmp_path: Path) -> None:
    bad = shutil.copytree(run.folder, tmp_path / run.id)
    weights = bad / "model.weights.h5"
    weights.write_bytes(b"\x80\x04" + weights.read_bytes()[2:])
    program = (
        "import sys, pathlib, json\n"
        "from xraylib.errors import XrayError\n"
        "from xraylib.training.run.runs import Run\n"
        "from xraylib.evaluation.predict import load_network\n"
        "try:\n    load_network(Run(pathlib.Path(sys.argv[1])))\n"
        "except XrayError as error:\n"
        "    print(json.dumps([error.code, 'tensorflow' in sys.modules]))\n"
    )
    result = subprocess.run([sys.executable, "-c", program, str(bad)], capture_output=True)
    code, loaded = json.loads(result.stdout)
    assert code == "unsafe-weights"
    assert not loaded
