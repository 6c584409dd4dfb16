"""Indexes of data sets, scanned once for all visitors of this server and then kept.

A scan of 100,000 unchanged images takes a second or two, and a page is drawn at every click.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from xraylib.app.shell.state import get_draft
from xraylib.audit.pictures import PAIRS_FILE
from xraylib.datasets.catalog import find_dataset, open_dataset
from xraylib.datasets.dataset_ref import SAMPLE, DatasetRef, dataset_folder
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.split import Split, make_split
from xraylib.errors import XrayError
from xraylib.regular import changed_at
from xraylib.training.planning.checks import learnt_from
from xraylib.training.planning.images import Images, compares, divide_images
from xraylib.workspace import Workspace

NOT_LOOKED_FOR: Final = (
    "Copies that are no equal files were not looked for yet. A run keeps them on one side, so its "
    "numbers may differ by a few; after an audit they are the same."
)

SOURCE: Final = "data"
"""Key of the Dataset page's widget for the data set, in the session and in the address."""

_KEPT: Final = 4
_OWN: Final = "own-data-asked"

_Key = tuple[str, DatasetRef]


def ask_for_own() -> None:
    """Lets the Dataset page choose X-rays of one's own when it is drawn next, in this session."""
    st.session_state[_OWN] = True


def own_is_asked(*, answered: bool) -> bool:
    """Whether that was asked for; once it was answered no more."""
    return bool(st.session_state.pop(_OWN, False) if answered else st.session_state.get(_OWN))


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenDataset:
    """A data set that was opened.

    Attributes:
        ref: What the catalog says of it.
        scanned: All its images as their folder has them.
        whole: All its images, with the patients and classes that were told.
        chosen: Those that are not left out, divided as chosen; ``whole`` itself without a curation.
    """

    ref: DatasetRef
    scanned: DatasetIndex
    whole: DatasetIndex
    chosen: DatasetIndex


@dataclass
class IndexShelf:
    """The indexes that were opened last; safe to use from several sessions at once."""

    indexes: OrderedDict[_Key, OpenDataset] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: _Key) -> OpenDataset | None:
        with self.lock:
            found = self.indexes.get(key)
            if found is not None:
                self.indexes.move_to_end(key)
            return found

    def scanned(self, key: _Key) -> DatasetIndex | None:
        """What a scan for this data set would find, where only later decisions differ."""
        root, ref = key
        with self.lock:
            for (place, other), found in reversed(self.indexes.items()):
                same = replace(other, curation=ref.curation) == ref and place == root
                if same and other.curation.reading == ref.curation.reading:
                    return found.scanned
        return None

    def put(self, key: _Key, index: OpenDataset) -> None:
        with self.lock:
            self.indexes[key] = index
            self.indexes.move_to_end(key)
            while len(self.indexes) > _KEPT:
                self.indexes.popitem(last=False)

    def drop(self, root: str, name: str) -> None:
        with self.lock:
            for key in [k for k in self.indexes if k[0] == root and k[1].name == name]:
                del self.indexes[key]


@st.cache_resource(show_spinner=False, max_entries=1)
def _shelf() -> IndexShelf:
    return IndexShelf()


def open_index(workspace: Workspace, name: str) -> DatasetIndex:
    """The index of a data set after what was chosen for it; see `open_images`."""
    return open_images(workspace, name).chosen


def open_images(workspace: Workspace, name: str) -> OpenDataset:
    """A data set: all its images, and those that are not left out.

    The first time it is scanned, with a progress bar at this place of the page; a click that
    ends the script meanwhile loses nothing of what was read.

    Args:
        workspace: Holds the catalog.
        name: Of the data set.

    Raises:
        DatasetError: There is no such data set, or nothing in its folder.
        PathError: Its record is damaged.
    """
    ref = find_dataset(name, workspace=workspace)
    key = (str(workspace.root), ref)
    found = _shelf().get(key)
    if found is None:
        scanned = _shelf().scanned(key)
        if scanned is None:
            scanned = _scan(workspace, ref)
        whole = ref.curation.whose(scanned)
        found = OpenDataset(ref=ref, scanned=scanned, whole=whole, chosen=ref.curation.apply(whole))
        _shelf().put(key, found)
    return found


