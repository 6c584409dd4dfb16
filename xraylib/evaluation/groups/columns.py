"""What is known of images beside their labels: from a table, from their files. NumPy only.

The columns come from the table of labels, from a CSV of one row an image with a header (a column
``path``, ``file``, ``filename`` or ``image``, and any others), and from what the files themselves
say (size, stored form, brightness).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xraylib.errors import DatasetError
from xraylib.regular import read_regular

if TYPE_CHECKING:
    import pyarrow as pa

    from xraylib.datasets.dataset import DatasetIndex

METADATA: Final = "metadata.csv"
"""The name under which a data set's folder may hold a table about its images."""
NO_VALUE: Final = "(not given)"
_NAMES: Final = ("path", "file", "filename", "file_name", "image")
_MOST_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """A table about images.

    Attributes:
        columns: Its columns but for that of the names: ``{column: {image: value}}``.
    """

    columns: Mapping[str, Mapping[str, str]]

    def values(self, column: str, paths: Iterable[str]) -> list[str]:
        """The value of each image, found by its path or else by its file name."""
        known = self.columns[column]
        return [known.get(path) or known.get(path.rpartition("/")[2]) or NO_VALUE for path in paths]


def read_metadata(source: Path | bytes) -> Metadata:
    """Reads a CSV about images.

    Args:
        source: A file or its bytes; UTF-8, comma, semicolon or tab.

    Raises:
        DatasetError: code ``metadata``: it is too large, no CSV, or names no images.
    """
    try:
        if isinstance(source, Path) and source.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MiB")
        data = read_regular(source, _MOST_BYTES) if isinstance(source, Path) else source
        if len(data) > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MiB")
        text = data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        mark = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=mark, strict=True))
        header = [name.strip() for name in rows[0]] if rows else []
        key = next((i for i, name in enumerate(header) if name.lower() in _NAMES), None)
        if key is None:
            raise ValueError("it has no column called path, file, filename or image")
    except (OSError, ValueError, csv.Error) as error:
        reason = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise DatasetError(
            f"The table about the images cannot be used: {reason}",
            expected="a CSV in UTF-8 with a header, a column path and any others",
            remedy="correct the table and save it as CSV in UTF-8",
            code="metadata",
        ) from None
    columns: dict[str, dict[str, str]] = {
        name: {} for i, name in enumerate(header) if i != key and name
    }
    for row in rows[1:]:
        if len(row) <= key:
            continue
        image = row[key].strip().replace("\\", "/")
        for i, value in enumerate(row[: len(header)]):
            if header[i] in columns and value.strip():
                columns[header[i]][image] = value.strip()
    return Metadata(columns=columns)


def file_columns(index: DatasetIndex) -> Metadata:
    """What the files themselves say: size, how they are stored, how bright they are."""
    table = index.table
    paths = table["path"].to_pylist()
    sizes = [
        f"{width} × {height}"
        for width, height in zip(
            table["width"].to_pylist(), table["height"].to_pylist(), strict=True
        )
    ]
    found = {
        "Size in pixels": sizes,
        "Stored as": table["mode"].to_pylist(),
        "Bits": [str(bits) for bits in table["bit_depth"].to_pylist()],
        "Mean grey level": ["" if v is None else f"{v:.1f}" for v in table["mean"].to_pylist()],
    }
    return Metadata(
        columns={
            name: dict(zip(paths, values, strict=True))
            for name, values in found.items()
            if len(set(values)) > 1
        }
    )


def table_columns(index: DatasetIndex) -> Metadata | None:
    """What a table of labels, or DICOM headers where somebody asked for them, say of the images.

    None where nothing does, or no column has two values.
    """
    if index.metadata is None:
        return None
    return told_columns(index.table["path"].to_pylist(), index.metadata)


def told_columns(paths: Sequence[str], table: pa.Table) -> Metadata | None:
    """The columns of a table that has a row for each of these images; None where none has two
    values."""
    found = {}
    for name in table.column_names:
        texts = ["" if one is None else _text(one) for one in table[name].to_pylist()]
        if len(set(texts)) > 1:
            found[name] = dict(zip(paths, texts, strict=True))
    return Metadata(columns=found) if found else None


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
