"""The folder that images are in. The standard library alone, so that asking costs nothing."""

from __future__ import annotations

import os
from pathlib import Path

from xraylib.errors import DatasetError, PathError
from xraylib.settings import read_settings
from xraylib.workspace import resolve_inside


def check_root(root: Path) -> Path:
    """The folder with every link followed.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder`` and ``folder-unreadable``.
    """
    remedy = "check the spelling, or choose another folder"
    try:
        if not root.exists():
            raise DatasetError(
                f"There is no folder {str(root)!r}",
                expected="a folder with images",
                remedy=remedy,
                code="folder-missing",
            )
        if not root.is_dir():
            raise DatasetError(
                f"{str(root)!r} is a file",
                expected="a folder with one folder of images for each class",
                remedy="choose the folder that the images are in",
                code="not-a-folder",
            )
        os.scandir(root).close()
        return root.resolve()
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"The folder {str(root)!r} cannot be read ({getattr(error, 'strerror', error)})",
            expected="a folder that this program may read",
            remedy="check the folder's permissions",
            code="folder-unreadable",
        ) from None


def image_file(root: Path, path: str) -> Path:
    """Where an image of the data set in ``root`` is on disk, with every link followed.

    Raises:
        PathError: code ``path-outside``: it leads neither into ``root`` nor under a data root.
    """
    try:
        return resolve_inside(root, path)
    except PathError:
        if ".." in path.split("/") or path.startswith("/") or "\0" in path:
            raise
        target = (root / path).resolve()
        for allowed in read_settings().data_roots:
            if target.is_relative_to(allowed.resolve()):
                return target
        raise
