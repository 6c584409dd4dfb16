"""Masks that lie among their images: ``case 1_mask.png`` beside ``case 1.png``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.plan import Part

MASKS_AMONG: Final = "*mask*"
_MASK: Final = re.compile(r"masks?[-_ ]+(.+)|(.+?)[-_ ]*(?<=[-_ a-z])masks?(?:[-_ ]?\d+)?", re.I)


def masks_among(
    paths: Sequence[str],
    folder_of: Sequence[int],
    folders: Sequence[Folder],
    kept: NDArray[np.bool_],
    keep: Sequence[str],
) -> list[Part]:
    """Takes masks out of what is kept, where the image that each is of lies in the same folder.

    Args:
        paths: Of the files, with ``/``.
        folder_of: The number of each one's folder.
        folders: By number.
        kept: Whether each is an image; changed.
        keep: Folders of which a person said that they are read.

    Returns:
        A part for each folder with such masks.
    """
    found: dict[int, list[tuple[int, str]]] = {}
    for place in np.flatnonzero(kept).tolist():
        name = paths[place].rpartition("/")[2]
        if "mask" in name.casefold() and (told := _MASK.fullmatch(name.rpartition(".")[0])):
            found.setdefault(folder_of[place], []).append((place, told[1] or told[2]))
    if not found:
        return []
    stems: dict[int, set[str]] = {number: set() for number in found}
    for place in np.flatnonzero(kept).tolist():
        if (of := stems.get(folder_of[place])) is not None:
            of.add(paths[place].rpartition("/")[2].rpartition(".")[0])
    parts = []
    for number, named in found.items():
        folder = folders[number]
        path = f"{folder.path}/{MASKS_AMONG}".lstrip("/")
        masks = [place for place, image in named if image in stems[number]]
        if masks and not {path, folder.path, folder.name} & set(keep):
            kept[masks] = False
            why = "named as masks of the images beside them"
            parts.append(Part(path=path, role="masks", images=len(masks), reason=why))
    return parts
