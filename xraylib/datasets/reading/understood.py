"""What was understood of a folder, as it is put down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from xraylib.datasets.names import SplitName
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.plan import Part, Role
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.root_folder import find_root
from xraylib.datasets.reading.said import Said

LEFT_OUT: Final = "you left it out"
NO_CLASS: Final = "its images have no class, as you said"


@dataclass
class Understood:
    """What was understood.

    Attributes:
        root: The folder with the data.
        parts: What each folder is.
        spellings: Names of one class, where there are several.
        sorts: ``(kind of folders, the folder they are in, how many, images)`` of folders that
            look like shards, patients or folds.
        people: Folders in which each folder is one patient's.
    """

    root: Folder
    parts: list[Part] = field(default_factory=list)
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sorts: list[tuple[str, str, int, int]] = field(default_factory=list)
    people: list[Folder] = field(default_factory=list)


class Notes:
    """Puts down what each folder is.

    Args:
        top: The data set's folder.
        choice: Decisions that go before what names say.
    """

    def __init__(self, top: Folder, choice: ReadingChoice) -> None:
        self.top = top
        self.choice = choice
        self.out: set[Folder] = set()
        self.said = Said(top, choice)
        self.found = Understood(root=find_root(top, self.said))

    def leave(self, folder: Folder, reason: str) -> None:
        self.part(folder, "left out", reason=reason)

    def loose(self, folder: Folder) -> None:
        """Images that lie beside folders of classes or splits."""
        if folder.direct:
            path = f"{folder.path}/*" if folder.path else "*"
            reason = "images beside the folders"
            part = Part(path=path, role="left out", images=folder.direct, reason=reason)
            self.put(folder, part)

    def part(
        self,
        folder: Folder,
        role: Role,
        *,
        split: SplitName | None = None,
        label: str | None = None,
        fold: int | None = None,
        reason: str = "",
    ) -> None:
        part = Part(
            path=folder.path,
            role=role,
            images=folder.total - folder.out,
            split=split,
            label=label,
            fold=fold,
            reason=reason,
        )
        if not part.is_read:
            self.out.add(folder)
        self.put(folder, part)

    def put(self, folder: Folder, part: Part) -> None:
        self.found.parts.append(part)
        if not part.is_read:
            for one in folder.up():
                one.out += part.images
