"""What the name of a folder says where it stands, and what a person said of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from xraylib.datasets.names import SplitName, class_of
from xraylib.datasets.reading.folder_names import (
    is_generic,
    names_annotations,
    names_masks,
    sort_of,
    split_of,
)
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.siblings import Named, worded_splits

_REGISTERED: Final = re.compile(r"\d{20}")


def _holds_an_archive(folder: Folder) -> bool:
    """Whether a folder with a bare number holds images with the long numbers of a hospital's
    archive: a part of PadChest, where a grade would have names that somebody gave."""
    return (
        folder.name.isdigit() and bool(folder.names) and all(map(_REGISTERED.search, folder.names))
    )


class Said:
    """Asked of each folder; a person's decisions go before names.

    Args:
        top: The data set's folder.
        choice: The decisions.
    """

    def __init__(self, top: Folder, choice: ReadingChoice) -> None:
        self.choice = choice
        self.words: dict[Folder, dict[str, Named]] = {}
        self.names: dict[Folder, frozenset[str]] = {}
        self.masks_only = all(self.is_masks(one) for one in top.below) and not top.direct

    def is_copy(self, folder: Folder) -> bool:
        """Whether it holds once more what lies beside it, as archives that were unpacked twice do,
        and a person said nothing of it."""
        above = folder.above
        if above is None or not folder.below:
            return False
        if above not in self.names:
            self.names[above] = frozenset(one.name for one in self.unmasked(above))
        names = self.names[above]
        beside = len(names) - (folder.name in names)
        if not 0 < beside <= len(folder.below) or (beside == 1 and folder.name != above.name):
            return False
        inside = {one.name for one in self.kept(folder)} | {folder.name}
        return names <= inside and not self.said(folder) and self.split(folder) is None

    def kept(self, folder: Folder) -> list[Folder]:
        """The folders in it, without those that a person left out."""
        return [one for one in folder.below if not self.matches(one, self.choice.leave_out)]

    def unmasked(self, folder: Folder) -> list[Folder]:
        """Of these the ones that hold no masks."""
        return [one for one in self.kept(folder) if not self.is_masks(one)]

    def unmasked_images(self, folder: Folder) -> int:
        """How many images are in it that are no masks."""
        below = self.unmasked(folder)
        return folder.direct + sum(self.unmasked_images(one) for one in below)

    def unwrapped(self, folder: Folder) -> Folder:
        """The first folder in it that holds more than one folder."""
        below = self.unmasked(folder)
        while len(below) == 1 and not folder.direct:
            (folder,) = below
            below = self.unmasked(folder)
        return folder

    def is_masks(self, folder: Folder) -> bool:
        if self.said(folder):
            return False
        if names_masks(folder.name):
            return True
        above = folder.above
        return (
            names_annotations(folder.name)
            and above is not None
            and any(
                is_generic(one.name) or split_of(one.name) is not None
                for one in above.below
                if one is not folder
            )
        )

    def said(self, folder: Folder) -> bool:
        """Whether a person said that it is to be read."""
        named = (folder.path, class_of(folder.name))
        return self.matches(folder, self.choice.keep) or any(
            name in self.choice.classes for name in named
        )

    @staticmethod
    def matches(folder: Folder, names: Sequence[str]) -> bool:
        return folder.path in names or folder.name in names

    def split(self, folder: Folder) -> SplitName | None:
        said = self.choice.splits.get(folder.path, self.choice.splits.get(folder.name))
        if said is not None:
            return said  # type: ignore[return-value]  # ReadingChoice looked
        if self.said(folder):
            return None
        named = self.worded(folder)
        return split_of(folder.name) or (named.split if named else None)

    def worded(self, folder: Folder) -> Named | None:
        """What a name says beside those of its siblings, where none is a split by itself."""
        above = folder.above
        if above is None:
            return None
        if above not in self.words:
            names = [one.name for one in above.below if not self.is_masks(one)]
            plain = any(split_of(name) for name in names)
            self.words[above] = {} if plain else worded_splits(names)
        return self.words[above].get(folder.name)

    def label(self, folder: Folder) -> str:
        name = class_of(folder.name)
        classes = self.choice.classes
        return classes.get(class_of(folder.path), classes.get(name, name))

    def are(self, folders: Sequence[Folder], kind: str) -> bool:
        if any(self.said(one) for one in folders):
            return False
        if kind == "folds" and self.choice.folds and len(folders) > 1:
            return True
        if kind == "shards" and all(map(_holds_an_archive, folders)):
            return True
        images = sum(one.total for one in folders)
        return sort_of([one.name for one in folders], images) == kind
