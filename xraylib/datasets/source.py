"""Images as a command or a program names them: a folder, or a data set of the workspace.

A folder that is a data set of the workspace is that data set: what was decided about it on the page
holds for whoever names the folder. What is known of other folders is kept in
``workspace/folders/<key>/``, so that looking a second time opens only what is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from xraylib.arguments import PathLike, as_path
from xraylib.datasets.catalog import (
    add_dataset,
    change_dataset,
    find_dataset,
    list_datasets,
)
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.dataset_ref import DatasetRef, dataset_folder
from xraylib.datasets.index.kept import INDEX_FILE, open_kept
from xraylib.datasets.root import check_root
from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN
from xraylib.errors import DatasetError
from xraylib.images.descriptors import TakesLooks
from xraylib.images.prepare import TakesPrepared
from xraylib.workspace import Workspace, WorkspaceLike

FOLDERS: Final = "folders"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Images, and what was decided about them.

    Attributes:
        name: Of the data set in the workspace; ``""`` for a folder that is none.
        curation: What was decided, by the data set and then by whoever asks.
        index: All images, as their folders have them.
        home: The folder of the workspace in which what is known of them is kept.
        is_changed: Whether whoever asks decided something that the data set does not keep.
    """

    name: str
    curation: Curation
    index: DatasetIndex
    home: Path
    is_changed: bool = False

    @cached_property
    def whole(self) -> DatasetIndex:
        """All images with the patients and classes that were decided; none left out or moved."""
        return self.curation.whose(self.index)

    @cached_property
    def chosen(self) -> DatasetIndex:
        """The images that take part, divided as decided."""
        return self.curation.choose(self.whole)


def open_source(
    data: DatasetRef | PathLike,
    *,
    decided: Curation | None = None,
    patient_pattern: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    seen: TakesLooks | None = None,
    prepared: TakesPrepared | None = None,
    workspace: WorkspaceLike | None = None,
) -> Source:
    """The images of a folder, or of a data set of the workspace.

    Args:
        data: A data set; a folder; or a data set's name, where there is no folder of that name.
        decided: What goes before the data set's own decisions.
        patient_pattern: Likewise; see `scan`.
        progress: Called with (images read, images in all).
        seen: See `scan`.
        prepared: See `scan`.
        workspace: That of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        DatasetError: As `scan`; code ``folder-missing``: there is neither folder nor data set.
    """
    place = Workspace.open(workspace)
    ref = data if isinstance(data, DatasetRef) else find_source(data, workspace=place)
    curation = ref.curation if decided is None else decided.over(ref.curation)
    pattern = patient_pattern or ref.patient_pattern
    is_changed = (curation, pattern) != (ref.curation, ref.patient_pattern)
    home = (
        dataset_folder(ref.name, workspace=place)
        if ref.name
        else folder_home(ref.root, workspace=place)
    )
    index = open_kept(
        home / INDEX_FILE,
        ref.root,
        patient_pattern=pattern,
        reading=curation.reading,
        progress=progress,
        save=not (ref.name and is_changed),
        seen=seen,
        prepared=prepared,
    )
    return Source(
        name=ref.name,
        curation=curation,
        index=index,
        home=home,
        is_changed=is_changed,
    )


def find_source(data: PathLike, *, workspace: WorkspaceLike | None = None) -> DatasetRef:
    """The data set that a folder or a name means; one without a name for any other folder.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder``, ``folder-unreadable``.
    """
    place = Workspace.open(workspace)
    folder = as_path(data, "data").absolute()
    known = [ref for ref in list_datasets(workspace=place) if ref.problem is None]
    if not folder.exists() and isinstance(data, str):
        if data not in {ref.name for ref in known}:
            names = ", ".join(ref.name for ref in known)
            raise DatasetError(
                f"There is no folder {data!r}, and no data set of that name",
                expected=f"a folder with images, or one of the data sets {names}",
                remedy="check the spelling, or choose another folder",
                code="folder-missing",
            )
        return find_dataset(data, workspace=place)
    real = check_root(folder)
    for ref in known:
        if ref.root.resolve() == real:
            return ref
    return DatasetRef(name="", root=folder, patient_pattern=DEFAULT_PATIENT_PATTERN)


def keep_decisions(
    source: Source,
    *,
    name: str | None = None,
    patient_pattern: str | None = None,
    workspace: WorkspaceLike | None = None,
) -> DatasetRef:
    """Keeps what was decided with the data set; a folder that is none yet becomes one.

    Args:
        source: The images, and what was decided.
        name: Of a data set to come; made from the folder's if not given.
        patient_pattern: Kept too, if given.
        workspace: Where.

    Raises:
        DatasetError: As `add_dataset`.
        PathError: code ``cannot-write``.
    """
    place = Workspace.open(workspace)
    known = source.name or add_dataset(source.index.root, name, workspace=place).name
    return change_dataset(
        known, patient_pattern=patient_pattern, curation=source.curation, workspace=place
    )


def folder_home(root: Path, *, workspace: WorkspaceLike | None = None) -> Path:
    """Where a workspace keeps what it knows of a folder that is no data set."""
    key = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return Workspace.open(workspace).root / FOLDERS / key
