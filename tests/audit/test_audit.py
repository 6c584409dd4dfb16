"""The audit on a set with known faults, on the sample data and on the real images."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from audited_images import faulty, grey, phantoms, write

from xraylib.audit import (
    CODES,
    AuditReport,
    Curation,
    Finding,
    apply_action,
    audit,
    split_by_patient,
    stored_audit,
)
from xraylib.audit.checks.shortcut import shortcut_findings
from xraylib.audit.descriptors import describe_images
from xraylib.cli import main
from xraylib.datasets.catalog import add_dataset
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.scan import scan
from xraylib.errors import ConfigError
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> DatasetIndex:
    return scan(faulty(tmp_path_factory.mktemp("images")))


@pytest.fixture(scope="module")
def report(faults: DatasetIndex) -> AuditReport:
    return audit(faults)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[DatasetIndex, Path]:
    """The index of the sample data, and its descriptors on disk."""
    index = scan(SAMPLE_DATA)
    cache = tmp_path_factory.mktemp("cache") / "looks.parquet"
    describe_images(index, cache=cache)
    return index, cache


def only(report: AuditReport, code: str) -> Finding:
    (finding,) = report.of(code)
    return finding


def test_equal_files_are_named_and_all_but_one_left_out(report: AuditReport) -> None:
    finding = only(report, "exact-duplicate")
    assert finding.severity == "warning"
    assert finding.paths == ("train/Covid/fault_same.png", "train/Covid/p011_1.png")
    assert finding.message == (
        "train/Covid/fault_same.png and train/Covid/p011_1.png are the same file, byte for byte. "
        "It counts 2 times in train."
    )
    assert finding.action == {"exclude": ["train/Covid/p011_1.png"]}


def test_a_smaller_recompressed_copy_is_a_near_duplicate_and_the_larger_one_is_kept(
    report: AuditReport,
) -> None:
    finding = only(report, "near-duplicate")
    assert set(finding.paths) == {"train/Normal/fault_small.jpg", "train/Normal/p003_1.png"}
    assert finding.remedy == "Keep train/Normal/p003_1.png and leave the others out"
    assert finding.action == {"exclude": ["train/Normal/fault_small.jpg"]}
    assert finding.pairs == (("train/Normal/p003_1.png", "train/Normal/fault_small.jpg"),)


def test_test_images_seen_in_training_are_leaks_and_the_training_copy_goes(
    report: AuditReport,
) -> None:
    leaks = {finding.paths[0]: finding for finding in report.of("split-leak")}
    assert set(leaks) == {"test/Normal/fault_seen.png", "test/Covid/fault_brighter.png"}
    seen = leaks["test/Normal/fault_seen.png"]
    assert seen.severity == "error"
    assert seen.message == (
        "test/Normal/fault_seen.png is the same file, byte for byte, as train/Normal/p004_1.png. "
        "What was seen in train is asked again in test, so a right answer there proves nothing."
    )
    brighter = leaks["test/Covid/fault_brighter.png"]
    assert brighter.message.startswith(
        "test/Covid/fault_brighter.png is the same picture as train/Covid/p013_1.png, "
        "changed in size, contrast, frame or compression."
    )
    assert all(path.startswith("train/") for path in brighter.action["exclude"])


def test_one_picture_in_two_classes_is_a_conflict(report: AuditReport) -> None:
    finding = only(report, "label-conflict")
    assert finding.severity == "error"
    assert len(finding.paths) == 2
    assert "train/Covid/fault_class.png" in finding.paths
    assert finding.message.endswith(
        "but in the classes Covid and Pneumonia. At most one of them can be right."
    )
    assert set(finding.action["exclude"]) == set(finding.paths)


def test_a_patient_in_two_splits_is_a_leak(report: AuditReport) -> None:
    finding = only(report, "patient-leak")
    assert finding.paths == ("test/Normal/fault_p900_2.png", "train/Normal/fault_p900_1.png")
    assert "p900 (1 in test, 1 in train)" in finding.message
    assert finding.action == {"split": "by-patient"}


def test_files_that_are_no_image_or_show_nothing_are_listed(report: AuditReport) -> None:
    assert only(report, "unreadable").paths == ("train/Normal/fault_broken.png",)
    assert only(report, "constant-image").paths == ("train/Normal/fault_flat.png",)


def test_colour_negatives_and_strange_pictures_are_odd(report: AuditReport) -> None:
    odd = {finding.numbers["kind"]: finding.paths for finding in report.of("odd-one-out")}
    assert odd == {
        "colour": ("train/Pneumonia/fault_colour.png",),
        "inverted": ("train/Covid/fault_negative.png",),
        "different": ("train/Normal/fault_other.png",),
    }


def test_printed_text_is_found_and_side_markers_are_not(report: AuditReport) -> None:
    assert only(report, "burned-in-text").paths == ("train/Pneumonia/fault_named.png",)


def test_findings_come_gravest_first_and_as_plain_json(report: AuditReport) -> None:
    order = [finding.severity for finding in report.findings]
    assert order == sorted(order, key=["error", "warning", "info"].index)
    assert {finding.code for finding in report.findings} <= set(CODES)
    for finding in json.loads(json.dumps(report.to_json()))["findings"]:
        assert list(finding) == ["code", "severity", "message", "remedy", "paths"]
        assert finding["message"].endswith(".")
        assert not finding["remedy"].endswith(".")


def test_doing_what_the_findings_propose_leaves_a_clean_set(
    faults: DatasetIndex, report: AuditReport
) -> None:
    curation = Curation()
    for finding in report.findings:
        curation = apply_action(finding, curation)
    assert curation.split == "by-patient"
    assert Curation.from_json(json.loads(json.dumps(curation.to_json()))) == curation
    clean = audit(curation.apply(faults))
    assert {finding.code for finding in clean.findings} <= {"unreadable"}
    assert len(scan(faults.root)) == len(faults)  # no file was touched


def test_a_division_by_patient_moves_whole_patients_to_where_most_images_are(
    sample: tuple[DatasetIndex, Path],
) -> None:
    index, _ = sample
    splits = index.table["split"].to_pylist()
    patients = index.table["patient"].to_pylist()
    moved = next(row for row, split in enumerate(splits) if split == "test")
    crossed = [s if row != moved else "train" for row, s in enumerate(splits)]
    at = index.table.schema.get_field_index("split")
    leaking = replace(
        index,
        table=index.table.set_column(at, index.table.schema.field(at), pa.array([crossed][0])),
    )
    mended = split_by_patient(leaking).table["split"].to_pylist()
    assert len(set(map(tuple, map(sorted, zip(patients, mended, strict=True))))) == 120
    assert split_by_patient(index) is index


def test_a_choice_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigError, match="The division of the images is 'somehow'"):
        Curation.from_json({"split": "somehow"})


def test_the_sample_data_has_no_fault_at_all(sample: tuple[DatasetIndex, Path]) -> None:
    index, cache = sample
    told: list[tuple[int, int]] = []
    report = audit(index, cache=cache, progress=lambda done, total: told.append((done, total)))
    assert report.findings == ()
    assert report.images == 300
    assert told == sorted(told)
    assert told[-1] == (1000, 1000)


@pytest.mark.parametrize("by", ["image", "patient"])
def test_shuffled_classes_are_no_shortcut(sample: tuple[DatasetIndex, Path], by: str) -> None:
    index, cache = sample
    descriptors = describe_images(index, cache=cache)
    labels = np.array(index.table["label"].to_pylist())
    _, first, patient = np.unique(
        np.array(index.table["patient"].to_pylist()), return_index=True, return_inverse=True
    )
    fired = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        mixed = (
            rng.permutation(labels) if by == "image" else rng.permutation(labels[first])[patient]
        )
        fired += len(shortcut_findings(relabelled(index, mixed), descriptors, [], seed=seed))
    assert fired <= 1


def relabelled(index: DatasetIndex, labels: np.ndarray) -> DatasetIndex:
    at = index.table.schema.get_field_index("label")
    column = pa.array(labels.tolist(), pa.string())
    return replace(index, table=index.table.set_column(at, index.table.schema.field(at), column))


def test_a_class_that_is_brighter_is_a_shortcut_carried_by_brightness(
    sample: tuple[DatasetIndex, Path],
) -> None:
    index, cache = sample
    descriptors = describe_images(index, cache=cache)
    mean = descriptors.mean + np.where(index.label_numbers == 1, 25, 0).astype(np.float32)
    (finding,) = shortcut_findings(index, replace(descriptors, mean=mean), [])
    assert finding.numbers["p"] <= 0.005
    assert finding.numbers["balanced"] > 0.5
    assert " by mean brightness alone" in finding.message
    assert "where guessing gives 0.33" in finding.message


def test_descriptors_are_kept_and_a_damaged_file_of_them_only_costs_time(
    faults: DatasetIndex, tmp_path: Path
) -> None:
    cache = tmp_path / "looks.parquet"
    first = describe_images(faults, cache=cache)
    told: list[tuple[int, int]] = []
    again = describe_images(faults, cache=cache, progress=lambda *step: told.append(step))
    assert told[0] == (len(first.rows), len(first.rows))
    assert np.array_equal(first.views, again.views)
    assert np.array_equal(first.corners, again.corners)
    cache.write_bytes(b"not Parquet")
    assert np.array_equal(describe_images(faults, cache=cache).views, first.views)


def test_an_image_that_vanishes_before_the_audit_is_listed_and_stops_nothing(
    tmp_path: Path,
) -> None:
    few = few_images(tmp_path)
    index = scan(few)
    for name in ("train/a/p1_1.png", "train/b/p3_1.png"):
        (few / name).unlink()
    report = audit(index)
    # The first has a twin that can still be looked at.
    assert [finding.paths for finding in report.of("unreadable")] == [("train/b/p3_1.png",)]
    assert only(report, "exact-duplicate").paths == ("train/a/p1_1.png", "train/a/p2_1.png")


def few_images(root: Path) -> Path:
    """Four phantoms in two classes, of which two are the same file."""
    first, second, third = phantoms("train", "Normal", 3)
    names = {"a/p1_1.png": first, "a/p2_1.png": first, "b/p3_1.png": second, "b/p4_1.png": third}
    for name, image in names.items():
        write(root / "train" / name, grey(image))
    return root


def test_the_command_prints_the_findings_and_succeeds_whatever_it_finds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = few_images(tmp_path)
    assert main(["audit", str(few), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == audit(scan(few)).to_json()
    assert [finding["code"] for finding in found["findings"]] == ["exact-duplicate"]


def test_the_command_keeps_the_findings_of_a_data_set_and_tells_how_far_it_is(
    faults: DatasetIndex,
    report: AuditReport,
    workspace: Workspace,
    capsys: pytest.CaptureFixture[str],
) -> None:
    add_dataset(faults.root, "faults", workspace=workspace)
    assert main(["audit", "--dataset", "faults", "--progress", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == report.to_json()
    assert "Comparing images: 1000 of 1000" in printed.err.splitlines()
    assert stored_audit("faults", fingerprint=faults.fingerprint, workspace=workspace) == report
    assert (workspace.datasets / "faults" / "looks.parquet").is_file()


def test_the_command_takes_patients_from_a_pattern_or_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for split in ("train", "test"):
        for label in ("a", "b"):
            write(tmp_path / split / label / f"x{split}_1.png", np.full((9, 9), 80, np.uint8))
    (tmp_path / "who.csv").write_text("image,person\nxtrain_1,eve\nxtest_1,eve\n")
    told = []
    for options in (
        ["--patients", "who.csv:image:person"],
        ["--patient-pattern", "(?P<patient>x)"],
    ):
        assert main(["audit", str(tmp_path), "--json", *options]) == 0
        found = json.loads(capsys.readouterr().out)["findings"]
        told.append([f["message"] for f in found if f["code"] == "patient-leak"])
    assert "eve (2 in test, 2 in train)" in told[0][0]
    assert "x (2 in test, 2 in train)" in told[1][0]
    assert main(["audit", str(tmp_path), "--patients", "who.csv:"]) != 0
    assert main(["audit"]) == 2
    assert main(["audit", str(tmp_path), "--dataset", "sample"]) == 1
    assert "error[audit-what]: It is not clear what to read." in capsys.readouterr().err


def test_the_leaks_of_the_real_set_are_found_and_named(real_data: Path) -> None:
    report = audit(scan(real_data / "codecademy_covid19"))
    leaks = [set(finding.paths) for finding in report.of("split-leak")]
    identical = [
        ("test/Covid/8.png", "train/Covid/179.png"),
        ("test/Covid/24.png", "train/Covid/239.png"),
        ("test/Covid/40.png", "train/Covid/38.png"),
        ("test/Covid/47.png", "train/Covid/70.png"),
        ("test/Covid/55.png", "train/Covid/71.png"),
        ("test/Covid/58.png", "train/Covid/160.png"),
    ]
    changed = [
        ("test/Covid/16.png", "train/Covid/216.png"),
        ("test/Covid/60.png", "train/Covid/239.png"),
    ]
    for pair in identical + changed:
        assert any(set(pair) <= leak for leak in leaks), pair
    assert len(leaks) == 6
    inside = {frozenset(f.paths) for f in report.of("exact-duplicate")}
    assert frozenset({"train/Normal/172.png", "train/Normal/3.png"}) in inside
    assert len(inside) == 4
    nearly = {frozenset(f.paths) for f in report.of("near-duplicate")}
    assert len(nearly) == 7
    # An image and its copy with wide margins, which no hash of the whole picture connects.
    assert frozenset({"train/Covid/32.png", "train/Covid/234.png"}) in nearly
    (shortcut,) = report.of("shortcut")
    assert shortcut.numbers["balanced"] > 0.7
