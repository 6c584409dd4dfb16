"""The folders that hold images, as a tree of counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(eq=False)
class Folder:
    """A folder below the data set's own.

    Attributes:
        path: Relative, with ``/``; ``""`` for the data set's folder itself.
        number: Its place among all folders, as they were found.
        direct: Images that lie in it directly.
        total: Images in it and below it.
        out: How many of those are known not to be read.
        above: The folder it is in; None for the data set's own.
        below: Folders in it that hold images anywhere, by name.
        names: A few names of images in it.
    """

    path: str
    number: int
    direct: int = 0
    total: int = 0
    out: int = 0
    above: Folder | None = None
    below: list[Folder] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    def up(self) -> Iterator[Folder]:
        """Itself and every folder it is in."""
        one: Folder | None = self
        while one is not None:
            yield one
            one = one.above

    def all(self) -> Iterator[Folder]:
        """Itself and every folder below it that holds images."""
        pending = [self]
        while pending:
            one = pending.pop()
            yield one
            pending += one.below

    def find(self, path: str) -> Folder | None:
        """The folder below it with this path, relative to the data set's folder."""
        return next((one for one in self.all() if one.path == path), None)
