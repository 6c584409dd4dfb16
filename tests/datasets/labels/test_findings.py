"""What a table says of every image, as a value and in the index's file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from made_images import encoded, picture
from scanned import scanned

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.columns import LABELS_VERSION
from xraylib.datasets.labels.findings import Findings, policy
from xraylib.errors import ConfigError, DatasetError

VALUES = np.array([[1, 0], [-1, 1], [1, -2], [0, 1], [1, 1]], np.int8)
FINDINGS = Findings(names=("Mass", "Effusion"), values=VALUES, kind="multilabel", form="nih")
METADATA = pa.table({"sex": ["F", "M", None, "F", "M"], "age": [30.0, 41.5, None, 7.0, 80.0]})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> DatasetIndex:
    folder = tmp_path_factory.mktemp("labelled") / "chest"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.png").write_bytes(encoded(picture(number)))
    return replace(scanned(folder), findings=FINDINGS, metadata=METADATA)


def test_each_value_is_counted_under_its_word() -> None:
    assert FINDINGS.counts() == {
        "Mass": {"present": 3, "absent": 1, "unknown": 1, "uncertain": 0},
        "Effusion": {"present": 3, "absent": 1, "unknown": 0, "uncertain": 1},
    }


def test_findings_of_one_image_are_counted_together() -> None:
    assert FINDINGS.together().tolist() == [[3, 1], [1, 3]]


@pytest.mark.parametrize(("uncertain", "becomes"), [("ignore", -1), ("present", 1), ("absent", 0)])
def test_a_policy_decides_what_is_uncertain_and_nothing_else(uncertain: str, becomes: int) -> None:
    decided = policy(VALUES, uncertain)  # type: ignore[arg-type]
    assert decided.dtype == np.int8
    assert decided.tolist() == [[1, 0], [-1, 1], [1, becomes], [0, 1], [1, 1]]
    assert VALUES[2, 1] == -2


def test_a_policy_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError) as refused:
        policy(VALUES, "maybe")  # type: ignore[arg-type]
    assert refused.value.code == "uncertain"
    assert refused.value.message == (
        "What is uncertain is to be 'maybe'. Expected one of: ignore, present, absent. Do this: "
        "choose one of these."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"names": ("Mass", "Mass")},
        {"names": ("Mass",)},
        {"values": VALUES.astype(np.int64)},
        {"values": VALUES * 3},
        {"values": VALUES[0]},
        {"kind": "several"},
    ],
)
def test_what_is_no_findings_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as refused:
        replace(FINDINGS, **changes)  # type: ignore[arg-type]
    assert refused.value.code == "argument"


def test_findings_and_metadata_come_back_from_the_file(index: DatasetIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "index.parquet")
    again = DatasetIndex.load(tmp_path / "index.parquet")
    assert again.same_as(index)
    assert again.findings is not None
    assert again.findings.same_as(FINDINGS)
    assert again.metadata is not None
    assert again.metadata.equals(METADATA)
    assert not again.same_as(replace(index, metadata=None))
    assert not again.same_as(replace(index, findings=FINDINGS.take([1, 0, 2, 3, 4])))


def test_an_index_without_labels_is_written_as_before(index: DatasetIndex, tmp_path: Path) -> None:
    plain = replace(index, findings=None, metadata=None)
    plain.save(tmp_path / "index.parquet")
    assert DatasetIndex.load(tmp_path / "index.parquet").same_as(plain)


def test_labels_of_a_later_version_are_refused(
    index: DatasetIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = LABELS_VERSION + 1
    monkeypatch.setattr("xraylib.datasets.labels.columns.LABELS_VERSION", later)
    index.save(tmp_path / "index.parquet")
    monkeypatch.undo()
    with pytest.raises(DatasetError) as refused:
        DatasetIndex.load(tmp_path / "index.parquet")
    assert refused.value.code == "index"
    assert f"labels of version {later}, not {LABELS_VERSION}" in refused.value.message


def test_images_left_out_take_their_findings_with_them(index: DatasetIndex) -> None:
    left = index.without(["1.png", "3.png"])
    assert left.findings is not None
    assert left.findings.values.tolist() == [[1, 0], [1, -2], [1, 1]]
    assert left.metadata is not None
    assert left.metadata["sex"].to_pylist() == ["F", None, "M"]


def test_findings_of_another_number_of_images_are_refused(index: DatasetIndex) -> None:
    for wrong in ({"findings": FINDINGS.take([0, 1])}, {"metadata": METADATA.slice(2)}):
        with pytest.raises(ConfigError) as refused:
            replace(index, **wrong)  # type: ignore[arg-type]
        assert refused.value.expected == "a row for each of the 5 images"


def test_a_class_given_by_hand_is_the_finding_of_a_set_of_classes() -> None:
    binary = Findings(names=("Ill",), values=VALUES[:, 1:], kind="single", form="binary")
    changed = binary.given({0: "Ill", 1: "No Ill", 3: "Other"})
    assert changed.names == ("Ill", "Other")
    assert changed.values.tolist() == [[1, 0], [0, 0], [-2, 0], [0, 1], [1, 0]]
    assert FINDINGS.given({0: "Other"}) is FINDINGS
