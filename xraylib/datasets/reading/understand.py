"""Folders and their names -> what each of them is. Nothing is opened here.

The rules, in this order: the root is found below folders that only wrap it; folders named like
splits are splits, above the classes or below them; numbered folders are folds, shards or patients
where their names say so; masks and what lies beside the data are left out and named; any other
folder is a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from xraylib.datasets.names import SplitName
from xraylib.datasets.reading.choice import ReadingChoice
from xraylib.datasets.reading.folder_names import (
    class_key,
    fold_of,
    is_aside,
    is_generic,
    split_of,
)
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.plan import Part, Role
from xraylib.datasets.reading.root_folder import find_root
from xraylib.datasets.reading.said import Said
from xraylib.datasets.reading.siblings import are_groups, same_inside
from xraylib.datasets.reading.spellings import merge_spellings

LEFT_OUT: Final = "you left it out"
NO_CLASS: Final = "its images have no class, as you said"


@dataclass
class Understood:
    """What was understood.

    Attributes:
        root: The folder with the data.
        parts: What each folder is.
        spellings: Names of one class, where there are several.
        sorts: ``(kind of folders, the folder they are in, how many, images)`` of folders that
            look like shards, patients or folds.
    """

    root: Folder
    parts: list[Part] = field(default_factory=list)
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sorts: list[tuple[str, str, int, int]] = field(default_factory=list)


def understand(top: Folder, choice: ReadingChoice) -> Understood:
    """What every folder with images is.

    Args:
        top: The data set's folder.
        choice: Decisions that go before what names say.
    """
    reader = _Reader(top, choice)
    reader.read()
    return reader.found


class _Reader:
    def __init__(self, top: Folder, choice: ReadingChoice) -> None:
        self.top = top
        self.choice = choice
        self.out: set[Folder] = set()
        self.said = Said(top, choice)
        self.found = Understood(root=find_root(top, self.said))

    def read(self) -> None:
        root, found = self.found.root, self.found
        self._beside(root)
        below = self._open(root)
        splits = [one for one in below if self.said.split(one) is not None]
        if splits:
            self._splits(below, splits)
            self._loose(root)
        elif (self.choice.folds is not False) and self.said.are(below, "folds"):
            self._folds(root, below)
            self._loose(root)
        elif not self._sets(root, below):
            self._classes(root, "train")
        found.spellings = merge_spellings(found.parts, self.choice)

    def _sets(self, root: Folder, below: Sequence[Folder]) -> bool:
        """Folders that each hold splits: all of places, of other sets the largest, are read."""
        inner = {one: self.said.unwrapped(one) for one in below}
        if len(below) < 2 or any(self.said.said(one) for one in below):
            return False
        for one in inner.values():
            parts = self.said.unmasked(one)
            splits = {self.said.split(part) for part in parts}
            if "train" not in splits or None in splits or len(splits) < 2:
                return False
            if any(len(self.said.unmasked(part)) < 2 for part in parts):
                return False  # splits below classes
        places = are_groups([one.name for one in below])
        largest = max(below, key=self.said.unmasked_images)
        kind = "groups" if places else "divisions"
        self.found.sorts.append((kind, root.path, len(below), root.total))
        for one in below:
            if places or one is largest:
                self._splits(parts := self._open(inner[one]), parts)
            else:
                self._leave(one, f"another set with splits of its own beside {largest.name}")
        self._loose(root)
        return True

    def _splits(self, below: Sequence[Folder], splits: Sequence[Folder]) -> None:
        """Folders of splits, and what lies beside them."""
        others = [one for one in below if one not in splits]
        trains = any(self.said.split(one) == "train" for one in splits)
        for one in splits:
            named = self.said.worded(one)
            split = self.said.split(one)
            assert split is not None  # it is one of the splits
            if named and named.label:
                self._whole(one, split, named.label, None)
            else:
                self._classes(one, split)
        if not trains and others and self.said.are(others, "folds"):
            self._folds(others[0].above or self.top, others)
        elif not trains and self._holds_classes_of(splits, others):
            for one in others:
                self._class(one, "train", None)
        else:
            for one in others:
                self._leave(one, self._why_beside(one, splits))

    def _folds(self, above: Folder, folds: Sequence[Folder], split: SplitName = "train") -> None:
        """Folders of folds; where each holds splits of its own, only the first is read."""
        first, *others = folds
        images = sum(one.total for one in folds)
        inner = self.said.kept(first)
        if inner and all(self.said.split(one) is not None for one in inner):
            self.found.sorts.append(("divisions", above.path, len(folds), images))
            self._splits(self._open(first), inner)
            for one in others:
                self._leave(one, f"another division of the images in {first.name}")
            return
        self.found.sorts.append(("folds", above.path, len(folds), images))
        numbers = [fold_of(one.name) for one in folds]
        if None in numbers or len(set(numbers)) < len(numbers):
            numbers = list(range(1, len(folds) + 1))
        for one, number in zip(folds, numbers, strict=True):
            self._classes(one, split, number)

    def _holds_classes_of(self, splits: Sequence[Folder], others: Sequence[Folder]) -> bool:
        """Whether folders beside a test folder are the classes that are in it."""
        asked = {class_key(one.name) for split in splits for one in split.below}
        return len(asked) > 1 and asked <= {class_key(one.name) for one in others}

    def _beside(self, root: Folder) -> None:
        """Everything outside the root is named."""
        if root is self.top:
            return
        folder = self.top
        path = set(root.up())
        while folder is not root:
            self._loose(folder)
            (inner,) = (one for one in folder.below if one in path)
            for one in folder.below:
                if one is not inner:
                    if self.said.is_masks(one):
                        self._part(one, "masks", reason="named as masks")
                    else:
                        self._leave(one, f"beside the data in {root.path}/")
            folder = inner

    # Classes ----------------------------------------------------------------------------------

    def _classes(self, folder: Folder, split: SplitName, fold: int | None = None) -> None:
        """The folders of a split, of a fold, or of a set without either."""
        below = self._open(folder)
        if not below:
            self._part(folder, "images", split=split, label="", fold=fold)
            return
        if len(below) == 1 and self._says_no_more(below[0]):
            self._classes(below[0], split_of(below[0].name) or split, fold)
            self._loose(folder)
            return
        if self.choice.folds is not False and self.said.are(below, "folds"):
            self._folds(folder, below, split)
            self._loose(folder)
            return
        if self._groups(folder, below):
            for one in below:
                self._classes(one, split, fold)
            self._loose(folder)
            return
        for kind in ("shards", "patients"):
            if self.said.are(below, kind):
                self.found.sorts.append((kind, folder.path, len(below), folder.total))
                why = f"the folders in it look like {kind}"
                self._part(folder, "images", split=split, label="", fold=fold, reason=why)
                return
        self._loose(folder)
        aside = [one for one in below if is_aside(one.name) and not self.said.said(one)]
        for one in below:
            if one in aside and len(below) - len(aside) > 1:
                self._leave(one, "named like something beside the data")
            else:
                self._class(one, split, fold)

    def _says_no_more(self, folder: Folder) -> bool:
        """Whether the one folder in a folder is its contents: ``train/images``, ``train/train``,
        ``Evaluation_Set/Validation``."""
        if self.said.said(folder):
            return False
        return is_generic(folder.name) or split_of(folder.name) is not None

    def _groups(self, folder: Folder, below: Sequence[Folder]) -> bool:
        """Whether the folders are places, sides or versions, each with the same classes in it."""
        if any(self.said.said(one) or one.direct for one in below):
            return False
        inside = [[b.name for b in self.said.unmasked(one)]
                  for one in below]  # fmt: skip
        if not same_inside(inside):
            return False
        names = [one.name for one in below]
        groups = are_groups(names) or self.said.are(below, "shards")
        if groups == are_groups(inside[0]) and not groups:
            kind = "alike"
        elif not groups:
            return False
        else:
            kind = "groups"
        self.found.sorts.append((kind, folder.path, len(below), folder.total))
        return groups

    def _class(self, folder: Folder, split: SplitName, fold: int | None) -> None:
        label = self.said.label(folder)
        if not label:
            self._leave(folder, NO_CLASS)
            return
        below = self._open(folder)
        splits = {one.path: self.said.split(one) for one in below}
        if below and not folder.direct and all(splits.values()):
            for one in below:
                self._whole(one, splits[one.path] or split, label, fold)
        else:
            self._whole(folder, split, label, fold)

    def _whole(self, folder: Folder, split: SplitName, label: str, fold: int | None) -> None:
        """The folder with all that is in it, but for masks."""
        pending = list(folder.below)
        while pending:
            one = pending.pop()
            if self._left(one):
                continue
            pending += one.below
        self._part(folder, "class", split=split, label=label, fold=fold)

    # What is said of a folder -----------------------------------------------------------------

    def _open(self, folder: Folder) -> list[Folder]:
        """The folders in it that are to be read; others are named on the way."""
        return [one for one in folder.below if not self._left(one)]

    def _left(self, folder: Folder) -> bool:
        """Whether the folder is left out, which is put down."""
        if folder in self.out:
            return True
        if self.said.matches(folder, self.choice.leave_out):
            self._leave(folder, LEFT_OUT)
        elif self.said.is_masks(folder) and not self.said.masks_only:
            self._part(folder, "masks", reason="named as masks")
        else:
            return False
        return True

    def _why_beside(self, folder: Folder, splits: Sequence[Folder]) -> str:
        inside = {one.name for one in folder.below}
        if {one.name for one in splits} <= inside:
            return "a second copy of the splits"
        return "beside the splits, and named like none"

    # Putting down -----------------------------------------------------------------------------

    def _leave(self, folder: Folder, reason: str) -> None:
        self._part(folder, "left out", reason=reason)

    def _loose(self, folder: Folder) -> None:
        """Images that lie beside folders of classes or splits."""
        if folder.direct:
            path = f"{folder.path}/*" if folder.path else "*"
            reason = "images beside the folders"
            part = Part(path=path, role="left out", images=folder.direct, reason=reason)
            self._put(folder, part)

    def _part(
        self,
        folder: Folder,
        role: Role,
        *,
        split: SplitName | None = None,
        label: str | None = None,
        fold: int | None = None,
        reason: str = "",
    ) -> None:
        part = Part(
            path=folder.path,
            role=role,
            images=folder.total - folder.out,
            split=split,
            label=label,
            fold=fold,
            reason=reason,
        )
        if not part.is_read:
            self.out.add(folder)
        self._put(folder, part)

    def _put(self, folder: Folder, part: Part) -> None:
        self.found.parts.append(part)
        if not part.is_read:
            for one in folder.up():
                one.out += part.images
