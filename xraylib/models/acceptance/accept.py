"""The acceptance test of a published model: run, and kept beside it in the workspace.

accepted/<model>/<version>/<data set's name>-<6 hexadecimal digits of its folder>.json
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from xraylib.arguments import PathLike, as_path
from xraylib.errors import BundleError, DatasetError, PathError
from xraylib.evaluation.stored_predictions import one_person_each
from xraylib.json_values import JsonObject
from xraylib.models.acceptance.judge import Acceptance, judge
from xraylib.models.classify.classifier import Classifier
from xraylib.ood.familiarity import REASONS
from xraylib.records import count, moment, read_each, read_record
from xraylib.workspace import Workspace, WorkspaceLike, check_writable, checked_name, write_json

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.models.bundle import Bundle

_FOLDER: Final = "accepted"
_SPLITS: Final = ("train", "val", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class AcceptanceTest:
    """An acceptance test and what it was.

    Attributes:
        model: The model's name.
        version: And version.
        data: What the images are called.
        split: ``"test"``, or ``"all"`` of a folder without splits.
        when: Seconds since 1970.
        left_out: Images of classes that the model does not know.
        known: Images that were left out because the model was made with them.
        patients_told: Whether a name or a table tells any patient.
        found: What they say of it.
    """

    model: str
    version: int
    data: str
    split: str
    when: float
    left_out: int
    known: int
    found: Acceptance
    patients_told: bool = True

    def __str__(self) -> str:
        """One line, as the Classify page and the model card show it."""
        verdict = self.found.verdict
        day = time.strftime("%Y-%m-%d", time.gmtime(self.when))
        return (
            f"Tried on {self.found.here.n} X-rays of {self.data} ({day}): {verdict.title}: "
            f"{verdict.reasons[0]}."
        )

    def to_json(self) -> JsonObject:
        """What it was, then what was found."""
        return {**vars(self), "found": self.found.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError, DatasetError: It is none.
        """
        return cls(
            model=str(value["model"]),
            version=count(value["version"]),
            data=str(value["data"]),
            split=str(value["split"]),
            when=moment(value["when"]),
            left_out=count(value["left_out"]),
            known=count(value["known"]),
            found=Acceptance.from_json(value["found"]),
            patients_told=bool(value.get("patients_told", True)),
        )


def accept(
    bundle: Bundle,
    folder: PathLike,
    *,
    name: str = "",
    index: DatasetIndex | None = None,
    sensitivity: float = 0.9,
    progress: Callable[[int, int], None] | None = None,
    workspace: WorkspaceLike | None = None,
) -> AcceptanceTest:
    """Tries a published model on labelled images, says what follows, and keeps it.

    Args:
        bundle: The model.
        folder: Class folders with the model's classes; 50 to 200 images. Of one with ``test``
            folders only these are taken.
        name: What the images are called; the folder's name if not given.
        index: Of the folder, where it is at hand.
        sensitivity: That thresholds are chosen for.
        progress: Called with (images done, images in all).
        workspace: Where it is kept; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        DatasetError: code ``no-films``: no labelled image of a class that the model knows.
        ImageError: An image is gone or unreadable.
        ConfigError: code ``share``.
        BundleError: code ``several-findings``.
        PathError: code ``cannot-write``.
    """
    if bundle.several:
        raise no_acceptance(bundle)
    from xraylib.datasets.scan import scan

    root = as_path(folder, "folder").absolute()
    if index is None:
        index = scan(root)
    whole = not any((root / split).is_dir() for split in _SPLITS)
    every = index.rows(None if whole else "test")
    images = index.images(every)
    labelled = [place for place, image in enumerate(images) if image.label in bundle.classes]
    made_with = _made_with(bundle, workspace)
    fitting = [place for place in labelled if images[place].sha256 not in made_with]
    if not fitting:
        raise DatasetError(
            f"All labelled images of {root.name} are among those that the model was made with"
            if labelled
            else f"{root.name} has no labelled images of a class that the model knows",
            expected="labelled images of another place, a folder for each of "
            + ", ".join(bundle.classes),
            remedy="take other images" if labelled else "name the folders as the model's classes",
            code="no-films",
        )
    where = Workspace.open(workspace)
    check_writable(_folder(bundle.name, bundle.version, where) / "test.json")
    classifier = Classifier(bundle, workers=1)
    rows, strange, unanswered = [], [], 0
    for done, place in enumerate(fitting, 1):
        said = classifier.classify(index.read(int(every[place])), heat_map=False)
        rows.append(list(said.outputs.values()))
        unanswered += said.status != "ok"
        if classifier.familiar is not None:
            strange.append(any(warning.code in REASONS for warning in said.warnings))
        if progress is not None:
            progress(done, len(fitting))
    mine = [images[place] for place in fitting]
    people = one_person_each([one.patient for one in mine], [one.sha256 for one in mine])
    told = any(one.patient != one.path for one in mine)
    found = judge(
        np.array([bundle.classes.index(images[place].label) for place in fitting], np.int64),
        np.array(rows),
        bundle.classes,
        people,
        strange=np.array(strange, bool) if strange else None,
        testing=bundle.metrics,
        unanswered=unanswered,
        patients_told=told,
        same_images=index.fingerprint == bundle.manifest["data"].get("fingerprint"),
        sensitivity=sensitivity,
    )
    result = AcceptanceTest(
        model=bundle.name,
        version=bundle.version,
        data=name or root.name,
        split="all" if whole else "test",
        when=time.time(),
        left_out=len(images) - len(labelled),
        known=len(labelled) - len(fitting),
        found=found,
        patients_told=told,
    )
    write_json(_file(result, root, where), result.to_json())
    return result


