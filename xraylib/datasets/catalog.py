"""The data sets that a workspace knows: names, folders and cached indexes.

Images stay where they are and are never changed. ``datasets/<name>/`` holds ``dataset.json``,
``index.parquet`` and ``thumbnails/``, all of which can be made again, and of an uploaded archive
``images/``, which cannot. In a workspace that cannot be written to, everything but adding still
works, only slower.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from xraylib.arguments import PathLike, as_path, checked
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.dataset_ref import (
    IMAGES,
    SAMPLE,
    DatasetRef,
    dataset_folder,
    read_ref,
    ref_record,
    write_ref,
)
from xraylib.datasets.index.kept import INDEX_FILE, open_kept
from xraylib.datasets.names import free_name
from xraylib.datasets.root import check_root
from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN, check_patient_pattern
from xraylib.errors import DatasetError, PathError
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_json


@checked
def list_datasets(*, workspace: WorkspaceLike | None = None) -> list[DatasetRef]:
    """The sample data first, then the others by name; folders that are no data set are skipped.

    One whose record is damaged, or from a newer version, is there with its ``problem``.
    """
    workspace = Workspace.open(workspace)
    files = sorted(workspace.datasets.glob("*/dataset.json"))
    names = [file.parent.name for file in files if file.parent.name != SAMPLE]
    refs = []
    for name in (SAMPLE, *names):
        try:
            refs.append(find_dataset(name, workspace=workspace))
        except PathError as error:
            if error.file:  # else it is a folder of somebody else's, with a name that is none
                root = SAMPLE_DATA if name == SAMPLE else dataset_folder(name, workspace=workspace)
                shipped = name == SAMPLE
                refs.append(DatasetRef(name=name, root=root, shipped=shipped, problem=error))
        except DatasetError as error:
            if error.code == "patient-pattern":  # else it is gone by now
                problem = PathError(
                    error.what, expected=error.expected, remedy=error.remedy, code="damaged"
                )
                root = dataset_folder(name, workspace=workspace)
                refs.append(DatasetRef(name=name, root=root, problem=problem))
    return refs


@checked
def find_dataset(name: str, *, workspace: WorkspaceLike | None = None) -> DatasetRef:
    """The data set of this name.

    Raises:
        DatasetError: code ``no-dataset``.
        PathError: codes ``name``, ``damaged`` and ``newer-version``.
    """
    workspace = Workspace.open(workspace)
    try:
        return read_ref(name, workspace=workspace)
    except PathError as error:
        if error.code != "missing":
            raise
        if name == SAMPLE:
            return DatasetRef(name=SAMPLE, root=SAMPLE_DATA, shipped=True)
        known = ", ".join(ref.name for ref in list_datasets(workspace=workspace))
        raise DatasetError(
            f"There is no data set named {name!r}",
            expected=f"one of: {known}",
            remedy="choose one of these, or add its folder first",
            code="no-dataset",
        ) from None


@checked
def add_dataset(
    root: PathLike,
    name: str | None = None,
    *,
    patient_pattern: str = DEFAULT_PATIENT_PATTERN,
    workspace: WorkspaceLike | None = None,
) -> DatasetRef:
    """Remembers a folder of images under a name. Nothing is copied, and nothing decoded yet.

    Args:
        root: The folder.
        name: Made from the folder's name if not given; a folder that is known keeps its name.
        patient_pattern: See `scan`.
        workspace: Where to remember it; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder``, ``folder-unreadable``,
            ``name-taken`` and ``patient-pattern``.
        PathError: codes ``name``, ``not-a-path`` and ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    check_patient_pattern(patient_pattern)
    folder = as_path(root, "root").absolute()
    check_root(folder)
    if name is None:
        for ref in list_datasets(workspace=workspace):
            if ref.root == folder:
                return ref
    name = new_name(name, like=folder.name, workspace=workspace)
    ref = DatasetRef(name=name, root=folder, patient_pattern=patient_pattern)
    write_ref(ref, workspace=workspace)
    return ref


