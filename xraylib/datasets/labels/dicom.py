"""Sex, age, view and device from DICOM headers, where somebody asked for them on their own machine.

They stay in memory and in the index of a run; nothing that is published or exported holds them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.metadata import known_of
from xraylib.errors import ConfigError
from xraylib.images.radiograph import DICOM_FACTS
from xraylib.images.sandbox.batch import in_children
from xraylib.images.sandbox.decoder import Decoder
from xraylib.settings import read_settings


def with_dicom_metadata(index: DatasetIndex) -> DatasetIndex:
    """The index with what its DICOM headers say beside what a table says; a table goes before.

    Columns: ``sex``, ``age`` (years), ``view``, ``scanner``, ``detector`` and ``spacing`` (mm);
    those that no file tells are left out.

    Raises:
        ConfigError: code ``dicom-metadata``: this is a demo, which reads nothing of a patient.
    """
    if read_settings().mode == "demo":
        raise ConfigError(
            "A demo was asked to read sex and age from DICOM headers",
            expected="this only on one's own machine, in the mode lab",
            remedy="leave it out, or start the program as lab",
            code="dicom-metadata",
        )
    dicom = pc.starts_with(index.table["mode"], "DICOM").to_numpy()
    places = np.flatnonzero(np.asarray(dicom, np.bool_) & index.readable).tolist()
    paths = index.table["path"].take(pa.array(places, pa.int64())).to_pylist()

    def ask(decoder: Decoder, some: Sequence[int], stop: threading.Event) -> list[dict[str, str]]:
        return decoder.dicom_facts([Path(index.root) / paths[one] for one in some], stop)

    texts = {name: [""] * len(index) for name in DICOM_FACTS}
    for one, facts in in_children(list(range(len(paths))), ask, os.cpu_count() or 1):
        for name, value in facts.items():
            texts[name][places[one]] = value
    told = {
        name: known_of(name, [pa.chunked_array([pa.array(column, pa.string())])])
        for name, column in texts.items()
        if any(column)
    }
    if not told:
        return index
    if index.metadata is not None:
        for name in index.metadata.column_names:
            mine = told.get(name)
            column = index.metadata[name]
            same = mine is not None and mine.type == column.type
            told[name] = pc.coalesce(column, mine) if same else column
    return replace(index, metadata=pa.table(told))
