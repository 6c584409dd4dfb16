"""The model that comes with the project: there on first start, of these phantoms, and honest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xraylib.datasets.scan import scan
from xraylib.errors import BundleError
from xraylib.models.catalog import find_model, list_models, set_in_use
from xraylib.models.classify.batch import classify_files
from xraylib.models.classify.classifier import Classifier
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace


def test_an_empty_workspace_has_the_shipped_model_read_only(workspace: Workspace) -> None:
    (record,) = list_models(workspace=workspace)
    assert (record.name, record.version, record.in_use) == ("phantom-demo", 1, True)
    assert record.read_only
    assert record.synthetic
    assert record.problem is None
    assert record.classes == ("Covid", "Normal", "Pneumonia")
    assert not workspace.root.exists()
    with pytest.raises(BundleError) as caught:
        set_in_use("phantom-demo", 1, workspace=workspace)
    assert caught.value.code == "read-only"


@pytest.mark.slow
def test_the_shipped_model_learned_from_the_phantoms_that_are_here(workspace: Workspace) -> None:
    bundle = find_model("phantom-demo", workspace=workspace)
    index = scan(SAMPLE_DATA)
    assert bundle.manifest["data"]["fingerprint"] == index.fingerprint, (
        "the phantoms changed: run python -m xraylib.samples.train_demo"
    )
    assert bundle.manifest["data"]["counts"]["test"] == index.counts()["test"]
    assert sum(file.stat().st_size for file in bundle.folder.iterdir()) < 1_400_000
    assert "**synthetic** chest phantoms" in bundle.card
    assert bundle.card.startswith("# phantom-demo, version 1\n")
    assert bundle.manifest["version"] == bundle.version == 1


def test_the_shipped_model_is_as_good_as_it_says_on_all_test_phantoms(
    workspace: Workspace,
) -> None:
    bundle = find_model("phantom-demo", workspace=workspace)
    files = sorted((SAMPLE_DATA / "test").glob("*/*.png"))
    results = classify_files([Path(file) for file in files], Classifier(bundle))
    right = sum(
        max(shares, key=shares.__getitem__) == file.parent.name
        for shares, file in zip(
            (r.probabilities or r.would_have_said for r in results), files, strict=True
        )
    )
    assert right / len(files) == pytest.approx(bundle.metrics["accuracy"], abs=1e-9)
    assert bundle.metrics["n"] == len(files)
    assert bundle.metrics["accuracy"] >= 0.9
    # Of images like its own at most 5 in 100 should be called strange: 3 of 60, give or take.
    strange = sum(bool(r.warnings) for r in results)
    refused = sum(r.status == "cannot-judge" for r in results)
    assert refused <= strange <= 7
    assert f"Measured: it calls {strange} of 60 test phantoms strange" in bundle.card
    assert f"To {refused} of the 60 it wrongly gives no answer" in bundle.card
    assert "film" not in bundle.card
    assert bundle.temperature > 0
    assert set(bundle.operating or ()) == {"Covid", "Pneumonia"}
    assert bundle.inside is not None


def test_the_shipped_dicom_images_are_of_its_kind(workspace: Workspace) -> None:
    bundle = find_model("phantom-demo", workspace=workspace)
    files = sorted((SAMPLE_DATA / "dicom").glob("*.dcm"))
    results = classify_files(files, Classifier(bundle))
    for result, file in zip(results, files, strict=True):
        assert str(result.label).lower() in file.name
    assert [r.warnings for r in results] == [(), ()]


@pytest.mark.slow
def test_a_model_of_phantoms_has_no_answer_for_an_xray_of_a_patient(workspace: Workspace) -> None:
    real = os.environ.get("XRAYLIB_REAL_DATA")
    if not real:
        pytest.skip("XRAYLIB_REAL_DATA names no folder of real X-rays")
    files = sorted(Path(real, "codecademy_covid19", "test").glob("*/*.png"))
    files += sorted(Path(real, "not_a_chest_xray").iterdir())
    results = classify_files(files, Classifier(find_model("phantom-demo", workspace=workspace)))
    assert {result.status for result in results} == {"cannot-judge"}
    assert {result.label for result in results} == {None}
    for result in results:
        assert "This model learned from synthetic phantoms only" in result.why_not, result
