"""Which folders under the data roots look like data sets? Names and endings alone decide.

The search is bounded in folders and in time, so that a disk with a million files keeps nobody
waiting; what was not looked through is said.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xraylib.datasets.names import is_clutter, is_picture_name
from xraylib.datasets.reading.folder_names import (
    is_aside,
    is_generic,
    names_masks,
    sort_of,
    split_of,
)

MOST_FOLDERS: Final = 20_000
MOST_SECONDS: Final = 2.0
_DEEPEST: Final = 6
_CHECKED: Final = 512  # entries of a folder between two looks at the clock


@dataclass(frozen=True, kw_only=True)
class FoundFolder:
    """A folder that looks like a data set.

    Attributes:
        root: The data root that it is under.
        path: Relative to it with ``/``; ``""`` for the root itself.
        images: How many files in it are named like pictures, masks among them.
        complete: Whether all of it was looked through; else there may be more.
    """

    root: Path
    path: str
    images: int
    complete: bool = True

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.root / self.path


@dataclass(eq=False)
class _Node:
    name: str
    place: str
    above: _Node | None
    depth: int
    direct: int = 0
    total: int = 0
    complete: bool = True
    below: list[_Node] = field(default_factory=list)

    @property
    def path(self) -> str:
        if self.above is None:
            return ""
        before = self.above.path
        return f"{before}/{self.name}" if before else self.name


def find_folders(
    roots: Iterable[Path], *, most_folders: int = MOST_FOLDERS, most_seconds: float = MOST_SECONDS
) -> tuple[FoundFolder, ...]:
    """The folders under these roots that look like data sets, by root and path.

    A folder is one if it holds splits, two or more folders of pictures, folds, parts or patients,
    or pictures alone. Folders around one such folder are taken with it, because reading looks
    through them. Links are not followed, and folders more than six deep not looked into.

    Args:
        roots: The data roots; those that cannot be read are passed over.
        most_folders: Most folders that are opened.
        most_seconds: Longest time that the search takes.
    """
    tops = [_Node(name=root.name, place=str(root), above=None, depth=0) for root in roots]
    _look_through(tops, most_folders, time.monotonic() + most_seconds)
    return tuple(
        FoundFolder(root=Path(top.place), path=node.path, images=node.total, complete=node.complete)
        for top in tops
        for node in _below_root(top)
    )


def _look_through(tops: Sequence[_Node], most_folders: int, until: float) -> None:
    """Counts pictures, folders near the roots first."""
    pending, opened, late = deque(tops), 0, False
    seen: list[_Node] = []
    while pending:
        node = pending.popleft()
        seen.append(node)
        if late or opened >= most_folders or node.depth > _DEEPEST:
            node.complete = False
            continue
        opened += 1
        try:
            with os.scandir(node.place) as entries:
                for number, entry in enumerate(entries):
                    if number % _CHECKED == 0 and time.monotonic() > until:
                        late, node.complete = True, False
                        break
                    if is_clutter(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(_Node(entry.name, entry.path, node, node.depth + 1))
                    elif is_picture_name(entry.name):
                        node.direct += 1
        except OSError:
            continue
    for node in reversed(seen):  # those below come after those above
        node.total += node.direct
        node.below.sort(key=lambda one: one.name)
        if node.above is not None:
            node.above.complete &= node.complete
            if node.total:
                node.above.total += node.total
                node.above.below.append(node)


def _below_root(top: _Node) -> Iterator[_Node]:
    """What a data root holds: itself, if it looks like a data set, and what is below it.

    Its folders may be the classes of one set or several sets, which only their owner knows.
    """
    surely = _is_surely_set(top)
    if top.total and (surely or not top.below or _is_set(top)):
        yield top
    if not surely:
        for node in _data(top):
            yield from _sets(node)


def _data(node: _Node) -> list[_Node]:
    """The folders in one, without those of a program or a paper beside the data."""
    return [below for below in node.below if not is_aside(below.name)] or node.below


def _sets(node: _Node) -> Iterator[_Node]:
    if _is_set(node):
        yield node
        return
    inside = [one for below in _data(node) for one in _sets(below)]
    yield from [node] if len(inside) == 1 else inside


def _is_set(node: _Node) -> bool:
    if node.direct or _is_surely_set(node):
        return True
    return len(node.below) > 1 and all(_is_class(below) for below in node.below)


def _is_surely_set(node: _Node) -> bool:
    """Whether names say that the folders here belong together."""
    names = [below.name for below in node.below]
    belongs = any(split_of(name) is not None or names_masks(name) for name in names)
    alone = bool(names) and all(is_generic(name) for name in names)
    return belongs or alone or sort_of(names, node.total) is not None


def _is_class(node: _Node) -> bool:
    """Whether a folder looks like one of several classes: pictures, or patients with them."""
    names = [below.name for below in node.below]
    generic = any(is_generic(name) for name in names)
    return bool(node.direct) or generic or sort_of(names, node.total) == "patients"
