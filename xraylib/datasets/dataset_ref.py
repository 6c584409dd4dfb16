"""A data set by name, and the record that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xraylib.arguments import as_path
from xraylib.datasets.curation import Curation
from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN, check_patient_pattern
from xraylib.errors import PathError
from xraylib.json_values import JsonObject
from xraylib.records import read_record
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_json

SAMPLE: Final = "sample"


IMAGES: Final = "films"


_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class DatasetRef:
    """A data set by name.

    Attributes:
        name: Unique in the workspace; ``"sample"`` is the one that comes with the project.
        root: Its folder, absolute.
        patient_pattern: Regular expression with the group ``patient``; see `scan`.
        curation: Which images the user leaves out, and whom they belong to; see `Curation`.
        shipped: Whether it comes with the project and cannot be removed.
        uploaded: Whether its images came in an archive and are in the workspace; removing the
            data set deletes them.
        problem: Why its record cannot be used, or None; such a data set can only be removed.
    """

    name: str
    root: Path
    patient_pattern: str = DEFAULT_PATIENT_PATTERN
    curation: Curation = field(default_factory=Curation)
    shipped: bool = False
    uploaded: bool = False
    problem: PathError | None = field(default=None, compare=False)


def dataset_folder(name: str, *, workspace: WorkspaceLike | None = None) -> Path:
    """Where what is known of a data set lies.

    Raises:
        PathError: code ``name``.
    """
    return Workspace.open(workspace).datasets / checked_name(name)


def read_ref(name: str, *, workspace: WorkspaceLike | None = None) -> DatasetRef:
    """What ``dataset.json`` says.

    Raises:
        PathError: codes ``name``, ``missing``, ``damaged`` and ``newer-version``.
    """
    file = dataset_folder(name, workspace=workspace) / "dataset.json"

    def read(value: dict[str, Any]) -> DatasetRef:
        root = as_path(value["root"], "root")
        check_patient_pattern(value["patient_pattern"])
        shipped = name == SAMPLE
        return DatasetRef(
            name=name,
            root=SAMPLE_DATA if shipped else file.parent / root,
            patient_pattern=value["patient_pattern"],
            curation=Curation.from_json({"excluded": value["excluded"], **value.get("choice", {})}),
            shipped=shipped,
            uploaded=value["root"] == IMAGES,  # relative, so that the workspace can be moved
        )

    return read_record(file, read, schema=_VERSION, key="version")


def write_ref(ref: DatasetRef, *, workspace: WorkspaceLike | None = None) -> None:
    """Writes ``dataset.json`` in one step.

    Raises:
        PathError: code ``cannot-write``.
    """
    root = IMAGES if ref.uploaded else str(ref.root)
    record = ref_record(ref.name, root, ref.patient_pattern, ref.curation)
    write_json(dataset_folder(ref.name, workspace=workspace) / "dataset.json", record)


def ref_record(name: str, root: str, patient_pattern: str, curation: Curation) -> JsonObject:
    """The content of ``dataset.json``."""
    return {
        "version": _VERSION,
        "name": name,
        "root": root,
        "patient_pattern": patient_pattern,
        "excluded": list(curation.excluded),
        "choice": {k: v for k, v in curation.to_json().items() if k != "excluded"},
    }
