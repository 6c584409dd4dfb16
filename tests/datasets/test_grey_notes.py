"""What had to be decided about greys, by data set: kept, counted, found, and the needed range."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from made_images import dicom, encoded, made_index, make_folder, picture

from xraylib.audit.check import Subject
from xraylib.audit.checks import decided_greys, low_range
from xraylib.audit.descriptors import describe_images
from xraylib.datasets.catalog import add_dataset, change_dataset, find_dataset, open_dataset
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.grey_notes import needed_range, noted, views, with_notes
from xraylib.datasets.image_row import SCHEMA
from xraylib.datasets.index.file import read_index, write_index
from xraylib.datasets.query import ImageQuery, find_images
from xraylib.datasets.report import scan_report
from xraylib.datasets.scan import scan
from xraylib.errors import ConfigError
from xraylib.images.decode import read_image
from xraylib.images.grey_range import GreyRange, uses_little
from xraylib.images.notes import NOTES
from xraylib.images.prepare import Preparation, prepare
from xraylib.images.radiograph import Radiograph
from xraylib.models.classify.warnings import image_warnings
from xraylib.workspace import Workspace

TWELVE = GreyRange(bits=16, low=0, high=4095)


def deep(seed: int, top: int = 4000, shape: tuple[int, int] = (64, 48)) -> np.ndarray:
    """A smooth 16-bit picture with values up to ``top``."""
    return (picture(seed, shape).astype(np.uint32) * top // 255).astype(np.uint16)


def with_columns(index: DatasetIndex, **columns: list[Any]) -> DatasetIndex:
    table = index.table
    for name, values in columns.items():
        at = SCHEMA.get_field_index(name)
        table = table.set_column(at, SCHEMA.field(at), pa.array(values, SCHEMA.field(at).type))
    return replace(index, table=table)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """An 8-bit picture, two of 12 bits in 16, a lateral DICOM file with a comma, and a PA one."""
    window = {"WindowCenter": "2048", "WindowWidth": "4096"}
    comma = dicom(deep(3), ViewPosition="LLAT", **window).replace(b"2048", b"2e,3", 1)
    comma = comma.replace(b"2e,3", b"20,5", 1)
    return make_folder(
        tmp_path / "mixed",
        {
            "a/1.png": encoded(picture(1)),
            "a/2.png": encoded(deep(1)),
            "b/3.png": encoded(deep(2)),
            "b/4.dcm": comma,
            "b/5.dcm": dicom(deep(4), ViewPosition="PA"),
            "b/6.png": b"no picture",
        },
    )


def test_the_index_keeps_notes_views_and_the_ends_of_the_greys(mixed: Path) -> None:
    index = scan(mixed)
    rows = {image.path: image for image in index}
    assert [rows[f"a/{n}.png"].notes for n in (1, 2)] == ["", "low-range"]
    assert rows["b/4.dcm"].notes == "decimal-comma"
    assert [rows[f"b/{n}.dcm"].view for n in (4, 5)] == ["lateral", "PA"]
    assert (rows["a/2.png"].lowest, rows["a/2.png"].highest) == (deep(1).min(), deep(1).max())
    assert noted(index) == {"decimal-comma": ["b/4.dcm"], "low-range": ["a/2.png", "b/3.png"]}
    assert views(index) == {"PA": 1, "lateral": 1}
    assert with_notes(index).tolist() == [False, True, True, True, False, False]


def test_a_scan_report_counts_by_note_and_names_the_images(mixed: Path) -> None:
    report: Any = scan_report(scan(mixed))
    assert list(report["notes"]) == ["decimal-comma", "low-range"]
    assert report["notes"]["low-range"] == {
        "images": 2,
        "says": NOTES["low-range"].says,
        "remedy": NOTES["low-range"].remedy,
        "paths": ["a/2.png", "b/3.png"],
    }
    assert report["views"] == {"PA": 1, "lateral": 1}
    assert report["grey_range"] == {"bits": 16, "low": 0, "high": 4095}


def test_an_index_of_before_knows_no_notes_and_is_read_anew(mixed: Path, tmp_path: Path) -> None:
    now = scan(mixed)
    now.save(tmp_path / "now.parquet")
    (table, *_), about = read_index(tmp_path / "now.parquet")
    for version, lost in ((2, []), (1, ["mean", "sd"])):
        file = tmp_path / f"{version}.parquet"
        columns = [*lost, "lowest", "highest", "view", "notes"]
        write_index(file, table.drop_columns(columns), {**about, "version": version})  # type: ignore[typeddict-unknown-key]
        before = DatasetIndex.load(file)
        assert before[1].notes is None
        assert (noted(before), views(before), needed_range(before)) == ({}, {}, None)
        assert scan_report(before)["notes"] == {}
        assert scan(mixed, previous=before).same_as(now)


def test_the_gallery_shows_the_images_of_a_note(mixed: Path) -> None:
    index = scan(mixed)
    for name, paths in noted(index).items():
        rows = find_images(index, ImageQuery(note=name))
        assert [index.image(row).path for row in rows.tolist()] == paths
    assert find_images(index, ImageQuery(note="lut-short")).size == 0
    for view, path in (("lateral", "b/4.dcm"), ("PA", "b/5.dcm")):
        (row,) = find_images(index, ImageQuery(view=view)).tolist()
        assert index.image(row).path == path
    assert find_images(index, ImageQuery(view="A")).size == 0


def subject(index: DatasetIndex) -> Subject:
    return Subject(index=index, descriptors=describe_images(index.without([])), copies=())


@pytest.mark.parametrize("name", NOTES)
def test_every_note_reaches_scan_audit_and_classify(name: str, tmp_path: Path) -> None:
    root = make_folder(tmp_path, {f"a/{n}.png": encoded(picture(n)) for n in range(3)})
    index = with_columns(scan(root), notes=["", name, f"cut-end {name}"])
    paths = ["a/1.png", "a/2.png"]
    report: Any = scan_report(index)
    assert report["notes"][name]["paths"] == paths
    check = low_range if name == "low-range" else decided_greys
    (finding,) = [f for f in check.find(subject(index)) if "a/1.png" in f.paths]
    assert list(finding.paths) == paths
    assert finding.remedy[0].isupper()
    assert not finding.remedy.endswith(".")
    assert finding.severity == ("warning" if NOTES[name].grave or name == "low-range" else "info")
    image = Radiograph(
        pixels=picture(1, (256, 256)), bit_depth=8, mode="L", format="PNG", notes=(name,)
    )
    warned = image_warnings(image, prepare(image, Preparation()))
    assert (name, NOTES[name].message) in [(one.code, one.message) for one in warned]


def test_every_note_says_and_advises_in_whole_sentences() -> None:
    for name, note in NOTES.items():
        assert note.name == name
        assert note.says.endswith(".")
        assert note.remedy[0].islower()
        assert not note.remedy.endswith(".")
        assert note.message == f"{note.says} {note.remedy[0].upper()}{note.remedy[1:]}."


@pytest.mark.parametrize(
    ("lowest", "highest", "bits", "needed"),
    [
        (0, 4095, 16, (0, 4095)),
        (12, 2888, 16, (0, 4095)),
        (0, 255, 16, (0, 255)),
        (0, 16383, 16, (0, 16383)),
        (0, 16384, 16, None),  # more than a quarter
        (64512, 65535, 16, (64512, 65535)),  # inverted 10 bits
        (65000, 65300, 16, (64512, 65535)),
        (31744, 35839, 16, (31744, 35839)),  # signed 12 bits
        (0, 900, 12, (0, 1023)),
        (0, 60, 8, None),
        (7, 7, 16, None),
    ],
)
def test_the_range_that_values_need(
    lowest: int, highest: int, bits: int, needed: tuple[int, int] | None
) -> None:
    found = GreyRange.around(lowest, highest, bits)
    assert (None if found is None else (found.low, found.high)) == needed


def test_one_range_for_all_images_of_a_depth_or_none() -> None:
    base = made_index([("a", "train", f"p{n}") for n in range(3)])
    low = ["low-range", "low-range", ""]
    base = with_columns(base, lowest=[0, 5, 0], notes=low)
    eight = with_columns(base, bit_depth=[16, 16, 8], highest=[900, 3000, 255])
    assert needed_range(eight) == TWELVE
    full = with_columns(base, bit_depth=[16, 16, 16], highest=[900, 3000, 65535])
    assert needed_range(full) is None
    assert needed_range(made_index([("a", "train", "p1")])) is None


def test_values_of_12_bits_in_16_become_the_picture_of_12_bits() -> None:
    """The very picture: the reference stores the same values with the depth that they need."""
    values = deep(9, 4095)
    stored = read_image(dicom(values, bits=16))
    reference = read_image(dicom(values, bits=12))
    assert stored.notes == ("low-range",)
    for fit in ("stretch", "pad", "crop"):
        wanted = Preparation(image_size=(40, 40), fit=fit)
        ranged = replace(wanted, grey_range=TWELVE)
        np.testing.assert_array_equal(prepare(stored, ranged), prepare(reference, wanted))
        assert prepare(stored, wanted).max() < 17
    raster = read_image(encoded(values))
    np.testing.assert_array_equal(prepare(raster, ranged), prepare(stored, ranged))


def test_images_of_another_depth_are_left_as_they_are_and_values_beyond_are_cut() -> None:
    ranged = Preparation(image_size=(64, 48), grey_range=TWELVE)
    plain = Preparation(image_size=(64, 48))
    for data in (encoded(picture(1, (64, 48))), dicom(deep(1), bits=12)):
        image = read_image(data)
        np.testing.assert_array_equal(prepare(image, ranged), prepare(image, plain))
    wide = read_image(encoded(deep(1, 65535)))
    seen = prepare(wide, ranged)[:, :, 0]
    np.testing.assert_array_equal(seen == 255, np.rint(wide.pixels / 4095 * 255) >= 255)
    warned = {one.code: one.message for one in image_warnings(wide, seen[:, :, None], ranged)}
    assert "0 to 4,095 of 16 bits" in warned["beyond-range"]
    low = read_image(encoded(deep(1)))
    codes = {one.code for one in image_warnings(low, prepare(low, ranged), ranged)}
    assert not codes & {"low-range", "beyond-range"}
    codes = {one.code for one in image_warnings(low, prepare(low, plain), plain)}
    assert "low-range" in codes


def test_a_range_is_plain_json_and_only_where_one_was_chosen() -> None:
    ranged = Preparation(grey_range=TWELVE)
    assert Preparation.from_json(ranged.to_json()) == ranged
    assert "grey_range" not in Preparation().to_json()
    assert str(TWELVE) == "0 to 4,095 of 16 bits"
    for wrong in ((8, 0, 5), (16, 5, 5), (16, -1, 5), (12, 0, 4096), (16, 0.0, 5)):
        with pytest.raises(ConfigError) as caught:
            GreyRange.from_json(dict(zip(("bits", "low", "high"), wrong, strict=True)))
        assert caught.value.code == "grey-range"
    with pytest.raises(ConfigError):
        GreyRange.from_json({"bits": 16})
    assert not uses_little(0, 10, 8)


def test_the_audit_proposes_the_range_and_the_data_set_keeps_it(
    mixed: Path, tmp_path: Path
) -> None:
    from xraylib.audit import apply_action, is_done, undo_action

    workspace = Workspace(tmp_path / "workspace")
    add_dataset(mixed, "mixed", workspace=workspace)
    (finding,) = low_range.find(subject(open_dataset("mixed", workspace=workspace)))
    assert finding.message == (
        "a/2.png and b/3.png use less than a quarter of the grey range: a network gets 17 of 256 "
        "grey levels. The values of all images need 0 to 4,095 of 16 bits."
    )
    assert finding.remedy == (
        "Use the range 0 to 4,095 of 16 bits for this data set, the same for every image"
    )
    curation = apply_action(finding)
    assert curation.grey_range == TWELVE
    assert is_done(finding, curation)
    change_dataset("mixed", curation=curation, workspace=workspace)
    kept = find_dataset("mixed", workspace=workspace).curation
    assert kept == curation
    assert undo_action(finding, kept).grey_range is None
    assert "grey_range" not in undo_action(finding, kept).to_json()


def test_where_images_differ_no_range_is_proposed(mixed: Path) -> None:
    (mixed / "a/7.png").write_bytes(encoded(deep(7, 65535)))
    (finding,) = low_range.find(subject(scan(mixed)))
    assert "others of that depth use more" in finding.message
    assert finding.action == {}
