"""Reading Parquet tables from bytes, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(data: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """The table in ``data``, or these columns of it.

    On the thread that asks: with Arrow's pool a short command aborts at its end now and then (26.0,
    "terminate called without an active exception", 3 of 72 processes on two busy cores), when
    the pool is taken down while one of its threads is still starting.

    Raises:
        pyarrow.ArrowException: It is no such table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = None if columns is None else [*columns]
    return pq.ParquetFile(pa.BufferReader(data)).read(columns=names, use_threads=False)
