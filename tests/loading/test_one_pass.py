"""A folder that is scanned for a run is decoded once, and the cache is what it would be anyway."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_images import dicom
from PIL import Image

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.scan import scan
from xraylib.images.prepare import Preparation
from xraylib.images.sandbox import decoder
from xraylib.loading import pixel_file
from xraylib.loading.loader import build_cache
from xraylib.loading.one_pass import OnePass
from xraylib.training.config import TrainConfig
from xraylib.training.planning import images
from xraylib.training.planning.images import Images, divide_images, find_images
from xraylib.training.planning.plan import plan_run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow  # each starts children

PREPARATION = Preparation(image_size=(24, 20))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """40 images of two classes: grey, colour, DICOM, two that are equal, one unreadable."""
    rng = np.random.default_rng(0)
    root = tmp_path / "images"
    for label in ("a", "b"):
        folder = root / label
        folder.mkdir(parents=True)
        for number in range(18):
            pixels = rng.integers(0, 256, (30, 26), np.uint8)
            Image.fromarray(pixels).save(folder / f"p{number}_1.png")
    Image.fromarray(rng.integers(0, 256, (30, 26, 3), np.uint8)).save(root / "a" / "p18_1.png")
    (root / "a" / "p19_1.dcm").write_bytes(dicom(rng.integers(0, 4096, (40, 33), np.uint16)))
    (root / "b" / "p20_1.png").write_bytes((root / "a" / "p3_1.png").read_bytes())
    (root / "b" / "p21_1.png").write_bytes(b"not a picture")
    return root


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that children were asked to decode; "" for one sent as bytes."""
    names: list[str] = []
    real = decoder.write_message

    def write(pipe: Any, header: Any, data: Any) -> None:
        names.extend(Path(name).name for name in header.get("files", [""]))
        real(pipe, header, data)

    monkeypatch.setattr(decoder, "write_message", write)
    return names


def two_passes(root: Path, cache: Path, left_out: tuple[str, ...] = ()) -> tuple[Any, bytes]:
    index = scan(root).without(left_out)
    return index, build_cache(index, index.rows(), PREPARATION, cache).file.read_bytes()


@pytest.mark.parametrize("left_out", [(), ("a/p0_1.png", "a/p3_1.png", "b/p17_1.png")])
def test_one_pass_makes_the_index_and_the_cache_that_two_make(
    root: Path, tmp_path: Path, left_out: tuple[str, ...], asked: list[str]
) -> None:
    expected, file = two_passes(root, tmp_path / "two", left_out)
    asked.clear()
    with closing(OnePass(PREPARATION, tmp_path / "one")) as prepared:
        index = scan(root, prepared=prepared).without(left_out)
        assert prepared.give(index, index.rows(), PREPARATION)
    made = build_cache(index, index.rows(), PREPARATION, tmp_path / "one")
    assert index.same_as(expected)
    assert made.file.read_bytes() == file
    assert sorted(asked) == sorted(one.name for one in root.rglob("p*"))
    assert [one.name for one in (tmp_path / "one").iterdir()] == [made.file.parent.name]
    assert made.file.parent.name == next((tmp_path / "two").iterdir()).name


def test_a_run_of_a_new_folder_is_planned_with_its_cache_made(
    root: Path, tmp_path: Path, asked: list[str]
) -> None:
    _, file = two_passes(root, tmp_path / "two")
    workspace = Workspace(tmp_path / "workspace")
    asked.clear()
    plan = plan_run(
        str(root),
        model="lesson-dense",
        train=TrainConfig(),
        preparation=PREPARATION,
        workspace=workspace,
    )
    compared = len(asked)
    rows = np.concatenate([plan.split.train, plan.split.val, plan.split.test])
    made = build_cache(plan.index, rows, plan.preparation, workspace.cache)
    assert len(asked) == compared
    assert made.file.read_bytes() == file


