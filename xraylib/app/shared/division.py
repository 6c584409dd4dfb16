"""Who would train, validate and test in a run on an opened data set, divided as a run would."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xraylib.app.shared.opened_dataset import OpenDataset
from xraylib.audit.pictures import PAIRS_FILE
from xraylib.datasets.catalog import dataset_folder
from xraylib.datasets.split import Split, make_split
from xraylib.training.planning.images import Images, compares, divide_images
from xraylib.workspace import Workspace

NOT_LOOKED_FOR: Final = (
    "Copies that are no equal files were not looked for yet. A run keeps them on one side, so its "
    "numbers may differ by a few; after an audit they are the same."
)


def division(
    workspace: Workspace, opened: OpenDataset, *, validation: float = 0.2, seed: int = 0
) -> tuple[Split, bool]:
    """The division, worked out once an index and seed, and whether a run's will be the same.

    It is where an audit or a run has looked for copies, or nobody will: looking takes longer than
    a page may.

    Args:
        workspace: Keeps what is known of copies.
        opened: The data set.
        validation: See `make_split`.
        seed: Likewise.

    Raises:
        ConfigError, DatasetError: As `make_split`.
    """
    index, home = opened.chosen, dataset_folder(opened.ref.name, workspace=workspace)
    key = ("division", validation, seed, _kept_at(home / PAIRS_FILE))
    if key not in index.memo:
        images = Images(index=index, home=home)
        known = not compares(images)
        divide = divide_images if known else _without_copies
        index.memo[key] = divide(images, validation=validation, seed=seed), known
    found: tuple[Split, bool] = index.memo[key]
    return found


def _without_copies(images: Images, *, validation: float, seed: int) -> Split:
    return make_split(images.index, validation=validation, seed=seed)


def _kept_at(file: Path) -> int:
    """When what is known of copies was written, ns since 1970; 0 where nothing is."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
