"""The folder where splits, folds or classes stand, below folders that only wrap it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xraylib.datasets.reading.folder_names import is_aside, is_generic, sort_of
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.said import Said

_STRAY: Final = 0.34  # of the images may lie beside the folders in a wrapper


def find_root(top: Folder, said: Said) -> Folder:
    """The folder that a person named, or the first below ``top`` that wraps no other."""
    chosen = None if said.choice.root is None else top.find(said.choice.root)
    return chosen or _Search(said).root(top)


class _Search:
    def __init__(self, said: Said) -> None:
        self.said = said

    def root(self, top: Folder) -> Folder:
        """The folder below ``top`` where the splits, folds or classes stand."""
        folder = top
        while True:
            below = self.said.unmasked(folder)
            if any(self.said.split(one) is not None for one in below):
                return folder
            if folder.direct > _STRAY * folder.total:
                return folder
            if sort_of([one.name for one in below], folder.total):
                return folder
            inner = below[0] if len(below) == 1 else self._only_shaped(below)
            if inner is None or not self._wraps(inner):
                return folder
            folder = inner

    def _wraps(self, folder: Folder) -> bool:
        """Whether it only holds other folders, or images under a name that says nothing."""
        inside = [one for one in folder.below if not self.said.is_masks(one)]
        if folder.direct and not inside:
            return is_generic(folder.name)
        several = len(inside) > 1 or self._divided(folder)
        stray = several and folder.direct <= _STRAY * folder.total
        return bool(inside) and (not folder.direct or stray)

    def _only_shaped(self, folders: Sequence[Folder]) -> Folder | None:
        """The one of several folders that holds data, where the others lie beside it."""
        folders = [one for one in folders if not is_aside(one.name)] or folders
        if len(folders) == 1 and len(folders[0].below) > 1:
            return folders[0]
        split = [one for one in folders if self._divided(one)]
        shaped = [one for one in folders if len(one.below) > 1]
        for candidates in (split, shaped):
            if len(candidates) == 1:
                (inner,) = candidates
                others = [one for one in folders if one is not inner]
                aside = all(is_aside(one.name) for one in others)
                above = candidates is split and self._divided(inner, classes=True)
                if (aside or above) and (candidates is split or not is_aside(inner.name)):
                    return inner
        return None

    def _divided(self, folder: Folder, *, classes: bool = False) -> bool:
        """Whether splits stand right in it, or in the one folder that it wraps."""
        while True:
            splits = [one for one in folder.below if self.said.split(one) is not None]
            if splits:
                return not classes or any(one.below for one in splits)
            if len(folder.below) != 1:
                return False
            (folder,) = folder.below
