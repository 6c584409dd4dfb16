"""The one reader of the project's own files: what lies on disk may be gone, cut, foreign or newer.

Whatever is wrong with a file is said by one `PathError` that names it, so that lists can show the
others and say ``damaged: data.json``, and nothing is read as if nothing were.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from xraylib.arguments import short
from xraylib.errors import PathError, XrayError
from xraylib.regular import read_head

MOST_JSON: Final = 64 * 2**20
"""Most bytes of a JSON file; the audit of 100,000 images takes a quarter of it."""
MOST_TABLE: Final = 512 * 2**20
"""Most bytes of a table (Parquet or CSV); the index of 100,000 images takes a twentieth of it."""

WRONG: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading a value of another shape than ours may raise."""

_LARGE: Final = re.compile(rb"\d[eE]\+?\d{3}")
_REMEDY: Final = "put a copy of the file back, or delete what it belongs to and make it again"
_T = TypeVar("_T")
_Make: TypeAlias = Callable[[dict[str, Any]], _T]
_KINDS: Final = {list: "a list", str: "text", bool: "true or false", type(None): "null"}


def read_record(
    file: Path,
    make: _Make[_T],
    *,
    schema: int = 1,
    key: str = "schema",
    remedy: str = _REMEDY,
) -> _T:
    """What ``make`` makes of the JSON object in ``file``.

    Args:
        file: Written by this version or an older one.
        make: Gets the object without its schema; whatever it cannot use is damage.
        schema: The newest that this version knows; a file that names none has 1.
        key: Under which the file names it; ``"schema"`` is looked at in any case.
        remedy: For damage, where there is a better one than a copy of the file.

    Raises:
        PathError: codes ``missing``, ``damaged`` and ``newer-version``, with the file's name.
    """
    try:
        value = read_json(file)
    except PathError as error:
        if error.code != "damaged" or remedy == _REMEDY:
            raise
        raise PathError(
            error.what, expected=error.expected, remedy=remedy, code=error.code, file=error.file
        ) from error
    if not isinstance(value, dict):
        kind = _KINDS.get(type(value), "a number")
        raise damaged(file, f"it holds {kind}, not an object", remedy)
    for name in dict.fromkeys((key, "schema")):
        number = value.pop(name, 1)
        if type(number) is not int or number < 1:
            raise damaged(file, f"its {name} is {short(number)}", remedy)
        if number > (schema if name == key else 1):
            raise newer(file, f"{name} {number}", f"{name} {schema}")
    with as_damage(file, remedy=remedy):
        return make(value)


def read_if_kept(
    file: Path,
    make: _Make[_T],
    *,
    of: Path | None = None,
    schema: int = 1,
    key: str = "schema",
    remedy: str = _REMEDY,
) -> _T | None:
    """What was worked out before and kept in ``file``, or None where it is not there.

    The one reader of such files: what is damaged, or of a newer version, is never taken for
    something that nobody worked out.

    Args:
        file: As for :func:`read_record`, and so are ``make``, ``schema``, ``key`` and ``remedy``.
        of: What it was worked out from: what is older than this counts as not there.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``, with the file's name.
    """
    if of is not None and is_older(file, of):
        return None
    try:
        return read_record(file, make, schema=schema, key=key, remedy=remedy)
    except PathError as error:
        if error.code != "missing":
            raise
        return None


def read_each(
    places: Iterable[Path], read: Callable[[Path], _T]
) -> tuple[list[_T], dict[Path, PathError]]:
    """What ``read`` makes of each, and what is wrong with the others, for lists that show both."""
    found, wrong = [], {}
    for place in places:
        try:
            found.append(read(place))
        except PathError as error:
            wrong[place] = error
    return found, wrong


def moment(value: Any) -> float:
    """Seconds since 1970, as records keep them.

    Raises:
        TypeError, ValueError: It is no number, or no calendar has that time.
    """
    seconds = float(value)
    datetime.fromtimestamp(seconds, UTC)
    return seconds


