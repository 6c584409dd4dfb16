"""What the command line prints: values as JSON for programs, tables and progress for people.

Results go to standard output, everything else (progress, errors) to standard error.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from xraylib.errors import XrayError
from xraylib.rounding import rounded

ProgressCallback = Callable[[int, int], None]


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """``text`` with control characters as Python writes them; line breaks and tabs stay.

    A name of a file or a class, or a word of a DICOM header, could else clear the terminal, colour
    it or set its title.
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def print_json(value: Any) -> None:
    """One JSON document on one line of standard output, written at once."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # JSON lets these stand as they are, and a terminal does what they say.
    sys.stdout.write(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Text on standard output."""
    sys.stdout.write(harmless(text) + "\n")
    sys.stdout.flush()


def print_note(text: str) -> None:
    """A remark for people, on standard error."""
    sys.stderr.write(harmless(text) + "\n")
    sys.stderr.flush()


def print_error(error: XrayError) -> None:
    """``error[code]: what. Expected … . Do this: … .`` on standard error."""
    print_note(f"error[{error.code}]: {error.message}")


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = ""
) -> None:
    """A table on standard output; numbers are aligned to the right.

    One that has too many columns for its width without breaking words comes in several parts, each
    with the first column again.

    Args:
        columns: Headings.
        rows: One sequence a row, as long as ``columns``.
        title: A line above it.
    """
    from rich.console import Console  # Rich takes longer to load than many a command
    from rich.table import Table

    if title:
        print_text(title)  # not the table's own title, which would be folded to its width
    console = Console(file=sys.stdout)
    least = [_least(columns, rows, place) for place in range(len(columns))]
    for part in _parts(least, console.width):
        table = Table()
        widths = _widths(part, least, columns, rows, console.width)
        for place, width in zip(part, widths, strict=True):
            numeric = all(isinstance(row[place], int | float) for row in rows)
            table.add_column(
                _cell(columns[place]),
                justify="right" if numeric and rows else "left",
                overflow="fold",
                width=width,
            )
        for row in rows:
            table.add_row(*(_cell(row[place]) for place in part))
        console.print(table)


_BORDER: Final = 3
"""Of a column of a table: a line and a space on both sides."""


def _parts(least: Sequence[int], width: int) -> list[list[int]]:
    """The places of the columns of each part, the first column in all of them."""
    needed = [_BORDER + one for one in least]
    parts: list[list[int]] = [[0]]
    room = width - 1 - needed[0] if needed else 0
    left = room
    for place in range(1, len(needed)):
        if needed[place] > left and len(parts[-1]) > 1:
            parts.append([0])
            left = room
        parts[-1].append(place)
        left -= needed[place]
    return parts


def _least(columns: Sequence[str], rows: Sequence[Sequence[object]], place: int) -> int:
    """How wide a column must be for its longest word."""
    cells = (_cell(row[place]).split() for row in (columns, *rows))
    return max(len(word) for words in cells for word in (words or [""]))


def _widths(
    part: Sequence[int],
    least: Sequence[int],
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    width: int,
) -> list[int | None]:
    """A width for each column of a part; what is left goes to those that want most.

    Rich takes from the widest columns without asking how long their words are. None where even the
    longest words do not fit, which it breaks then.
    """
    found = [least[place] for place in part]
    wanted = [
        max(
            len(line) for row in (columns, *rows) for line in (_cell(row[place]) + "\n").split("\n")
        )
        for place in part
    ]
    left = width - 1 - sum(one + _BORDER for one in found)
    if left < 0:
        return [None] * len(found)
    for _ in range(left):
        missing = [want - one for want, one in zip(wanted, found, strict=True)]
        if max(missing) <= 0:
            break
        found[missing.index(max(missing))] += 1
    return [*found]


def moment(seconds: float) -> str:
    """A time for people, in UTC: ``2026-12-01 11:44 UTC``."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return rounded(value, 3)
    # Names of files and classes may hold square brackets, which Rich would read as markup.
    return harmless(str(value)).replace("[", "\\[")


def _lines(what: str) -> ProgressCallback:
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if total and (done >= total or now - told >= 0.5):
            told = now
            print_note(f"{what}: {done} of {total}")

    return tell


@contextmanager
def progress(what: str, *, quiet: bool, lines: bool = False) -> Iterator[ProgressCallback]:
    """A progress bar on standard error, given as a callback ``(done, total)``.

    Args:
        what: What is being done, for example ``"Reading images"``.
        quiet: Draw nothing (programs asked for JSON, or nobody watches).
        lines: Write ``what: done of total`` a line, twice a second at most, for programs.
    """
    if lines:
        yield _lines(what)
        return
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.__stderr__),  # a bar is no part of what is said
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def stage(*, json: bool) -> Callable[[str], None]:
    """Tells what is being done, as notes; nothing where JSON is printed."""
    return lambda text: None if json else print_note(text)
