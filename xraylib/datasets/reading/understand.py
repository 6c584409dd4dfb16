"""Folders and their names -> what each of them is. Nothing is opened here.

The rules, in this order: the root is found below folders that only wrap it; folders named like
splits are splits, above the classes or below them; numbered folders are folds, shards or patients
where their names say so; masks and what lies beside the data are left out and named; any other
folder is a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xraylib.datasets.names import SplitName
from xraylib.datasets.reading.folder_names import (
    fold_of,
    is_aside,
    is_generic,
    is_pictures,
    is_unlabelled,
    is_xray,
    split_of,
)
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.siblings import are_groups, are_places, same_inside
from xraylib.datasets.reading.spellings import merge_spellings
from xraylib.datasets.reading.understood import LEFT_OUT, NO_CLASS, Notes, Understood


def understand(top: Folder, choice: ReadingChoice, *, has_tables: bool = False) -> Understood:
    """What every folder with images is.

    Args:
        top: The data set's folder.
        choice: Decisions that go before what names say.
        has_tables: Whether tables lie there, which may tell classes where one folder does not.
    """
    reader = _Reader(top, choice)
    reader.read()
    if has_tables:
        _unname_the_only_class(reader.found, choice)
    return reader.found


def _unname_the_only_class(found: Understood, choice: ReadingChoice) -> None:
    """Where all images would be of one class, the name of their folder tells none apart."""
    labels = {part.label for part in found.parts if part.role == "class"}
    if len(labels) == 1 and not labels & set(choice.classes.values()):
        why = "the only folder; a table may tell classes"
        found.parts = [
            replace(part, role="images", label="", reason=why) if part.role == "class" else part
            for part in found.parts
        ]


class _Reader(Notes):
    def read(self) -> None:
        root, found = self.found.root, self.found
        self._beside(root)
        below = self._open(root)
        splits = [one for one in below if self.said.split(one) is not None]
        if splits:
            self._splits(below, splits)
            self.loose(root)
        elif (self.choice.folds is not False) and self.said.are(below, "folds"):
            self._folds(root, below)
            self.loose(root)
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
        largest = max(below, key=lambda one: (is_xray(one.name), self.said.unmasked_images(one)))
        kind = "groups" if places else "sets"
        self.found.sorts.append((kind, root.path, len(below), root.total))
        for one in below:
            if places or one is largest:
                self._splits(parts := self._open(inner[one]), parts)
            else:
                self.leave(one, f"another set with splits of its own beside {largest.name}")
        self.loose(root)
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
        elif not trains and (data := self._to_train_on(others)):
            for one in others:
                if one not in data:
                    self.leave(one, self._why_beside(one, splits))
                elif is_generic(one.name):
                    self._classes(one, "train")
                else:
                    self._class(one, "train", None)
        else:
            for one in others:
                self.leave(one, self._why_beside(one, splits))

    def _folds(self, above: Folder, folds: Sequence[Folder], split: SplitName = "train") -> None:
        """Folders of folds; where each holds splits of its own, only the first is read."""
        first, *others = folds
        images = sum(one.total for one in folds)
        inner = self.said.kept(first)
        if inner and all(self.said.split(one) is not None for one in inner):
            self.found.sorts.append(("divisions", above.path, len(folds), images))
            self._splits(self._open(first), inner)
            for one in others:
                self.leave(one, f"another division of the images in {first.name}")
            return
        self.found.sorts.append(("folds", above.path, len(folds), images))
        numbers = [fold_of(one.name) for one in folds]
        if None in numbers or len(set(numbers)) < len(numbers):
            numbers = list(range(1, len(folds) + 1))
        for one, number in zip(folds, numbers, strict=True):
            self._classes(one, split, number)

    def _to_train_on(self, others: Sequence[Folder]) -> list[Folder]:
        """What lies beside a test folder and is for training: ``images``, or two folders and more
        whose names do not say that they are no classes."""
        named = [one for one in others if is_generic(one.name)]
        if len(named) == 1:
            return named
        data = [one for one in others if not (is_aside(one.name) or is_unlabelled(one.name))]
        return data if len(data) > 1 else []

    def _beside(self, root: Folder) -> None:
        """Everything outside the root is named."""
        if root is self.top:
            return
        folder = self.top
        path = set(root.up())
        while folder is not root:
            self.loose(folder)
            (inner,) = (one for one in folder.below if one in path)
            for one in folder.below:
                if one is not inner:
                    if self.said.is_masks(one):
                        self.part(one, "masks", reason="named as masks")
                    else:
                        self.leave(one, f"beside the data in {root.path}/")
            folder = inner

    # Classes ----------------------------------------------------------------------------------

    def _classes(self, folder: Folder, split: SplitName, fold: int | None = None) -> None:
        """The folders of a split, of a fold, or of a set without either."""
        below = self._labelled(self._open(folder))
        if not below:
            self.part(folder, "images", split=split, label="", fold=fold)
            return
        if len(below) == 1 and self._says_no_more(below[0]):
            self._classes(below[0], split_of(below[0].name) or split, fold)
            self.loose(folder)
            return
        if self.choice.folds is not False and self.said.are(below, "folds"):
            self._folds(folder, below, split)
            self.loose(folder)
            return
        if self._groups(folder, below):
            for one in below:
                self._classes(one, split, fold)
            self.loose(folder)
            return
        for kind in ("shards", "patients"):
            if self.said.are(below, kind):
                self.found.sorts.append((kind, folder.path, len(below), folder.total))
                if kind == "patients":
                    self.found.people.append(folder)
                why = f"the folders in it look like {kind}"
                self.part(folder, "images", split=split, label="", fold=fold, reason=why)
                return
        self.loose(folder)
        named = [one for one in below if not self.said.said(one)]
        aside = [one for one in named if is_aside(one.name)]
        pictures = [one for one in named if is_pictures(one.name)]
        if len(pictures) == 1 and len(below) - len(aside) == 2 and len(named) == len(below):
            for one in below:
                if one not in pictures:
                    self.leave(one, f"beside the images in {pictures[0].name}/")
            self._classes(pictures[0], split, fold)
            return
        aside += pictures
        for one in below:
            if one in aside and len(below) - len(aside) > 1:
                self.leave(one, "named like something beside the data")
            else:
                self._class(one, split, fold)

    def _labelled(self, below: list[Folder]) -> list[Folder]:
        """Without folders named ``unlabelled`` or ``extra``, which are left out beside others."""
        out = [one for one in below if is_unlabelled(one.name) and not self.said.said(one)]
        if len(out) == len(below):
            return below
        for one in out:
            self.leave(one, "named as images without a class")
        return [one for one in below if one not in out]

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
            return self._places_of_patients(folder, below)
        names = [one.name for one in below]
        numbers = all(name.isdigit() for name in names)
        groups = are_groups(names) or numbers or self.said.are(below, "shards")
        if groups == are_groups(inside[0]) and not groups:
            kind = "alike"
        elif not groups:
            return False
        else:
            kind = "groups"
        self.found.sorts.append((kind, folder.path, len(below), folder.total))
        return groups

    def _places_of_patients(self, folder: Folder, below: Sequence[Folder]) -> bool:
        """Whether the folders are places, and each holds patients."""
        if len(below) < 2 or not are_places([one.name for one in below]):
            return False
        if not all(self.said.are(one.below, "patients") for one in below):
            return False
        self.found.sorts.append(("groups", folder.path, len(below), folder.total))
        return True

    def _class(self, folder: Folder, split: SplitName, fold: int | None) -> None:
        label = self.said.label(folder)
        if not label:
            self.leave(folder, NO_CLASS)
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
        if folder.total > folder.out:
            self.part(folder, "class", split=split, label=label, fold=fold)
        if not folder.direct and self.said.are(folder.below, "patients"):
            self.found.people.append(folder)

    # What is said of a folder -----------------------------------------------------------------

    def _open(self, folder: Folder) -> list[Folder]:
        """The folders in it that are to be read; others are named on the way."""
        return [one for one in folder.below if not self._left(one)]

    def _left(self, folder: Folder) -> bool:
        """Whether the folder is left out, which is put down."""
        if folder in self.out:
            return True
        if self.said.matches(folder, self.choice.leave_out):
            self.leave(folder, LEFT_OUT)
        elif self.said.is_masks(folder) and not self.said.masks_only:
            self.part(folder, "masks", reason="named as masks")
        elif self.said.is_copy(folder):
            self.leave(folder, "a second copy of what lies beside it")
        else:
            return False
        return True

    def _why_beside(self, folder: Folder, splits: Sequence[Folder]) -> str:
        inside = {one.name for one in folder.below}
        if {one.name for one in splits} <= inside:
            return "a second copy of the splits"
        return "beside the splits, and named like none"
