"""Which files beside the images may tell their labels."""

from __future__ import annotations

import re
from typing import Final

from xraylib.datasets.dataset import DatasetIndex

_LISTS: Final = re.compile(r"(train|val|valid|test|covid|labels?|metadata).*\.txt", re.IGNORECASE)


def find_label_tables(index: DatasetIndex) -> list[str]:
    """Tables that the scan saw, and text files in the data set's folder that are named like lists
    of training, test or labels: paths relative to it."""
    texts = [
        file.name
        for file in sorted(index.root.glob("*.txt"))
        if _LISTS.fullmatch(file.name) and file.is_file() and not file.is_symlink()
    ]
    return list(dict.fromkeys((*index.reading.tables, *texts)))
