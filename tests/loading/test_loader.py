"""The cache of prepared images and the batches made from it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from xraylib.augmentation.augment import AUGMENT_PRESETS, augment
from xraylib.datasets.scan import DatasetIndex, scan
from xraylib.errors import DatasetError, PathError
from xraylib.images.prepare import Preparation, prepare
from xraylib.loading.loader import Batches, build_cache

pytestmark = pytest.mark.slow  # its tests take some seconds together

PREPARATION = Preparation(image_size=(24, 20))


@pytest.fixture
def images(tmp_path: Path) -> DatasetIndex:
    """Two classes of seven images, one of them in colour and one unreadable."""
    rng = np.random.default_rng(0)
    root = tmp_path / "images"
    for label in ("a", "b"):
        folder = root / label
        folder.mkdir(parents=True)
        for number in range(7):
            pixels = rng.integers(0, 256, (30, 26), np.uint8)
            Image.fromarray(pixels).save(folder / f"p{number}_1.png")
    Image.fromarray(rng.integers(0, 256, (30, 26, 3), np.uint8)).save(root / "a" / "p8_1.png")
    (root / "b" / "p9_1.png").write_bytes(b"not a picture")
    return scan(root)


def test_the_cache_holds_what_prepare_makes_of_each_image(
    images: DatasetIndex, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    prepared = build_cache(
        images, images.rows(), PREPARATION, tmp_path / "cache", lambda *a: told.append(a)
    )
    assert prepared.pixels.shape == (15, 24, 20, 1)
    assert isinstance(prepared.pixels, np.memmap)
    assert not prepared.pixels.flags.writeable
    for place, row in enumerate(prepared.rows):
        expected = prepare(images.read(int(row)), PREPARATION)
        assert np.array_equal(prepared.pixels[place], expected)
    assert told[0] == (0, 15)
    assert told[-1] == (15, 15)


def test_a_second_run_finds_the_cache_and_reads_no_image(
    images: DatasetIndex, tmp_path: Path
) -> None:
    first = build_cache(images, images.rows(), PREPARATION, tmp_path / "cache")
    for image in images.images(images.rows()):
        (images.root / image.path).unlink()
    again = build_cache(images, images.rows()[::-1], PREPARATION, tmp_path / "cache")
    assert again.file == first.file
    assert np.array_equal(again.pixels, first.pixels)


def test_other_images_or_another_preparation_make_another_cache(
    images: DatasetIndex, tmp_path: Path
) -> None:
    cache, rows = tmp_path / "cache", images.rows()
    files = {
        build_cache(images, rows, PREPARATION, cache).file,
        build_cache(images, rows[1:], PREPARATION, cache).file,
        build_cache(images, rows, Preparation(image_size=(20, 24)), cache).file,
        build_cache(images, rows, Preparation(image_size=(24, 20), fit="pad"), cache).file,
    }
    assert len(files) == 4


def test_an_image_that_changed_since_the_scan_is_refused(
    images: DatasetIndex, tmp_path: Path
) -> None:
    (images.root / "a" / "p3_1.png").write_bytes((images.root / "a" / "p4_1.png").read_bytes())
    with pytest.raises(DatasetError) as refused:
        build_cache(images, images.rows(), PREPARATION, tmp_path / "cache")
    assert str(refused.value) == (
        "The image a/p3_1.png cannot be used any more: The image changed after the folder was "
        f"scanned. Expected the same images in {images.root} as when the run was made. Do this: "
        "scan the data set again and start a new run."
    )
    assert not list((tmp_path / "cache").rglob("*.npy"))
    assert not list((tmp_path / "cache").rglob(".pixels-*"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written_says_so(images: DatasetIndex, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    with pytest.raises(PathError, match="XRAYLIB_WORKSPACE"):
        build_cache(images, images.rows(), PREPARATION, cache)


def test_a_full_disk_says_so(
    images: DatasetIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PathError) as refused:
        build_cache(images, images.rows(), PREPARATION, tmp_path / "cache")
    assert str(refused.value) == (
        f"The disk is full. Expected room for the prepared images in {tmp_path / 'cache'}. Do "
        "this: free some space, or choose another workspace with XRAYLIB_WORKSPACE."
    )
    assert refused.value.code == "disk-full"
    assert not list((tmp_path / "cache").rglob(".pixels-*"))


BUILDER = """
import sys, time
from pathlib import Path
from xraylib.loading import loader
from xraylib.datasets.scan import DatasetIndex
from xraylib.images.prepare import Preparation
index = DatasetIndex.load(Path(sys.argv[1]))
def slow(done, count):
    print("building", flush=True)
    time.sleep(float(sys.argv[3]))