def test_what_nobody_takes_is_gone(root: Path, tmp_path: Path) -> None:
    other = Preparation(image_size=(24, 20), fit="pad")
    with closing(OnePass(PREPARATION, tmp_path / "cache")) as prepared:
        index = scan(root, prepared=prepared)
        assert list((tmp_path / "cache").rglob("pixels.npy"))
        assert not prepared.give(index, index.rows(), other)
    assert not list((tmp_path / "cache").iterdir())


def test_a_folder_that_is_known_in_part_is_prepared_later(root: Path, tmp_path: Path) -> None:
    index = scan(root)
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(root / "a" / "p30_1.png")
    with closing(OnePass(PREPARATION, tmp_path / "cache")) as prepared:
        grown = scan(root, previous=index, prepared=prepared)
        assert not prepared.give(grown, grown.rows(), PREPARATION)
    assert not (tmp_path / "cache").exists()


def test_a_full_disk_ends_the_draft_and_not_the_scan(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = pixel_file.PixelFile._write, []

    def full(self: pixel_file.PixelFile, data: memoryview) -> None:
        written.append(1)
        if len(written) > 5:
            raise OSError(28, "No space left on device")
        real(self, data)

    monkeypatch.setattr(pixel_file.PixelFile, "_write", full)
    with closing(OnePass(PREPARATION, tmp_path / "cache")) as prepared:
        index = scan(root, prepared=prepared)
        assert not list((tmp_path / "cache").rglob("pixels.npy"))
        assert not prepared.give(index, index.rows(), PREPARATION)
    assert index.same_as(scan(root))


def test_an_image_that_changed_after_the_scan_is_not_among_those_prepared(
    root: Path, tmp_path: Path
) -> None:
    with closing(OnePass(PREPARATION, tmp_path / "cache")) as prepared:
        index = scan(root, prepared=prepared)
        (root / "a" / "p1_1.png").write_bytes((root / "a" / "p2_1.png").read_bytes())
        changed = scan(root, previous=index)
        assert not prepared.give(changed, changed.rows(), PREPARATION)
        assert prepared.give(index, index.rows(), PREPARATION)


SCANNER = """
import sys, time
from pathlib import Path
from xraylib.datasets.scan import scan
from xraylib.images.prepare import Preparation
from xraylib.loading.one_pass import OnePass
prepared = OnePass(Preparation(image_size=(24, 20)), Path(sys.argv[2]))
scan(sys.argv[1], prepared=prepared)
print("scanned", flush=True)
time.sleep(600)
"""


def test_a_plan_of_a_new_folder_decodes_each_image_once_for_copies_too(
    root: Path, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies are found as by who decodes again; of a folder too large for it nothing is seen."""
    pixels = np.asarray(Image.open(root / "a" / "p0_1.png"))
    Image.fromarray(pixels // 2 + 40).save(root / "b" / "p22_1.png")  # a changed copy of another
    train = TrainConfig(epochs=1, seed=0)
    place = Workspace(tmp_path / "one")
    plan = plan_run(root, model="small-cnn", train=train, preparation=PREPARATION, workspace=place)
    assert sorted(asked) == sorted(file.name for file in root.rglob("*.*"))
    again = divide_images(Images(index=plan.index), seed=0)
    np.testing.assert_array_equal(plan.split.train, again.train)
    np.testing.assert_array_equal(plan.split.val, again.val)
    with monkeypatch.context() as patch:
        patch.setattr(images, "MOST_COMPARED", 10)
        most = find_images(root, workspace=Workspace(tmp_path / "large"))
    assert most.seen is not None
    assert not most.seen.records


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_scan_that_was_killed_leaves_nothing_in_the_way(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    command = [sys.executable, "-c", SCANNER, str(root), str(cache)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "scanned\n"
        (left,) = cache.iterdir()
        with closing(OnePass(PREPARATION, cache)) as beside:  # that of a living scan stays
            scan(root, prepared=beside)
            assert left.exists()
        process.send_signal(signal.SIGKILL)
    with closing(OnePass(PREPARATION, cache)) as prepared:
        index: DatasetIndex = scan(root, prepared=prepared)
        assert not left.exists()
        assert prepared.give(index, index.rows(), PREPARATION)
    assert len(list(cache.iterdir())) == 1