def no_acceptance(bundle: Bundle) -> BundleError:
    """Why a model of findings has no acceptance test, and what to do; code ``several-findings``."""
    return BundleError(
        f"The model {bundle.name} tells several findings of an image, and an acceptance test "
        "asks for the one class of an image",
        expected="a model of classes",
        remedy="judge its run on images of that place with a table: xraylib external RUN NAME",
        code="several-findings",
    )


def acceptance_tests(
    model: str, version: int, *, workspace: WorkspaceLike | None = None
) -> list[AcceptanceTest]:
    """What was kept of a version of a model and can be read, newest first.

    Args:
        model: Its name.
        version: Its version.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.
    """
    return sorted(_kept(model, version, workspace)[0], key=lambda one: -one.when)


def damaged_tests(
    model: str, version: int, *, workspace: WorkspaceLike | None = None
) -> dict[str, PathError]:
    """What was kept of a version of a model and cannot be read, by its file's name, and why."""
    return {file.name: error for file, error in _kept(model, version, workspace)[1].items()}


def _kept(
    model: str, version: int, workspace: WorkspaceLike | None
) -> tuple[list[AcceptanceTest], dict[Path, PathError]]:
    folder = _folder(model, version, Workspace.open(workspace))
    files = (file for file in sorted(folder.glob("*.json")) if not file.name.startswith("."))
    return read_each(files, lambda file: read_record(file, AcceptanceTest.from_json))


def _made_with(bundle: Bundle, workspace: WorkspaceLike | None) -> frozenset[str]:
    """SHA-256 of the images of the model's run, as far as that is in this workspace."""
    from xraylib.datasets.dataset import DatasetIndex

    run = str(bundle.manifest.get("run") or "")
    file = Workspace.open(workspace).runs / run / "index.parquet"
    if not run or Path(run).name != run or not file.is_file():
        return frozenset()
    return frozenset(DatasetIndex.load(file).table["sha256"].to_pylist())


def _folder(model: str, version: int, workspace: Workspace) -> Path:
    return workspace.root / _FOLDER / checked_name(model) / str(version)


def _file(test: AcceptanceTest, root: Path, workspace: Workspace) -> Path:
    called = re.sub(r"[^A-Za-z0-9._-]+", "-", test.data).strip("-.")[:64] or "images"
    mark = hashlib.sha256(str(root).encode()).hexdigest()[:6]
    return _folder(test.model, test.version, workspace) / f"{called}-{mark}.json"
