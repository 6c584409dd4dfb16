"""The table that a folder of images becomes, batch by batch: CSV, or Parquet if it is called so.

A CSV file grows row by row. A Parquet file cannot grow; so rows are kept in a file of lines beside
it (``.NAME.begun``), and it is written once all are there. Either way whoever stops it, or pulls
the plug, starts the same command again: what is there already is kept.
"""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from xraylib.errors import ConfigError, PathError
from xraylib.markup import csv_line, safe_cell
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.table import NOTICE, csv_heading, csv_row
from xraylib.parquet import read_parquet
from xraylib.records import MOST_TABLE
from xraylib.regular import open_regular, read_regular

_END: Final = b"\r\n"
_ROWS: Final = 8192


class Results(Protocol):
    """What is known of the images, and grows."""

    def has(self, file: str) -> bool:
        """Whether the image called so has a row."""

    def append(self, results: Sequence[ClassifiedImage]) -> None:
        """Adds rows, which are in the system's hands when this returns."""

    def finish(self) -> None:
        """All rows are there."""


def open_results(out: Path, bundle: Bundle) -> Results:
    """The file ``out``, begun or gone on with; Parquet if it is called ``….parquet``.

    Raises:
        ConfigError: code ``other-results``: it holds something else.
        PathError: code ``cannot-write``.
    """
    return (ParquetResults if out.suffix.lower() == ".parquet" else CsvResults)(out, bundle)


class CsvResults:
    """A CSV file, as `predictions_csv` writes it."""

    def __init__(self, out: Path, bundle: Bundle) -> None:
        self._out, self._bundle = out, bundle
        self._known = self._taken_up()

    def has(self, file: str) -> bool:
        return safe_cell(file) in self._known

    def append(self, results: Sequence[ClassifiedImage]) -> None:
        text = "".join(csv_line(csv_row(one, self._bundle)) for one in results)
        with _written(self._out), self._out.open("ab") as file:
            file.write(text.encode("utf-8"))

    def finish(self) -> None:
        """It is finished at any time."""

    def _taken_up(self) -> set[str]:
        """The files that it has whole rows of; its heading is written where it has none."""
        out, bundle = self._out, self._bundle
        heading = csv_line(csv_heading(bundle)).encode()
        with _written(out):
            data = read_regular(out, MOST_TABLE) if out.exists() else b""
            whole = data[: data.rfind(_END) + len(_END)] if _END in data else b""
            if not whole and heading.startswith(data):
                out.parent.mkdir(parents=True, exist_ok=True)
                out.write_bytes(heading)
                return set()
            try:
                rows = list(csv.DictReader(whole.decode("utf-8").splitlines()))
            except UnicodeDecodeError:
                raise _other_results(out, bundle) from None
            if not whole.startswith(heading) or any(
                (row["model"], row["version"]) != (bundle.name, str(bundle.version)) for row in rows
            ):
                raise _other_results(out, bundle)
            with out.open("r+b") as file:
                file.truncate(len(whole))
        return {row["file"] for row in rows}


