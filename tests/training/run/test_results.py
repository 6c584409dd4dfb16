"""Predictions as Parquet, as CSV, and as older runs left them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xraylib.errors import PathError
from xraylib.training.run.results import predictions_file, read_predictions, write_predictions
from xraylib.training.run.runs import Run

CLASSES = ("A, or not", "B")
IMAGES = [("x/1.png", "A, or not", "val", "p1"), ("x/ä 2.png", "B", "test", "p2")]
P = np.array([[0.123456789, 0.876543211], [1.0, 0.0]], np.float32)


@pytest.mark.parametrize("name", ["predictions.parquet", "predictions.csv"])
def test_what_was_written_is_read_again(tmp_path: Path, name: str) -> None:
    write_predictions(tmp_path / name, IMAGES, P, CLASSES)
    table = read_predictions(tmp_path / name)
    assert table.column_names == ["path", "label", "split", "patient", "p_A, or not", "p_B"]
    assert [tuple(row.values())[:4] for row in table.to_pylist()] == IMAGES
    read = np.stack([table["p_A, or not"].to_numpy(), table["p_B"].to_numpy()], axis=1)
    assert np.array_equal(read.astype(np.float32), P)
    assert np.asarray(table["p_B"]).dtype == np.float64


@pytest.mark.parametrize("name", ["predictions.parquet", "predictions.csv"])
def test_no_images_are_a_table_without_rows(tmp_path: Path, name: str) -> None:
    write_predictions(tmp_path / name, [], np.zeros((0, 2)), CLASSES)
    table = read_predictions(tmp_path / name)
    assert (len(table), table.num_columns) == (0, 6)


def test_a_run_of_an_older_version_is_still_read(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert (predictions_file(tmp_path), run.predictions()) == (None, None)
    write_predictions(tmp_path / "predictions.csv", IMAGES, P, CLASSES)
    old = run.predictions()
    assert old is not None
    assert old["label"].to_pylist() == ["A, or not", "B"]
    write_predictions(tmp_path / "predictions.parquet", IMAGES[:1], P[:1], CLASSES)
    new = run.predictions()
    assert new is not None
    assert len(new) == 1  # the newer file is the one that counts


def test_a_damaged_file_is_refused_with_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "predictions.parquet"
    write_predictions(file, IMAGES, P, CLASSES)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(PathError) as caught:
        read_predictions(file)
    assert caught.value.code == "damaged"
    assert caught.value.what.startswith("predictions.parquet is damaged (")
    assert caught.value.file == "predictions.parquet"