rows = index.rows()
built = loader.build_cache(
    index, rows, Preparation(image_size=(24, 20)), Path(sys.argv[2]), slow
)
print("built", built.pixels.sum(), flush=True)
"""


def builder(images: DatasetIndex, tmp_path: Path, seconds: float) -> subprocess.Popen[str]:
    images.save(tmp_path / "index.parquet")
    arguments = [str(tmp_path / "index.parquet"), str(tmp_path / "cache"), str(seconds)]
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, *arguments], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_two_who_build_at_once_build_one_and_agree(images: DatasetIndex, tmp_path: Path) -> None:
    both = [builder(images, tmp_path, 0.3), builder(images, tmp_path, 0.3)]
    last = [process.communicate(timeout=60)[0].split("\n")[-2] for process in both]
    assert last[0].startswith("built")
    assert last[0] == last[1]
    assert len(list((tmp_path / "cache").rglob("*.npy"))) == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_builder_killed_in_the_middle_leaves_nothing_in_the_way(
    images: DatasetIndex, tmp_path: Path
) -> None:
    with builder(images, tmp_path, 60) as process:
        assert process.stdout
        assert process.stdout.readline() == "building\n"
        drafts: list[Path] = []
        while not drafts:
            drafts = list((tmp_path / "cache").rglob(".pixels-*"))
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not list((tmp_path / "cache").rglob("*.npy"))
    prepared = build_cache(images, images.rows(), PREPARATION, tmp_path / "cache")
    assert np.array_equal(prepared.pixels[0], prepare(images.read(0), PREPARATION))
    assert not drafts[0].exists()


def test_positions_find_rows_and_refuse_others(images: DatasetIndex, tmp_path: Path) -> None:
    rows = images.rows()[2:9]
    prepared = build_cache(images, rows, PREPARATION, tmp_path / "cache")
    assert prepared.positions(rows[[3, 0, 5]]).tolist() == [3, 0, 5]
    with pytest.raises(KeyError):
        prepared.positions(images.rows()[:3])


def test_the_first_training_batch_is_what_the_preview_shows(
    images: DatasetIndex, tmp_path: Path
) -> None:
    rows = images.rows()
    prepared = build_cache(images, rows, PREPARATION, tmp_path / "cache")
    training = rows[[1, 4, 5, 8, 11]]
    config = AUGMENT_PRESETS["lesson"]
    batches = Batches(
        pixels=prepared.pixels,
        labels=images.label_numbers[prepared.rows],
        augment=config,
        seed=9,
        batch_size=4,
        positions=prepared.positions(training),
        numbers=prepared.rows,
    )
    for epoch, step in ((0, 0), (0, 1), (3, 0)):
        pixels, labels = batches.batch(epoch, step)
        chosen = prepared.rows[batches.order(epoch)[step * 4 : step * 4 + 4]]
        for shown, label, row in zip(pixels, labels, chosen.tolist(), strict=True):
            image = prepare(images.read(row), PREPARATION)  # as the Dataset page does
            preview = augment(image, config, seed=9, epoch=epoch, index=row)
            assert np.array_equal(shown, preview)
            assert images.classes[label] == images.image(row).label


@given(
    images=st.integers(1, 40),
    batch_size=st.integers(1, 50),
    seed=st.integers(0, 2**32 - 1),
    epoch=st.integers(0, 1000),
)
def test_an_epoch_shows_every_image_once_in_an_order_of_its_own(
    images: int, batch_size: int, seed: int, epoch: int
) -> None:
    pixels = np.arange(images, dtype=np.uint8).reshape(-1, 1, 1, 1)
    options: dict[str, Any] = {"labels": np.arange(images), "seed": seed, "batch_size": batch_size}
    batches = Batches(pixels=pixels, **options)
    shown = [batches.batch(epoch, step) for step in range(len(batches))]
    labels = np.concatenate([labels for _, labels in shown])
    assert sorted(labels.tolist()) == list(range(images))
    assert np.array_equal(np.concatenate([p.ravel() for p, _ in shown]), labels)
    assert [len(labels) for _, labels in shown[:-1]] == [batch_size] * (len(batches) - 1)
    assert np.array_equal(labels, Batches(pixels=pixels, **options).order(epoch))
    if images > 20:
        assert not np.array_equal(labels, batches.order(epoch + 1))
    still = Batches(pixels=pixels, shuffle=False, **options)
    assert still.order(epoch).tolist() == list(range(images))