def new_name(name: str | None, *, like: str, workspace: WorkspaceLike | None = None) -> str:
    """A name for another data set: the one given, or one made from ``like``.

    Raises:
        DatasetError: code ``name-taken``.
        PathError: code ``name``.
    """
    workspace = Workspace.open(workspace)
    taken = {ref.name.casefold() for ref in list_datasets(workspace=workspace)}
    if name is None:
        return free_name(like, taken)
    if checked_name(name).casefold() in taken:
        raise DatasetError(
            f"There is a data set named {name!r} already",
            expected="a name that no other data set has",
            remedy="choose another name, or remove the other data set from the list first",
            code="name-taken",
        )
    return name


def adopt_folder(
    folder: Path, name: str, *, patient_pattern: str, workspace: WorkspaceLike | None = None
) -> DatasetRef:
    """Makes a folder inside ``workspace.datasets``, which holds ``images/``, a data set.

    The folder gets its name in one step: the data set is there completely, or not at all.

    Raises:
        DatasetError: code ``name-taken``.
        PathError: codes ``name`` and ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    target = dataset_folder(name, workspace=workspace)
    record = ref_record(name, IMAGES, patient_pattern, Curation())
    write_json(folder / "dataset.json", record)
    try:
        folder.rename(target)
    except OSError as error:
        if target.exists():
            new_name(name, like=name, workspace=workspace)
        raise PathError(
            f"The data set {name!r} cannot be put into its place ({error.strerror or error})",
            expected=f"a folder that can be written to, and no {name!r} in it yet: "
            f"{workspace.datasets}",
            remedy="choose another name, or check the folder's permissions",
            code="cannot-write",
        ) from None
    return find_dataset(name, workspace=workspace)


@checked
def change_dataset(
    name: str,
    *,
    patient_pattern: str | None = None,
    curation: Curation | None = None,
    workspace: WorkspaceLike | None = None,
) -> DatasetRef:
    """Records another patient pattern, or what was chosen; what is None stays.

    Raises:
        DatasetError: codes ``no-dataset`` and ``patient-pattern``.
        PathError: code ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    ref = find_dataset(name, workspace=workspace)
    if patient_pattern is not None:
        check_patient_pattern(patient_pattern)
        ref = replace(ref, patient_pattern=patient_pattern)
    if curation is not None:
        ref = replace(ref, curation=curation)
    write_ref(ref, workspace=workspace)
    return ref


@checked
def remove_dataset(name: str, *, workspace: WorkspaceLike | None = None) -> None:
    """Forgets a data set, its index and its thumbnails.

    The images are not touched, unless they were uploaded: those are the workspace's own copies.
    Of a data set whose record is damaged nothing but the record goes, of the sample data too.

    Raises:
        DatasetError: codes ``no-dataset`` and ``shipped``.
        PathError: code ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    folder, shipped = dataset_folder(name, workspace=workspace), name == SAMPLE
    try:
        shipped = find_dataset(name, workspace=workspace).shipped
    except PathError as error:
        if not error.file:
            raise
        folder, shipped = folder / error.file, False
    if shipped:
        raise DatasetError(
            "The sample data cannot be removed",
            expected="a data set that was added to this workspace",
            remedy="leave it in the list; it takes no room in the workspace",
            code="shipped",
        )
    try:
        shutil.rmtree(folder) if folder.is_dir() and not folder.is_symlink() else folder.unlink()
    except OSError as error:
        raise PathError(
            f"The data set {name!r} cannot be removed ({error.strerror or error})",
            expected=f"a folder that can be written to: {workspace.datasets}",
            remedy="check the folder's permissions",
            code="cannot-write",
        ) from None


@checked
def open_dataset(
    name: str,
    progress: Callable[[int, int], None] | None = None,
    *,
    rescan: bool = True,
    workspace: WorkspaceLike | None = None,
) -> DatasetIndex:
    """The index of a data set, renewed where images were added, changed or removed.

    A scan that is interrupted goes on next time from where it was.

    Args:
        name: Of the data set.
        progress: See `scan`.
        rescan: False takes the cached index, if there is one, without looking at the folder.
        workspace: Holds the cached index; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        DatasetError: As `scan`, and code ``no-dataset``.
    """
    workspace = Workspace.open(workspace)
    ref = find_dataset(name, workspace=workspace)
    return open_kept(
        dataset_folder(name, workspace=workspace) / INDEX_FILE,
        ref.root,
        patient_pattern=ref.patient_pattern,
        reading=ref.curation.reading,
        progress=progress,
        rescan=rescan,
    )
