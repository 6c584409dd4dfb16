"""Small pictures that are kept: damaged ones are made again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from damages import ANY
from small_images import make_images

from xraylib.datasets import thumbnails
from xraylib.datasets.catalog import add_dataset, open_dataset
from xraylib.workspace import Workspace


@pytest.mark.parametrize("damage", [ANY[name] for name in ANY if name != "a folder"])
def test_a_kept_picture_that_was_damaged_is_made_again(
    damage: Callable[[Path], None], workspace: Workspace, tmp_path: Path
) -> None:  # fmt: skip
    add_dataset(make_images(tmp_path / "images"), "six", workspace=workspace)
    index = open_dataset("six", workspace=workspace)
    whole = thumbnails.thumbnail("six", index, 0, workspace=workspace)
    (file,) = (workspace.datasets / "six" / "thumbnails").rglob("*.jpg")
    assert file.read_bytes() == whole
    damage(file)
    index.memo.clear()  # as in another process
    assert thumbnails.thumbnail("six", index, 0, workspace=workspace) == whole
    assert file.read_bytes() == whole
