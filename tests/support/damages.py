"""What can be wrong with a file that X-ray Lab wrote, as changes of the file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

Damage = Callable[[Path], None]


def cut(file: Path) -> None:
    """As a power cut leaves it."""
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def folder(file: Path) -> None:
    """A folder in its place."""
    file.unlink()
    file.mkdir()


def unreadable(file: Path) -> None:
    """A link that leads nowhere but to itself, which nobody can read, not even root."""
    file.unlink()
    file.symlink_to(file.name)


def pipe(file: Path) -> None:
    """A pipe that nobody writes into: who opens it waits for ever."""
    file.unlink()
    os.mkfifo(file)


def huge(file: Path) -> None:
    """A hundred gigabytes, which take no room on the disk."""
    with file.open("ab") as stream:
        stream.truncate(100 * 10**9)


def _written(text: str | bytes) -> Damage:
    return lambda file: (
        file.write_bytes(text if isinstance(text, bytes) else text.encode()) and None
    )


def _json(change: Callable[[Any], Any]) -> Damage:
    def damage(file: Path) -> None:
        file.write_text(json.dumps(change(json.loads(file.read_text("utf-8")))), encoding="utf-8")

    return damage


def _with_other_types(value: Any) -> Any:
    """Every value of an object has another type."""
    return {key: "text" if isinstance(one, (dict, list, float, int)) else {"x": [1]}
            for key, one in value.items()}  # fmt: skip


ANY: Final[Mapping[str, Damage]] = {
    "missing": Path.unlink,
    "empty": _written(""),
    "cut": cut,
    "other bytes": _written(bytes(range(256))),
    "a folder": folder,
    "unreadable": unreadable,
    "a pipe": pipe,
    "huge": huge,
}
"""What any file may be."""

JSON: Final[Mapping[str, Damage]] = {
    **ANY,
    "a list": _written("[1, 2]"),
    "a number": _written("7"),
    "null": _written("null"),
    "no keys": _written("{}"),
    "other types": _json(_with_other_types),
    "nulls": _json(lambda value: dict.fromkeys(value)),
    "deep": _written("[" * 100_000),
    "no number": _json(lambda value: {**value, next(iter(value)): float("nan")}),
    "too large a number": _json(
        lambda value: {
            name: 10**300 if type(one) in (int, float) else one for name, one in value.items()
        }
    ),
    "a newer schema": _json(lambda value: {**value, "schema": 99}),
}
"""What a JSON file may be; all but a few of these hold for an object alone."""


def without_each_key(file: Path) -> dict[str, Damage]:
    """The file without one of its keys, for each of them."""

    def lacking(name: str) -> Damage:
        return _json(lambda value: {key: one for key, one in value.items() if key != name})

    return {f"without {name}": lacking(name) for name in json.loads(file.read_text("utf-8"))}


def damages_of(file: Path) -> dict[str, Damage]:
    """All that can be wrong with this file."""
    if file.suffix == ".json":
        return {**JSON, **without_each_key(file)}
    return dict(ANY)