def look_again(workspace: Workspace, name: str) -> None:
    """Makes the next `open_index` look at the folder anew."""
    _shelf().drop(str(workspace.root), name)


def current_index(workspace: Workspace) -> DatasetIndex | None:
    """The index of the draft's data set; None where it cannot be opened (its own page says why)."""
    try:
        return open_index(workspace, get_draft().dataset)
    except XrayError:
        return None


def known_index(workspace: Workspace) -> DatasetIndex | None:
    """The index of the draft's data set if this server has read it already; nothing is scanned."""
    try:
        ref = find_dataset(get_draft().dataset, workspace=workspace)
    except XrayError:
        return None
    found = _shelf().get((str(workspace.root), ref))
    return None if found is None else found.chosen


def known_classes(workspace: Workspace) -> tuple[str, ...]:
    """Classes of the draft's data set, as far as they are known without a scan."""
    draft = get_draft()
    if draft.classes:
        return draft.classes
    index = known_index(workspace)
    return () if index is None else learnt_from(index)[0]


def patient_counts(index: DatasetIndex) -> tuple[int, int]:
    """Patients among the readable images, and images whose name tells no patient."""
    if "patient counts" not in index.memo:  # asked for at every click
        table = index.table.select(["path", "patient"]).take(pa.array(index.rows(), pa.int64()))
        patients = pc.count_distinct(table["patient"]).as_py()
        untold = pc.sum(pc.equal(table["patient"], table["path"])).as_py()
        index.memo["patient counts"] = (int(patients), int(untold or 0))
    found: tuple[int, int] = index.memo["patient counts"]
    return found


def is_synthetic(ref_or_name: DatasetRef | str) -> bool:
    """Whether its images are phantoms: only the data that come with the project are known to be."""
    name = ref_or_name if isinstance(ref_or_name, str) else ref_or_name.name
    return name == SAMPLE


def _scan(workspace: Workspace, ref: DatasetRef) -> DatasetIndex:
    place = st.empty()
    began = time.monotonic()

    def tell(done: int, total: int) -> None:
        if total:
            place.progress(done / total, text=scan_text(done, total, time.monotonic() - began))

    try:
        return open_dataset(ref.name, tell, workspace=workspace)
    finally:
        place.empty()


def scan_text(done: int, total: int, seconds: float) -> str:
    """What stands at the progress bar of a scan."""
    return f"Reading X-rays: {done:,} of {total:,}" + time_left(done, total, seconds)


def time_left(done: int, total: int, seconds: float) -> str:
    """``", 30 s left"``; nothing in the first two seconds."""
    if not done or seconds <= 2:
        return ""
    left = round(seconds / done * (total - done))
    return f", about {left // 60} min {left % 60} s left" if left >= 60 else f", {left} s left"


def division(
    workspace: Workspace, opened: OpenDataset, *, validation: float = 0.2, seed: int = 0
) -> tuple[Split, bool]:
    """The division, worked out once an index and seed, and whether a run's will be the same.

    It is where an audit or a run has looked for copies, or nobody will: looking takes longer than
    a page may.

    Args:
        workspace: Keeps what is known of copies.
        opened: The data set.
        validation: See `make_split`.
        seed: Likewise.

    Raises:
        ConfigError, DatasetError: As `make_split`.
    """
    index, home = opened.chosen, dataset_folder(opened.ref.name, workspace=workspace)
    key = ("division", validation, seed, changed_at(home / PAIRS_FILE))
    if key not in index.memo:
        images = Images(index=index, home=home)
        known = not compares(images)
        divide = divide_images if known else _without_copies
        index.memo[key] = divide(images, validation=validation, seed=seed), known
    found: tuple[Split, bool] = index.memo[key]
    return found


def _without_copies(images: Images, *, validation: float, seed: int) -> Split:
    return make_split(images.index, validation=validation, seed=seed)
