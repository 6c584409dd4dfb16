"""What ends a run, told with its cause: a full disk, images that are gone, an unforeseen end."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_runs import learnt, make_run, tiny_spec, train_here, write_images
from until import until

from xraylib.datasets.scan import DatasetIndex
from xraylib.errors import PathError, RunError
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.loop.run_images import split_of
from xraylib.training.process.progress import describe_failure
from xraylib.training.run.derived import clone_run
from xraylib.workspace import Workspace

FULL = {
    "code": "disk-full",
    "message": "The disk is full. Expected room for checkpoints, curves and results. Do this: free "
    "some space, then resume the run.",
}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB, where this process may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no permission to mount a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.xdist_group("tensorflow")
def test_a_full_disk_ends_a_run_with_its_cause_and_the_last_checkpoint_loads(
    small_disk: Path, images: Path
) -> None:
    workspace = Workspace(small_disk / "workspace")
    run = make_run(workspace, images, tiny_spec(dropout=True), epochs=2)
    train_here(run)
    assert run.status().state == "finished"
    again = make_run(workspace, images, tiny_spec(dropout=True), epochs=400)
    rest = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(bytes((rest.f_bavail - 30) * rest.f_frsize))
    train_here(again)
    status = again.status()
    assert status.state == "failed"
    assert status.error is not None
    assert status.error["code"] == "disk-full"
    assert "disk is full" in status.error["message"]
    assert CheckpointStore(run.folder / "checkpoint").load() is not None
    assert not list(run.folder.parent.glob("*/checkpoint/.draft"))
    if list((again.folder / "checkpoint").glob("[0-9]*")):
        assert CheckpointStore(again.folder / "checkpoint").load() is not None
    (small_disk / "filler").unlink()
    other = make_run(workspace, images, tiny_spec(dropout=True), epochs=1)
    train_here(other)
    assert other.status().state == "finished"


def test_a_full_disk_is_recognised_behind_other_errors() -> None:
    error = PathError("Cannot write x", expected="room", remedy="free some", code="cannot-write")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert describe_failure(error) == FULL
    wrapped = RuntimeError("unable to write")
    wrapped.__context__ = OSError(errno.EDQUOT, "Disk quota exceeded")
    assert describe_failure(wrapped) == FULL
    told = describe_failure(OSError("Can't write data: errno = 28, No space left on device"))
    assert told == FULL


@pytest.mark.xdist_group("tensorflow")
def test_a_data_set_that_was_removed_is_said_in_one_sentence(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = write_images(tmp_path / "images")
    run = make_run(workspace, images, tiny_spec())
    shutil.rmtree(images)
    train_here(run)
    status = run.status()
    assert status.state == "failed"
    assert status.error == {
        "code": "removed",
        "message": f"The folder of the images, {images}, is gone. Expected the same images as when "
        "the run was made. Do this: put the folder back and resume the run, or train on another.",
    }


@pytest.mark.xdist_group("tensorflow")
def test_an_image_with_other_contents_of_the_same_size_and_one_that_is_gone_are_noticed(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = write_images(tmp_path / "images")
    run = make_run(workspace, images, tiny_spec())
    image = sorted((images / "train" / "dark").iterdir())[5]
    other = bytearray(image.read_bytes())
    other[len(other) // 2] ^= 1
    image.write_bytes(bytes(other))
    train_here(run)
    error = run.status().error
    assert error is not None
    assert error["code"] == "changed"
    told = f"The image train/dark/{image.name} cannot be used any more: "
    assert error["message"].startswith(told)
    image.unlink()
    again = clone_run(run)
    train_here(again)
    error = again.status().error
    assert error is not None
    assert (error["code"], again.record().error) == ("changed", error)
    assert error["message"].startswith(told)


@pytest.mark.xdist_group("tensorflow")
def test_images_that_change_while_a_run_trains_change_nothing_of_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = write_images(tmp_path / "images")
    undisturbed, disturbed, late = (
        make_run(workspace, images, tiny_spec(), epochs=40) for _ in range(3)
    )
    train_here(undisturbed)
    shutil.rmtree(workspace.cache)  # the second reads its images itself
    training = threading.Thread(target=train_here, args=(disturbed,))
    training.start()
    until(lambda: disturbed.epochs())
    dark = sorted((images / "train" / "dark").iterdir())
    dark[0].unlink()
    dark[1].write_bytes(dark[2].read_bytes())
    images.rename(tmp_path / "elsewhere")
    write_images(images, ("bright", "dark"))  # another data set in its place, the classes changed
    assert not disturbed.status().is_final
    training.join()
    assert learnt(disturbed) == learnt(undisturbed)
    # A run that finds them prepared needs none of them; one that has to read refuses the others.
    train_here(late)
    assert learnt(late) == learnt(undisturbed)
    shutil.rmtree(workspace.cache)
    again = clone_run(late)
    train_here(again)
    assert (again.record().error or {})["code"] == "changed"


def test_a_split_that_names_another_image_or_class_ends_the_run_with_the_reason(
    workspace: Workspace, images: Path
) -> None:
    run = make_run(workspace, images, tiny_spec())
    file = run.folder / "split.csv"
    written = file.read_text()
    for column, text in (("path", "elsewhere/"), ("label", "odd"), ("split", "odd")):
        first, second, *rest = written.splitlines()
        cells = dict(zip(first.split(","), second.split(","), strict=True))
        cells[column] = text
        file.write_text("\n".join([first, ",".join(cells.values()), *rest]) + "\n")
        with pytest.raises(RunError) as caught:
            split_of(run, DatasetIndex.load(run.folder / "index.parquet"))
        assert str(caught.value) == (
            f"The run's split.csv names a {column} that is not among its images. Expected the "
            "files that were written when the run was made. Do this: restore them, or start a "
            "new run."
        )
