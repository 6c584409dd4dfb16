"""Findings and what else is known of images as columns of the index's file, and back."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from xraylib.datasets.labels.findings import Findings
from xraylib.json_values import JsonObject

LABELS_VERSION: Final = 1
"""Of these columns, apart from the version of the index: one without them is as it always was."""

_FINDING: Final = "finding:"
_KNOWN: Final = "known:"


def with_labels(
    table: pa.Table, findings: Findings | None, metadata: pa.Table | None
) -> tuple[pa.Table, JsonObject | None]:
    """The table with further columns, and what is true of all of them; None without any."""
    if findings is None and metadata is None:
        return table, None
    told: JsonObject = {"version": LABELS_VERSION}
    if findings is not None:
        told |= {"kind": findings.kind, "form": findings.form}
        for name, values in zip(findings.names, findings.values.T, strict=True):
            table = table.append_column(f"{_FINDING}{name}", pa.array(values, pa.int8()))
    if metadata is not None:
        for name in metadata.schema.names:
            table = table.append_column(f"{_KNOWN}{name}", metadata[name])
    return table, told


def without_labels(
    table: pa.Table, told: dict[str, Any] | None
) -> tuple[pa.Table, Findings | None, pa.Table | None]:
    """What `with_labels` was given.

    Raises:
        ValueError: The columns are of a later version, or of another kind.
    """
    if told is None:
        return table, None, None
    if told["version"] != LABELS_VERSION:
        raise ValueError(f"labels of version {told['version']}, not {LABELS_VERSION}")
    names = table.schema.names
    of = [name for name in names if name.startswith(_FINDING)]
    known = [name for name in names if name.startswith(_KNOWN)]
    findings = None
    if "kind" in told:
        values = np.empty((len(table), len(of)), np.int8)
        for at, name in enumerate(of):
            values[:, at] = table[name].to_numpy()
        shown = tuple(name.removeprefix(_FINDING) for name in of)
        findings = Findings(
            names=shown, values=values, kind=told["kind"], form=str(told.get("form", ""))
        )
    metadata = None
    if known:
        shown = tuple(name.removeprefix(_KNOWN) for name in known)
        metadata = table.select(known).rename_columns(list(shown))
    return table.drop_columns([*of, *known]), findings, metadata
