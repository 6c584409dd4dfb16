"""Test images that stay unseen until somebody says "now", once.

Whoever looks at the test images after each try chooses by them, and the best figure becomes too
good. A test set is known by its fingerprint, the images and classes themselves, so that a lock
holds for every run that is judged on them, under whatever name and in whatever folder. While it is
locked a run says what its validation images say. It is opened once and stays open.

A run is given by its folder. The lock is ``runs/.test_sets/<fingerprint>.json`` of the workspace.
It keeps people from looking by accident, not from opening the run's files.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject
from xraylib.parquet import read_parquet
from xraylib.records import MOST_TABLE, as_damage, moment, read_bytes, read_record
from xraylib.workspace import write_json

_FOLDER: Final = ".test_sets"


@dataclass(frozen=True, kw_only=True)
class SetLock:
    """Whether the test images of a run may be looked at.

    Attributes:
        fingerprint: Of the images and their classes.
        locked: When they were locked, seconds since 1970; None for never.
        opened: When they were opened; None for not yet.
    """

    fingerprint: str
    locked: float | None = None
    opened: float | None = None

    @property
    def closed(self) -> bool:
        """Whether they must not be looked at now."""
        return self.locked is not None and self.opened is None

    def to_json(self) -> JsonObject:
        """The fields, and ``closed``."""
        return {
            "fingerprint": self.fingerprint,
            "locked": self.locked,
            "opened": self.opened,
            "closed": self.closed,
        }


def set_fingerprint(run: Path) -> str:
    """SHA-256 of the sorted sums and classes of the run's test images; empty of none."""
    return _fingerprint(str(run))


def set_lock(run: Path) -> SetLock:
    """How it stands with the run's test images.

    Raises:
        PathError: codes ``missing`` and ``damaged``: of the run's files, or of the lock.
    """
    fingerprint = set_fingerprint(run)
    file = _file(run, fingerprint)
    if not file.exists():
        return SetLock(fingerprint=fingerprint)
    return read_record(
        file,
        lambda kept: SetLock(
            fingerprint=fingerprint,
            locked=moment(kept["locked"]),
            opened=None if kept["opened"] is None else moment(kept["opened"]),
        ),
        remedy=f"put a copy of the file back, or delete {file}: nobody can tell then that these "
        "test images were locked",
    )


def is_closed(run: Path) -> bool:
    """Whether the run's test images must not be looked at; quick where nothing is locked."""
    return (run.parent / _FOLDER).is_dir() and set_lock(run).closed


def lock_set(run: Path) -> SetLock:
    """Locks the run's test images, for every run that is judged on them.

    Raises:
        DatasetError: codes ``no-films``: there are no test images, and ``test-opened``: they were
            opened already.
    """
    lock = set_lock(run)
    if not lock.fingerprint:
        raise DatasetError(
            f"The run {run.name} has no test images",
            expected="a run of a data set with test images",
            remedy="divide the data set so that some images are for testing",
            code="no-films",
        )
    if lock.opened is not None:
        raise DatasetError(
            "These test images were locked before and have been opened",
            expected="test images that nobody has opened",
            remedy="take other test images: these have been seen",
            code="test-opened",
        )
    return lock if lock.closed else _write(run, replace(lock, locked=time.time()))


def open_set(run: Path) -> SetLock:
    """Opens the run's test images for good. What was never locked stays as it is."""
    lock = set_lock(run)
    return _write(run, replace(lock, opened=time.time())) if lock.closed else lock


def closed_error(run: Path) -> DatasetError:
    """What is said to who asks for figures of locked test images."""
    return DatasetError(
        f"The test images of the run {run.name} are locked",
        expected="validation images until the choice is made",
        remedy="choose by validation images (the split val); then open the test images, once, by "
        "the command test-set or on the Results page",
        code="test-locked",
    )


def _write(run: Path, lock: SetLock) -> SetLock:
    file = _file(run, lock.fingerprint)
    write_json(file, {"locked": lock.locked, "opened": lock.opened})
    return lock


def _file(run: Path, fingerprint: str) -> Path:
    return run.parent / _FOLDER / f"{fingerprint or 'none'}.json"


_fingerprints: Final[dict[bytes, str]] = {}
"""By the bytes of division and index, which many runs have in common."""


@lru_cache(maxsize=16_384)
def _fingerprint(folder: str) -> str:
    # A run's index and division are written once, before it is there.
    content = hashlib.sha256()
    for name in ("split.csv", "index.parquet"):
        content.update(hashlib.sha256(read_bytes(Path(folder) / name, MOST_TABLE)).digest())
    key = content.digest()
    if key not in _fingerprints:
        _fingerprints[key] = _read_fingerprint(folder)
    return _fingerprints[key]


def _read_fingerprint(folder: str) -> str:
    import pyarrow as pa
    import pyarrow.compute as pc

    from xraylib.datasets.split_table import read_table

    division = read_table(Path(folder) / "split.csv")
    paths = division.filter(pc.equal(division["split"], "test"))["path"]
    if not len(paths):
        return ""
    with as_damage(Path(folder) / "index.parquet", pa.ArrowException):
        raw = read_bytes(Path(folder) / "index.parquet", MOST_TABLE)
        table = read_parquet(raw, ["path", "sha256", "label"])
    rows = table.filter(pc.is_in(table["path"], value_set=paths))
    pairs = zip(rows["sha256"].to_pylist(), rows["label"].to_pylist(), strict=True)
    lines = sorted(f"{image} {label}" for image, label in pairs)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
