"""Reading Parquet tables from bytes: on one thread, and no more than fits into the memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

MOST_UNPACKED: Final = 2**30
"""Most bytes of a table's values; the index of 100,000 images takes a thirtieth of it."""

_ROWS_AT_ONCE: Final = 65_536
_LEAST_BYTES: Final = 4  # of a value, while it is read


def read_parquet(
    data: bytes, columns: Sequence[str] | None = None, *, most: int = MOST_UNPACKED
) -> pa.Table:
    """The table in ``data``, or these columns of it.

    A value that is repeated takes no room in a file: a few thousand bytes may stand for more than
    any memory holds. So texts are read as references to those that differ, some rows at a time,
    and counted before they are written out.

    On the thread that asks: with Arrow's pool a short command aborts at its end now and then (26.0,
    "terminate called without an active exception", 3 of 72 processes on two busy cores), when
    the pool is taken down while one of its threads is still starting.

    Args:
        data: A Parquet file.
        columns: Their names; all if not given.
        most: Bytes that its values may have.

    Raises:
        pyarrow.ArrowException: It is no such table, or its values have more bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = pq.ParquetFile(pa.BufferReader(data))
    told = plain.metadata
    leaves = [told.schema.column(number) for number in range(told.num_columns)]
    parts = [told.row_group(group) for group in range(told.num_row_groups)]
    values = sum(part.column(at).num_values for part in parts for at in range(len(leaves)))
    if values * _LEAST_BYTES > most:
        raise pa.ArrowInvalid(f"it has {values:,} values")
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    widest = max((leaf.length for leaf in leaves), default=0)  # where all values are as long
    rows = min(_ROWS_AT_ONCE, max(1, most // max(1, widest * len(leaves))))
    kept = [one for one in plain.schema_arrow if columns is None or one.name in columns]
    schema = pa.schema([_without_views(one) for one in kept], plain.schema_arrow.metadata)
    names = None if columns is None else schema.names
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
    batches, taken = [], 0
    for group in range(len(parts)):  # a batch of two would have two sets of texts
        for batch in file.iter_batches(rows, [group], names, use_threads=False):
            taken += sum(_written_out(column) for column in batch.columns)
            if taken > most:
                raise pa.ArrowInvalid(f"its values have more than {most:,} bytes")
            batches.append(batch.cast(schema))
    table = pa.Table.from_batches(batches, schema)
    return table if columns is None else table.select([*columns])


def _without_views(field: pa.Field) -> pa.Field:
    """A column of texts that a reader may look at in place as one of plain texts."""
    import pyarrow as pa

    if pa.types.is_string_view(field.type):
        return field.with_type(pa.string())
    return field.with_type(pa.binary()) if pa.types.is_binary_view(field.type) else field


def _written_out(array: Any) -> int:
    """Bytes of an array once nothing in it is a reference any more."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(array.dictionary).take(array.indices)
        return _LEAST_BYTES * len(array) + int(pc.sum(lengths).as_py() or 0)
    if pa.types.is_nested(kind):
        inner = array.flatten()
        below = inner if isinstance(inner, list) else [inner]
        return _LEAST_BYTES * len(array) + sum(_written_out(one) for one in below)
    return int(array.nbytes)
