"""Folders and their names -> what each of them is. Nothing is opened here.

The rules, in this order: the root is found below folders that only wrap it; folders named like
splits are splits, above the classes or below them; numbered folders are folds, shards or patients
where their names say so; masks and what lies beside the data are left out and named; any other
folder is a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from xraylib.datasets.names import SplitName, class_of
from xraylib.datasets.reading.choice import ReadingChoice
from xraylib.datasets.reading.folder_names import (
    class_key,
    fold_of,
    is_aside,
    is_generic,
    names_annotations,
    names_masks,
    sort_of,
    split_of,
)
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.plan import Part, Role

_STRAY: Final = 0.34  # of the images may lie beside the folders in a wrapper
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
        self.masks_only = all(self._is_masks(one) for one in top.below) and not top.direct
        self.found = Understood(root=self._chosen_root() or self._root(top))

    def read(self) -> None:
        root, found = self.found.root, self.found
        self._beside(root)
        below = self._open(root)
        splits = [one for one in below if self._split(one) is not None]
        if splits:
            for one in below:
                split = self._split(one)
                if split is None:
                    self._leave(one, self._why_beside(one, splits))
                else:
                    self._classes(one, split)
            self._loose(root)
        elif (self.choice.folds is not False) and self._are(below, "folds"):
            found.sorts.append(("folds", root.path, len(below), root.total))
            for one in below:
                self._classes(one, "train", fold_of(one.name))
            self._loose(root)
        else:
            self._classes(root, "train")
        found.spellings = self._merge()

    # The root ---------------------------------------------------------------------------------

    def _chosen_root(self) -> Folder | None:
        if self.choice.root is None:
            return None
        return self.top.find(self.choice.root)

    def _root(self, top: Folder) -> Folder:
        """The folder below ``top`` where the splits, folds or classes stand."""
        folder = top
        while True:
            below = [one for one in self._open(folder, leave=False) if not self._is_masks(one)]
            if any(self._split(one) is not None for one in below):
                return folder
            if folder.direct or sort_of([one.name for one in below], folder.total):
                return folder
            inner = below[0] if len(below) == 1 else self._only_shaped(below)
            if inner is None or not self._wraps(inner):
                return folder
            folder = inner

    def _wraps(self, folder: Folder) -> bool:
        """Whether it only holds other folders, or images under a name that says nothing."""
        inside = [one for one in folder.below if not self._is_masks(one)]
        if folder.direct and not inside:
            return is_generic(folder.name)
        stray = len(inside) > 1 and folder.direct <= _STRAY * folder.total
        return bool(inside) and (not folder.direct or stray)

    def _only_shaped(self, folders: Sequence[Folder]) -> Folder | None:
        """The one of several folders that holds data, where the others lie beside it."""
        split = [one for one in folders if any(self._split(b) is not None for b in one.below)]
        shaped = [one for one in folders if len(one.below) > 1]
        for candidates in (split, shaped):
            if len(candidates) == 1:
                (inner,) = candidates
                others = [one for one in folders if one is not inner]
                aside = all(is_aside(one.name) for one in others)
                above = candidates is split and any(
                    self._split(b) is not None and b.below for b in inner.below
                )
                if (aside or above) and not is_aside(inner.name):
                    return inner
        return None

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
                    if self._is_masks(one):
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
        if len(below) == 1 and is_generic(below[0].name) and not self._said(below[0]):
            self._classes(below[0], split, fold)
            self._loose(folder)
            return
        for kind in ("shards", "patients"):
            if self._are(below, kind):
                self.found.sorts.append((kind, folder.path, len(below), folder.total))
                why = f"the folders in it look like {kind}"
                self._part(folder, "images", split=split, label="", fold=fold, reason=why)
                return
        self._loose(folder)
        aside = [one for one in below if is_aside(one.name) and not self._said(one)]
        for one in below:
            if one in aside and len(below) - len(aside) > 1:
                self._leave(one, "named like something beside the data")
            else:
                self._class(one, split, fold)

    def _class(self, folder: Folder, split: SplitName, fold: int | None) -> None:
        label = self._label(folder)
        if not label:
            self._leave(folder, NO_CLASS)
            return
        below = self._open(folder)
        splits = {one.path: self._split(one) for one in below}
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

    def _open(self, folder: Folder, *, leave: bool = True) -> list[Folder]:
        """The folders in it that are to be read; others are named on the way."""
        if leave:
            return [one for one in folder.below if not self._left(one)]
        return [one for one in folder.below if not self._matches(one, self.choice.leave_out)]

    def _left(self, folder: Folder) -> bool:
        """Whether the folder is left out, which is put down."""
        if folder in self.out:
            return True
        if self._matches(folder, self.choice.leave_out):
            self._leave(folder, LEFT_OUT)
        elif self._is_masks(folder) and not self.masks_only:
            self._part(folder, "masks", reason="named as masks")
        else:
            return False
        return True

    def _is_masks(self, folder: Folder) -> bool:
        if self._said(folder):
            return False
        if names_masks(folder.name):
            return True
        above = folder.above
        return (
            names_annotations(folder.name)
            and above is not None
            and any(is_generic(one.name) for one in above.below if one is not folder)
        )

    def _said(self, folder: Folder) -> bool:
        """Whether a person said that it is to be read."""
        named = (folder.path, class_of(folder.name))
        return self._matches(folder, self.choice.keep) or any(
            name in self.choice.classes for name in named
        )

    @staticmethod
    def _matches(folder: Folder, names: Sequence[str]) -> bool:
        return folder.path in names or folder.name in names

    def _split(self, folder: Folder) -> SplitName | None:
        said = self.choice.splits.get(folder.path, self.choice.splits.get(folder.name))
        if said is not None:
            return said  # type: ignore[return-value]  # ReadingChoice looked
        return None if self._said(folder) else split_of(folder.name)

    def _label(self, folder: Folder) -> str:
        name = class_of(folder.name)
        classes = self.choice.classes
        return classes.get(class_of(folder.path), classes.get(name, name))

    def _are(self, folders: Sequence[Folder], kind: str) -> bool:
        if any(self._said(one) for one in folders):
            return False
        if kind == "folds" and self.choice.folds and len(folders) > 1:
            return True
        images = sum(one.total for one in folders)
        return sort_of([one.name for one in folders], images) == kind

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

    def _merge(self) -> dict[str, tuple[str, ...]]:
        """Gives classes that differ in spelling alone the name of most training images."""
        parts = self.found.parts
        said = set(self.choice.classes.values())
        names: dict[str, dict[str, tuple[int, int]]] = {}
        for part in parts:
            if part.role == "class" and part.label and part.label not in said:
                of = names.setdefault(class_key(part.label), {})
                train, every = of.get(part.label, (0, 0))
                train += part.images if part.split == "train" else 0
                of[part.label] = (train, every + part.images)
        renamed: dict[str, str] = {}
        spellings: dict[str, tuple[str, ...]] = {}
        for of in names.values():
            if len(of) > 1 and self.choice.merge:
                best = max(sorted(of), key=lambda name: of[name])
                spellings[best] = tuple(sorted(of))
                renamed |= dict.fromkeys(of, best)
        for place, part in enumerate(parts):
            if part.role == "class" and part.label in renamed:
                name = renamed[part.label]
                reason = "" if name == part.label else f"written {part.label}"
                parts[place] = replace(part, label=name, reason=reason)
        return spellings