def count(value: Any) -> int:
    """A number of things, as records keep it.

    Raises:
        TypeError, ValueError: It is no whole number from 0 to a million million.
    """
    if type(value) is not int:
        raise TypeError(f"{short(value)} is no number of things")
    if not 0 <= value <= 10**12:
        raise ValueError(f"{short(value)} is no number of things")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts, as records keep it; a text alone is none.

    Raises:
        TypeError: It is no list, or holds something else.
    """
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise TypeError(f"{short(value)} is no list of texts")
    return tuple(value)


def read_json(file: Path) -> Any:
    """The JSON value in ``file``, of any kind.

    Raises:
        PathError: codes ``missing`` and ``damaged``.
    """
    raw = read_bytes(file, MOST_JSON)
    try:
        # Floats by way of Python take twice the time, so only where one may be too large.
        number = _finite if _LARGE.search(raw) else None
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=number)
    except UnicodeDecodeError:
        problem = "it is not text in UTF-8"
    except json.JSONDecodeError as error:
        problem = "it is empty" if not raw.strip() else f"line {error.lineno}: {error.msg}"
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError as error:
        problem = str(error)
    raise damaged(file, problem)


def read_bytes(file: Path, most: int) -> bytes:
    """The content of a regular file.

    Raises:
        PathError: codes ``missing`` and ``damaged``: it cannot be read, is no file, or is larger
            than ``most`` bytes.
    """
    with reading(file):
        size = file.stat().st_size
        if size > most:
            raise damaged(file, f"it has {size:,} bytes, more than {most:,}")
        return read_head(file, most + 1)


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Says in our words why ``file``, which is to be a regular file, cannot be read.

    Raises:
        PathError: codes ``missing`` and ``damaged``.
    """
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            raise damaged(file, f"it is {'a folder' if stat.S_ISDIR(mode) else 'no regular file'}")
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise PathError(
            f"{file.name} is not there",
            expected=f"the file {file}",
            remedy="check that the folder is complete",
            code="missing",
            file=file.name,
        ) from None
    except OSError as error:
        raise damaged(file, error.strerror or type(error).__name__) from None


@contextmanager
def as_damage(file: Path, *also: type[Exception], remedy: str = _REMEDY) -> Iterator[None]:
    """Turns what the content of ``file`` makes its reader raise into the damage that it is.

    Args:
        file: That was read.
        also: What its reader raises beside Python's own, for example ``pyarrow.ArrowException``.
        remedy: What to do about it.

    Raises:
        PathError: code ``damaged``.
    """
    wrong: tuple[type[Exception], ...] = (*WRONG, *also)
    try:
        yield
    except XrayError as error:
        if isinstance(error, PathError) and error.file:
            raise
        raise damaged(file, error.what, remedy) from error
    except KeyError as error:
        lacking = short(error.args[0] if error.args else "")
        raise damaged(file, f"it lacks {lacking}", remedy) from error
    except wrong as error:
        raise damaged(file, f"{type(error).__name__}: {error}", remedy) from error


def damaged(file: str | os.PathLike[str], problem: str, remedy: str = _REMEDY) -> PathError:
    """The error for a file of ours that cannot be used."""
    file = Path(file)
    said = " ".join(problem.split())
    return PathError(
        f"{file.name} is damaged ({said if len(said) <= 200 else said[:199] + '…'})",
        expected=f"the file as it was written, in {file.parent}",
        remedy=remedy,
        code="damaged",
        file=file.name,
    )


def newer(file: str | os.PathLike[str], has: str, known: str) -> PathError:
    """The error for a file that a later version of X-ray Lab wrote."""
    file = Path(file)
    return PathError(
        f"{file.name} was written by a newer version of X-ray Lab ({has})",
        expected=f"at most {known}",
        remedy="open it with that version, or update X-ray Lab here",
        code="newer-version",
        file=file.name,
    )


def is_older(file: Path, of: Path) -> bool:
    """Also where there is no ``of``; what ``file`` is like is said by who reads it."""
    try:
        made = of.stat().st_mtime_ns
    except OSError:
        return True
    with suppress(OSError):
        return file.stat().st_mtime_ns < made
    return False


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"it holds the number {text[:40]}")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is no number")
