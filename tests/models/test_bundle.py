"""A published folder is used exactly as it was published, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from serving_bundles import facts, write_bundle

from xraylib.errors import BundleError, PathError
from xraylib.models.bundle import open_bundle
from xraylib.models.catalog import (
    count_models,
    find_model,
    in_use,
    list_models,
    model_record,
    set_in_use,
)
from xraylib.models.manifest import write_manifest
from xraylib.workspace import Workspace


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(
        tmp_path / "little" / "1", b"network", facts(["A", "B"]), {"kernel": [[1.0, 2.0]]}
    )


@pytest.fixture
def models(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workspace:
    """A workspace with little 1, 2, 10 and other 1; nothing shipped but demo 1."""
    monkeypatch.setattr("xraylib.workspace.SHIPPED_MODELS", tmp_path / "shipped")
    monkeypatch.setattr("xraylib.models.catalog.SHIPPED_MODELS", tmp_path / "shipped")
    for name, version in (("little", 1), ("little", 2), ("little", 10), ("other", 1)):
        content = facts(["A", "B"], name=name, version=version)
        write_bundle(workspace.models / name / str(version), b"network", content)
    write_bundle(tmp_path / "shipped" / "demo" / "1", b"x", facts(["A", "B"], name="demo"))
    return workspace


def test_an_untouched_bundle_opens(bundle: Path) -> None:
    opened = open_bundle(bundle)
    assert (opened.name, opened.version, opened.classes) == ("little", 1, ("A", "B"))
    assert opened.model == b"network"
    assert opened.input_shape == opened.preparation.input_shape == (32, 32, 1)
    assert opened.head == {"kernel": [[1.0, 2.0]]}
    assert opened.card == "# little\n"
    assert opened.metrics["accuracy"] == 0.875
    assert not opened.synthetic


def test_any_changed_byte_of_any_file_is_refused(bundle: Path) -> None:
    for file in sorted(bundle.iterdir()):
        good = file.read_bytes()
        for place in {0, len(good) // 3, len(good) // 2, len(good) - 2, len(good) - 1}:
            changed = bytearray(good)
            changed[place] ^= 1
            file.write_bytes(bytes(changed))
            with pytest.raises(BundleError) as caught:
                open_bundle(bundle)
            assert caught.value.code in ("changed", "schema", "missing", "unexpected-file")
        file.write_bytes(good + b"\n")
        with pytest.raises(BundleError):
            open_bundle(bundle)
        file.write_bytes(good)
    open_bundle(bundle)


def test_the_refusal_of_a_changed_byte_says_what_to_do(bundle: Path) -> None:
    (bundle / "model.tflite").write_bytes(b"Network")
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle)
    assert str(caught.value) == (
        "The published model has a changed model.tflite: its SHA-256 is not the one in the "
        "manifest. Expected the folder exactly as it was published. Do this: copy the folder "
        "again from where it was published, or publish the run again."
    )


@pytest.mark.parametrize("name", ["model.tflite", "bundle.json", "model_card.md", "manifest.json"])
def test_a_missing_file_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle)
    assert caught.value.code == "missing"
    assert caught.value.what == f"The published model lacks {name}"


def test_a_file_that_the_manifest_does_not_list_is_refused(bundle: Path) -> None:
    (bundle / "extra.py").write_text("print('hello')")
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle)
    assert caught.value.code == "unexpected-file"
    write_manifest(bundle)  # even then: only known names get into a manifest
    with pytest.raises(BundleError, match="which its manifest does not list"):
        open_bundle(bundle)


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_in_place_of_a_file_is_refused(bundle: Path, tmp_path: Path) -> None:
    (bundle / "model.tflite").rename(tmp_path / "elsewhere")
    (bundle / "model.tflite").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="which is no plain file"):
        open_bundle(bundle)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 0},
        {"schema": "1"},
        {"classes": ["A"]},
        {"classes": ["A", "A"]},
        {"classes": ["A", 3]},
        {"class_mode": "guess"},
        {"input_shape": [32, 32]},
        {"input_shape": [32, 32, 3]},
        {"input_shape": [10**9, 10**9, 1]},
        {"preparation": {"image_size": [0, 0]}},
        {"preparation": {"unknown": 1}},
        {"explain": {"method": "guess"}},
        {"explain": None},
        {"metrics": None},
        {"metrics": {"accuracy_ci": "0 to 1"}},
        {"metrics": {"auc_ci": [0.5]}},
        {"version": "1"},
    ],
)
def test_a_description_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    folder = write_bundle(tmp_path / "x" / "1", b"n", facts(["A", "B"], **change))
    with pytest.raises(BundleError) as caught:
        open_bundle(folder)
    assert caught.value.code == "schema"


def test_what_a_newer_version_published_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "x" / "1", b"n", facts(["A", "B"], schema=2))
    with pytest.raises(BundleError) as caught:
        open_bundle(folder)
    assert caught.value.code == "newer-version"
    assert str(caught.value) == (
        "bundle.json of the published model was written by a newer version of X-ray Lab (schema "
        "2). Expected at most schema 1. Do this: use it with that version, or update X-ray Lab "
        "here."
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"schema": 1}', "[" * 100_000, '{"files": {"../x": {}}}']
)
def test_a_manifest_that_is_none_is_refused(bundle: Path, text: str) -> None:
    (bundle / "manifest.json").write_text(text)
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle)
    assert caught.value.code in ("schema", "too-large")


def test_models_are_listed_by_name_and_newest_first_with_the_shipped_ones(
    models: Workspace,
) -> None:
    records = list_models(workspace=models)
    assert [(r.name, r.version, r.in_use) for r in records] == [
        ("little", 10, True),
        ("little", 2, False),
        ("little", 1, False),
        ("other", 1, True),
        ("demo", 1, True),
    ]
    assert records[0].run == "20260101T000000Z-abcdef"
    assert records[0].classes == ("A", "B")
    assert records[0].accuracy == 0.875
    assert records[0].published == "2026-01-01T00:00:00Z"
    assert [r.read_only for r in records] == [False] * 4 + [True]
    assert model_record(find_model("little", workspace=models)) == records[0]
    assert count_models(workspace=models) == sum(record.in_use for record in records)
    value = json.loads(json.dumps(records[0].to_json(), allow_nan=False))
    assert " ".join(value) == (
        "name version in_use run classes accuracy published accuracy_ci auc auc_ci n operating "
        "network data synthetic read_only problem"
    )


def test_going_back_to_an_older_version_is_one_call(models: Workspace) -> None:
    assert find_model("little", workspace=models).version == 10
    set_in_use("little", 2, workspace=models)
    assert find_model("little", workspace=models).version == 2
    assert find_model("little", 10, workspace=models).version == 10
    assert [r.version for r in list_models(workspace=models) if r.in_use] == [2, 1, 1]
    with pytest.raises(BundleError, match="There is no published model little, version 3"):
        set_in_use("little", 3, workspace=models)
    with pytest.raises(BundleError) as caught:
        set_in_use("demo", 1, workspace=models)
    assert caught.value.code == "read-only"


def test_a_pointer_to_a_version_that_is_gone_means_the_newest(models: Workspace) -> None:
    set_in_use("little", 2, workspace=models)
    shutil.rmtree(models.models / "little" / "2")
    assert in_use(models.models / "little") == 10


@pytest.mark.parametrize("said", [b"9" * 5000, b"2" * 19, b"\xff", b"two", b"", b"-1", bytes(100)])
def test_a_pointer_to_no_version_at_all_means_the_newest(said: bytes, models: Workspace) -> None:
    (models.models / "little" / "in_use").write_bytes(said)
    assert in_use(models.models / "little") == 10


def test_a_damaged_version_is_listed_with_its_problem(models: Workspace) -> None:
    file = models.models / "other" / "1" / "bundle.json"
    file.write_bytes(file.read_bytes().replace(b"0.875", b"0.999"))
    (record,) = [r for r in list_models(workspace=models) if r.name == "other"]
    assert record.accuracy is None
    assert "changed bundle.json" in (record.problem or "")


def test_an_unknown_model_names_those_that_exist(models: Workspace) -> None:
    with pytest.raises(BundleError) as caught:
        find_model("nothing", workspace=models)
    assert str(caught.value) == (
        "There is no published model nothing. Expected one of demo, little, other. Do this: "
        "choose a published model, or publish a run under this name."
    )
    for name in ("../little", "", ".", "a/b", "x" * 65):
        with pytest.raises(PathError):
            find_model(name, workspace=models)


@pytest.mark.slow
def test_opening_models_needs_no_tensorflow() -> None:
    program = (
        "import sys, xraylib.models.bundle, xraylib.models.classify.classifier\n"
        "import xraylib.models.classify.batch, xraylib.models.classify.table\n"
        "import xraylib.metrics.evaluation, xraylib.evaluation.explain.maps\n"
        "import xraylib.evaluation.evaluate, xraylib.evaluation.predict, xraylib.models.publish\n"
        "bad = {'tensorflow', 'keras', 'scipy', 'sklearn', 'streamlit', 'h5py'} & set(sys.modules)"
        "\nsys.exit(', '.join(bad) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
