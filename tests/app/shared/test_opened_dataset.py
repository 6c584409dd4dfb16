"""Indexes are kept for all visitors, a few at a time, and dropped when asked for."""

from __future__ import annotations

from pathlib import Path

from xraylib.app.shared.opened_dataset import IndexShelf, is_synthetic, scan_text
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.dataset_ref import DatasetRef
from xraylib.datasets.image_row import SCHEMA


def _index(root: Path) -> DatasetIndex:
    return DatasetIndex(
        root=root, classes=(), passed_over=0, patient_pattern="", table=SCHEMA.empty_table()
    )


def test_the_shelf_keeps_the_four_that_were_used_last(tmp_path: Path) -> None:
    shelf = IndexShelf()
    keys = [("w", DatasetRef(name=f"d{n}", root=tmp_path)) for n in range(5)]
    for key in keys[:4]:
        shelf.put(key, _index(tmp_path))
    assert shelf.get(keys[0]) is not None
    shelf.put(keys[4], _index(tmp_path))
    assert [shelf.get(key) is not None for key in keys] == [True, False, True, True, True]


def test_dropping_one_data_set_leaves_the_others(tmp_path: Path) -> None:
    shelf = IndexShelf()
    keys = [(w, DatasetRef(name=n, root=tmp_path)) for w, n in (("w", "a"), ("w", "b"), ("v", "a"))]
    for key in keys:
        shelf.put(key, _index(tmp_path))
    shelf.drop("w", "a")
    assert [shelf.get(key) is not None for key in keys] == [False, True, True]


def test_another_pattern_or_other_excluded_images_are_another_index(tmp_path: Path) -> None:
    shelf = IndexShelf()
    ref = DatasetRef(name="a", root=tmp_path)
    shelf.put(("w", ref), _index(tmp_path))
    other = DatasetRef(name="a", root=tmp_path, curation=Curation(excluded=("x.png",)))
    assert shelf.get(("w", other)) is None


def test_the_scan_says_how_far_it_is_and_how_long_it_takes() -> None:
    assert scan_text(10, 1200, 1.0) == "Reading X-rays: 10 of 1,200"
    assert scan_text(600, 1200, 30.0) == "Reading X-rays: 600 of 1,200, 30 s left"
    assert scan_text(100, 1200, 20.0).endswith(", about 3 min 40 s left")


def test_only_the_sample_data_are_known_to_be_synthetic(tmp_path: Path) -> None:
    assert is_synthetic("sample")
    assert not is_synthetic(DatasetRef(name="mine", root=tmp_path))
