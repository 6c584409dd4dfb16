"""Prepared pixels out of the scan itself: a new folder that is trained on is decoded once.

Where the preparation is known before a folder is scanned, the scan has each image prepared as well
and `OnePass` puts it into a draft beside the cache. Once it is decided which images are used, the
draft becomes the cache's file, bit for bit as `build_cache` would have written it. Whatever stands
in the way costs time alone: then `build_cache` decodes the images.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from filelock import FileLock, Timeout

from xraylib.augmentation.augment import Pixels
from xraylib.images.prepare import Preparation, TakesPrepared
from xraylib.loading.build import Rows, builder_of
from xraylib.loading.loader import cache_key, contents
from xraylib.loading.pixel_file import PixelFile
from xraylib.workspace import new_id

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex

_FOLDERS: Final = ".scanned-"


class OnePass(TakesPrepared):
    """What a scan fills and a plan takes; nothing of it is left where nobody took it.

    The draft takes nothing of the disk before the first image comes.

    Args:
        preparation: What each image is prepared by.
        cache: ``workspace.cache``.
    """

    def __init__(self, preparation: Preparation, cache: Path) -> None:
        self.preparation = preparation
        self._cache = cache
        self._folder = cache / f"{_FOLDERS}{new_id()}"
        self._mutex = threading.Lock()
        self._lock: FileLock | None = None
        self._draft: PixelFile | None = None
        self._failed = False
        self._sums: dict[int, bytes] = {}

    def put(self, place: int, sha256: str, pixels: Pixels) -> None:
        """Takes one prepared image, from any thread.

        Args:
            place: Its place among all images of the folder.
            sha256: Of the file's bytes that it was made of.
            pixels: What `prepare` made of it.
        """
        try:
            with self._mutex:
                if self._failed:
                    return
                draft = self._draft = self._draft or self._opened()
            draft.put(place, pixels)  # ValueError: closed meanwhile
            self._sums[place] = bytes.fromhex(sha256)
        except (OSError, ValueError):  # a full disk is told by who needs the cache
            self._discard()

    def give(self, index: DatasetIndex, rows: Rows, preparation: Preparation) -> bool:
        """Makes the draft the cache's file of these images; False where it cannot be.

        Args:
            index: Images of the folder that was scanned, in its order; some may be left out.
            rows: Row numbers of those that are used.
            preparation: What they are to be prepared by.
        """
        order, draft = np.unique(np.asarray(rows, np.int64)), self._draft
        if draft is None or preparation != self.preparation:
            return False
        places = self._places(index, order)
        if places is None:
            return False
        file = self._cache / cache_key(contents(index, order), preparation) / "pixels.npy"
        try:
            with builder_of(file, _give_up):
                if not file.exists():
                    draft.keep_only(places)
                    draft.finish(len(places))
                    draft.file.replace(file)
                    self._draft = None
        except (OSError, Timeout):
            return False
        return True

    def close(self) -> None:
        """Throws away what nobody took."""
        self._discard()
        if self._lock is not None:
            self._lock.release()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._lock = None

    def _discard(self) -> None:
        with self._mutex:
            draft, self._draft, self._failed = self._draft, None, True
            if draft is not None:
                with suppress(OSError):
                    draft.discard()

    def _opened(self) -> PixelFile:
        throw_away_abandoned(self._cache)
        self._folder.mkdir(parents=True)
        self._lock = FileLock(self._folder / "scan.lock")
        self._lock.acquire(timeout=0)
        return PixelFile(self._folder / "pixels.npy", self.preparation.input_shape)

    def _places(self, index: DatasetIndex, order: Rows) -> list[int] | None:
        """Where each image is in the draft, ascending; None if one is not there.

        Both are sorted by path, so the images are a part of the draft in the draft's order.
        """
        there = iter(sorted(self._sums))
        places = []
        for one in index.table["sha256"].take(pa.array(order)).to_pylist():
            wanted = bytes.fromhex(one)
            place = next((place for place in there if self._sums[place] == wanted), None)
            if place is None:
                return None
            places.append(place)
        return places


def throw_away_abandoned(cache: Path) -> None:
    """Removes the drafts of scans that were killed."""
    for folder in cache.glob(f"{_FOLDERS}*"):
        lock = FileLock(folder / "scan.lock")
        with suppress(OSError, Timeout):
            lock.acquire(timeout=0)
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)


def _give_up() -> None:
    """Somebody else builds the same images: the run will wait for those."""
    raise Timeout("build.lock")
