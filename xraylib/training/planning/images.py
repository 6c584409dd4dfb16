"""The images of a run to come, and which of them are one picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xraylib.arguments import PathLike, checked
from xraylib.workspace import WorkspaceLike

if TYPE_CHECKING:
    from xraylib.audit.descriptors import Seen
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.source import Source
    from xraylib.datasets.split import Split
    from xraylib.images.prepare import TakesPrepared

Progress = Callable[[int, int], None]

MOST_COMPARED: Final = 5_000
"""Images among which copies are looked for while a run is planned, if no audit did it before."""


@dataclass(frozen=True, kw_only=True)
class Images:
    """The images of a run to come.

    Attributes:
        index: Those it uses.
        dataset: Name of the data set in the catalog, or nothing.
        curation: What was left out or moved before; None for nothing.
        source_fingerprint: Of all images, before that; empty for the index's own.
        home: The folder of the workspace in which what is known of them is kept.
        seen: What was seen of them while they were read, if that was asked for.
    """

    index: DatasetIndex
    dataset: str = ""
    curation: Curation | None = None
    source_fingerprint: str = ""
    home: Path | None = None
    seen: Seen | None = None

    @classmethod
    def of(cls, source: Source, seen: Seen | None = None) -> Images:
        """Those of a folder or data set that was opened, and what was seen of them meanwhile."""
        return cls(
            index=source.chosen,
            dataset=source.name,
            curation=source.curation,
            source_fingerprint=source.whole.fingerprint,
            home=source.home,
            seen=seen,
        )

    @property
    def for_run(self) -> dict[str, Any]:
        """What `create_run` is told of them."""
        names = ("index", "dataset", "curation", "source_fingerprint")
        return {name: getattr(self, name) for name in names}


@checked
def find_images(
    data: Images | DatasetIndex | PathLike,
    *,
    curation: Curation | None = None,
    patient_pattern: str | None = None,
    progress: Progress | None = None,
    prepared: TakesPrepared | None = None,
    workspace: WorkspaceLike | None = None,
) -> Images:
    """The images in a folder, of an index, or of a data set of the workspace: see `open_source`.

    Args:
        data: A folder, an index, or a data set's name.
        curation: What was decided about the images; it goes before what the data set keeps.
        patient_pattern: Likewise; see `scan`.
        progress: Called with (images read, images in all).
        prepared: See `scan`.
        workspace: Where data sets have names.

    Raises:
        DatasetError: As `open_source`.
    """
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.source import open_source

    if isinstance(data, Images):
        return data
    if isinstance(data, DatasetIndex):
        return Images(index=data)
    seen = seen_for_copies()
    source = open_source(
        data,
        decided=curation,
        patient_pattern=patient_pattern,
        progress=progress,
        seen=seen,
        prepared=prepared,
        workspace=workspace,
    )
    return Images.of(source, seen)


def seen_for_copies() -> Seen:
    """What a scan is to see of images, so that `divide_images` need not decode them again."""
    from xraylib.audit.descriptors import Seen

    return Seen(most=MOST_COMPARED)


def compares(images: Images) -> bool:
    """Whether `divide_images` would have to look for copies: nothing is known of them yet."""
    from xraylib.audit.pictures import LOOKS_FILE, known_pairs

    cache = None if images.home is None else images.home / LOOKS_FILE
    return len(images.index) <= MOST_COMPARED and known_pairs(images.index, cache) is None


def divide_images(
    images: Images, *, validation: float = 0.2, seed: int = 0, progress: Progress | None = None
) -> Split:
    """`make_split` of these images, with copies of one picture on one side.

    Which are copies the last audit tells, or the images themselves where they are at most
    `MOST_COMPARED`; of more, only equal files are kept together, and a note says so.

    Raises:
        ConfigError, DatasetError: As `make_split`.
    """
    from dataclasses import replace

    from xraylib.audit.pictures import LOOKS_FILE, known_pairs, same_pictures
    from xraylib.datasets.split import make_split

    index = images.index
    cache = None if images.home is None else images.home / LOOKS_FILE
    if known_pairs(index, cache) is None and len(index) > MOST_COMPARED:
        split = make_split(index, validation=validation, seed=seed)
        note = (
            f"copies that are no equal files were not looked for among {len(index):,} images: "
            "audit them first, and they stand on one side"
        )
        return replace(split, notes=(*split.notes, note))
    copies = same_pictures(index, cache=cache, progress=progress, seen=images.seen)
    together = [group.rows for group in copies]
    return make_split(index, validation=validation, seed=seed, together=together)