class ParquetResults:
    """A Parquet file with the columns of the CSV file, of their own types and not rounded."""

    def __init__(self, out: Path, bundle: Bundle) -> None:
        self._out, self._bundle = out, bundle
        self._begun = out.with_name(f".{out.name}.begun")
        self._head = {"model": bundle.name, "version": bundle.version}
        with _written(out):
            self._before = self._finished()
            self._known = set() if self._before is None else set(self._before["file"].to_pylist())
            self._known |= self._taken_up()

    def has(self, file: str) -> bool:
        return file in self._known

    def append(self, results: Sequence[ClassifiedImage]) -> None:
        lines = "".join(json.dumps(one.to_json()) + "\n" for one in results)
        with _written(self._out), self._begun.open("a", encoding="ascii") as file:
            file.write(lines)

    def finish(self) -> None:
        """Writes the Parquet file in one step."""
        import pyarrow.parquet as pq

        draft = self._out.with_name(f".{self._out.name}.{secrets.token_hex(4)}")
        try:
            with _written(self._out):
                schema = _schema(self._bundle, self._head)
                with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
                    if self._before is not None:
                        writer.write_table(self._before.cast(schema))
                    for rows in self._rows():
                        writer.write_table(_table(rows, self._bundle, schema))
                draft.replace(self._out)
                self._begun.unlink()
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _finished(self) -> Any:
        """The table that is there; None where none is."""
        import pyarrow as pa

        if not self._out.exists():
            return None
        try:
            table = read_parquet(read_regular(self._out, MOST_TABLE))
            told = json.loads((table.schema.metadata or {})[b"xraylib"])
            same = told == self._head and table.schema.equals(_schema(self._bundle, self._head))
        except (pa.ArrowException, LookupError, ValueError):
            same = False
        if not same:
            raise _other_results(self._out, self._bundle)
        return table

    def _taken_up(self) -> set[str]:
        """The files that have whole lines; a torn last one is cut off."""
        if not self._begun.exists():
            self._begun.parent.mkdir(parents=True, exist_ok=True)
            self._begun.write_text(json.dumps(self._head) + "\n")
            return set()
        known, whole = set(), 0
        try:
            with open_regular(self._begun) as file:
                head = file.readline()
                if json.loads(head) != self._head:
                    raise _other_results(self._begun, self._bundle)
                whole = len(head)
                for line in file:
                    if line.endswith(b"\n"):
                        known.add(str(json.loads(line)["file"]))
                        whole += len(line)
        except (ValueError, LookupError, TypeError):
            raise _other_results(self._begun, self._bundle) from None
        with self._begun.open("r+b") as file_:
            file_.truncate(whole)
        return known

    def _rows(self) -> Iterator[list[ClassifiedImage]]:
        rows = []
        with open_regular(self._begun) as file:
            file.readline()
            for line in file:
                rows.append(ClassifiedImage.from_json(json.loads(line)))
                if len(rows) == _ROWS:
                    yield rows
                    rows = []
        yield rows


def _schema(bundle: Bundle, head: Mapping[str, object]) -> Any:
    import pyarrow as pa

    texts = pa.list_(pa.string())
    kinds = {"uncertain": pa.bool_(), "flagged": texts, "warnings": texts, "version": pa.int32(),
             "trained_on_synthetic_films": pa.bool_()}  # fmt: skip
    shares = {
        f"{before}{name}" for before in ("p_", "would_have_said_p_") for name in bundle.classes
    }
    fields = [
        pa.field(name, pa.float64() if name in shares else kinds.get(name, pa.string()))
        for name in csv_heading(bundle)
    ]
    return pa.schema(fields, {"xraylib": json.dumps(head)})


def _table(rows: Sequence[ClassifiedImage], bundle: Bundle, schema: Any) -> Any:
    import pyarrow as pa

    told = [
        {
            "file": one.file,
            "status": one.status,
            "more_like": one.label,
            **{f"p_{name}": one.probabilities.get(name) for name in bundle.classes},
            "uncertain": one.uncertain if one.status == "ok" else None,
            "flagged": None if one.flagged is None else list(one.flagged),
            "warnings": [warning.code for warning in one.warnings],
            "error": one.why_not or None,
            "model": bundle.name,
            "version": bundle.version,
            "trained_on_synthetic_films": bundle.synthetic,
            "notice": NOTICE,
            **{f"would_have_said_p_{name}": one.would_have_said.get(name)
               for name in bundle.classes},
        }
        for one in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(told, schema)


@contextmanager
def _written(out: Path) -> Iterator[None]:
    """Turns errors of the disk into ours."""
    try:
        yield
    except OSError as error:
        raise PathError(
            f"The results cannot be written ({error.strerror or error})",
            expected=f"a file that can be written to: {out}",
            remedy="choose another file for --out, or free some space",
            code="cannot-write",
        ) from None


def _other_results(out: Path, bundle: Bundle) -> ConfigError:
    return ConfigError(
        f"The file {str(out)!r} holds something else than results of {bundle.name}, version "
        f"{bundle.version}",
        expected="a new file, or one that this command began with the same model",
        remedy="choose another file for --out",
        code="other-results",
    )
