"""Images beside a run's own on which it was judged later, kept in its folder.

    judged/<key>/predictions.parquet   path, label, split (the key), patient, p_<class>…; of a run
                                       of findings y_<finding>… too
    judged/<key>/evaluation.json       what they are worth
    judged/<key>/source.json           data set, folder, split, when; SHA-256 of each image; how
                                       names were read
    judged/<key>/known.parquet         what a table says of them beside their labels, if it does

The key is ``train`` for the run's own training images, else the data set's name, the split and six
digits that stand for the folder.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xraylib.arguments import as_path, checked_fields
from xraylib.errors import PathError
from xraylib.evaluation.elsewhere.names_read import NamesRead
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.findings.evaluation import FindingsEvaluation
from xraylib.parquet import read_parquet
from xraylib.records import (
    MOST_TABLE,
    as_damage,
    count,
    is_older,
    moment,
    read_bytes,
    read_each,
    read_record,
    texts,
)
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.workspace import check_writable, write_atomic, write_json, writing

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from xraylib.training.run.runs import Run

KNOWN: Final = "known.parquet"
_FOLDER: Final = "judged"
_KEY: Final = re.compile(r"train|[A-Za-z0-9._-]{1,64}-(train|val|test|all)-[0-9a-f]{6}")


@checked_fields
@dataclass(frozen=True, kw_only=True)
class ExternalEvaluation:
    """Images on which a run was judged later.

    Attributes:
        key: Stands for the split wherever one is asked for.
        data: Name of the data set or folder.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        root: The images' folder.
        images: How many.
        when: Seconds since 1970.
        sums: SHA-256 of each image.
        names: How the images' names of classes or findings were read.
    """

    key: str
    data: str
    split: str
    root: Path
    images: int
    when: float
    sums: tuple[str, ...] = ()
    names: NamesRead = field(default_factory=NamesRead)


def key_of(data: str, root: Path, split: str, *, own: bool) -> str:
    """The key of images of a data set."""
    if own and split == "train":
        return "train"
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", data).strip("-.")[:64] or "films"
    return f"{name}-{split}-{hashlib.sha256(str(root).encode()).hexdigest()[:6]}"


def check_keepable(run: Run) -> None:
    """Asks whether a judgement could be kept, before the images are judged.

    Raises:
        PathError: code ``cannot-write``.
    """
    check_writable(run.folder / _FOLDER / "source.json")


def keep_evaluation(
    run: Run,
    key: str,
    *,
    data: str,
    root: Path,
    split: str,
    images: Sequence[tuple[str, str, str]],
    sums: Sequence[str],
    probabilities: NDArray[np.float64],
    evaluation: Evaluation | FindingsEvaluation,
    truth: NDArray[np.int8] | None = None,
    names: NamesRead | None = None,
    known: pa.Table | None = None,
) -> None:
    """Keeps a judgement in the run's folder, in place of an earlier one of the same key.

    Args:
        run: The run.
        key: From :func:`key_of`.
        data: Name of the data set or folder.
        root: The images' folder.
        split: As it was asked for.
        images: Path, label and patient of each.
        sums: SHA-256 of each image.
        probabilities: ``(n, classes)``.
        evaluation: How good they are.
        truth: ``(n, findings)`` of a run of findings: 1, 0 and -1.
        names: How names of classes or findings were read.
        known: ``path`` and what a table says of each image beside its labels.

    Raises:
        PathError: code ``cannot-write``.
    """
    folder = run.folder / _FOLDER / key
    rows = [(path, label, key, patient) for path, label, patient in images]
    write_predictions(folder / PREDICTIONS, rows, probabilities, run.classes, truth=truth)
    write_json(folder / "evaluation.json", evaluation.to_json())
    if known is None:
        (folder / KNOWN).unlink(missing_ok=True)
    else:
        write_atomic(folder / KNOWN, _parquet(known))
    source = {
        "data": data,
        "root": str(root),
        "split": split,
        "films": len(images),
        "when": time.time(),
        "sha256": list(sums),
        "names": (names or NamesRead()).to_json(),
    }
    write_json(folder / "source.json", source)


def external_known(run: Run, key: str) -> tuple[tuple[str, ...], pa.Table] | None:
    """Paths of a judgement's images, and what a table says of each; None where none does.

    Raises:
        PathError: code ``damaged``: it cannot be read.
    """
    import pyarrow as pa

    folder = external_folder(run, key)
    if folder is None or not (folder / KNOWN).is_file():
        return None
    raw = read_bytes(folder / KNOWN, MOST_TABLE)
    with as_damage(folder / KNOWN, pa.ArrowException, OSError):
        table = read_parquet(raw)
        paths = tuple(table["path"].to_pylist())
    return paths, table.drop_columns(["path"])


def external_evaluations(run: Run) -> list[ExternalEvaluation]:
    """What is kept of the weights that the run has and can be read, newest first.

    A run that was resumed after a judgement has other weights: that judgement is not of them.
    `damaged_evaluations` has what cannot be read.
    """
    return sorted(_kept(run)[0], key=lambda one: -one.when)


def damaged_evaluations(run: Run) -> dict[str, PathError]:
    """What is kept and cannot be read, by key, and why."""
    return {folder.name: error for folder, error in _kept(run)[1].items()}


def _parquet(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    written: bytes = buffer.getvalue().to_pybytes()
    return written


def _kept(run: Run) -> tuple[list[ExternalEvaluation], dict[Path, PathError]]:
    folders = sorted((run.folder / _FOLDER).glob("*"))
    mine = (one for one in folders if _KEY.fullmatch(one.name) and one.is_dir())
    weights = run.weights_file
    kept = weights.is_file()
    fresh = (one for one in mine if not (kept and is_older(one / "source.json", weights)))
    return read_each(fresh, read_source)


def read_source(folder: Path) -> ExternalEvaluation:
    """What is kept in ``judged/<key>``.

    Raises:
        PathError: codes ``missing``, ``damaged`` and ``newer-version``.
    """
    return read_record(
        folder / "source.json",
        lambda value: ExternalEvaluation(
            key=folder.name,
            data=value["data"],
            split=value["split"],
            root=as_path(value["root"], "root"),
            images=count(value["films"]),
            when=moment(value["when"]),
            sums=_sums(value),
            names=NamesRead.from_json(value["names"]) if "names" in value else NamesRead(),
        ),
    )


def _sums(value: Mapping[str, Any]) -> tuple[str, ...]:
    found = texts(value["sha256"])
    if len(found) != value["films"]:
        raise ValueError(f"it has {len(found):,} sums of {value['films']:,} images")
    return found


def external_folder(run: Run, key: str) -> Path | None:
    """The folder of a judgement that is complete, or None."""
    folder = run.folder / _FOLDER / key
    return folder if _KEY.fullmatch(key) and (folder / "source.json").is_file() else None


def forget_evaluation(run: Run, key: str) -> None:
    """Deletes a judgement, a damaged one too.

    Raises:
        PathError: code ``cannot-write``.
    """
    folder = run.folder / _FOLDER / key
    if _KEY.fullmatch(key) and folder.is_dir():
        with writing("Cannot delete the judgement", folder.parent):
            shutil.rmtree(folder)
