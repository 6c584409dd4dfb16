"""Images -> batches: decoded once into a memory-mapped cache, then read as pure functions.

cache/<key>/pixels.npy holds the prepared pixels of a list of images, uint8 (n, h, w, c). The key
names the images' contents (SHA-256) and the preparation, so runs share it, a changed image makes
another one, and it can be deleted at any time. The file is written beside its place and renamed
when it is complete: it is there whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from xraylib.augmentation.augment import AugmentConfig, Pixels, vary
from xraylib.images.prepare import Preparation
from xraylib.loading.build import build, cannot_keep
from xraylib.regular import read_array

if TYPE_CHECKING:
    from xraylib.datasets.scan import DatasetIndex

Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.signedinteger[Any]]
"""``(n,)`` positions in the classes, or ``(n, findings)`` of 1, 0 and -1 (not known)."""

# Part of every key: raise it when `prepare` or the file's layout changes.
_VERSION: Final = 1
# How often images that somebody throws away at once are built again.
_ATTEMPTS: Final = 3
# Keeps the order of the images apart from every other use of the same seed.
_ORDER_STREAM: Final = 0x6F72646572


@dataclass(frozen=True, eq=False)
class PreparedPixels:
    """The prepared images of a data set.

    Attributes:
        pixels: uint8 (n, height, width, channels), mapped from the file: pages are read when
            touched and do not count as the process's own memory.
        rows: Row number in the index of each, ascending.
        file: Where they are kept.
    """

    pixels: Pixels
    rows: Ints
    file: Path

    def positions(self, rows: Ints) -> Ints:
        """Where in ``pixels`` the images with these row numbers are.

        Raises:
            KeyError: A row is not among them.
        """
        places = np.searchsorted(self.rows, rows)
        found = places < len(self.rows)
        if not (found.all() and np.array_equal(self.rows[places], rows)):
            raise KeyError("these rows are not among the prepared images")
        return places.astype(np.int64)


def build_cache(
    index: DatasetIndex,
    rows: Sequence[int] | Ints,
    preparation: Preparation,
    cache_dir: Path,
    progress: Callable[[int, int], None] | None = None,
) -> PreparedPixels:
    """The prepared pixels of these images, decoded by all cores unless they are cached.

    Two processes that build the same cache do not work twice: the second waits for the first,
    and goes on if the first dies.

    Args:
        index: The images.
        rows: Row numbers, all readable.
        preparation: Size and channels.
        cache_dir: ``workspace.cache``.
        progress: Called with the images done and all images; may raise to give up.

    Raises:
        DatasetError: codes ``changed``: an image was changed, moved or damaged since the scan,
            and ``removed``: the whole folder is gone.
        PathError: code ``cannot-write``: the cache folder is full or read-only.
    """
    order = np.unique(np.asarray(rows, np.int64))
    folder = cache_dir / cache_key(contents(index, order), preparation)
    file = folder / "pixels.npy"
    for _ in range(_ATTEMPTS):
        if not file.exists():
            build(file, index, order, preparation, progress or (lambda _done, _all: None))
        try:
            os.utime(file)  # the time of last use, for pruning
            pixels: Pixels = read_array(file)
            if pixels.dtype == np.uint8 and pixels.shape == (len(order), *preparation.input_shape):
                return PreparedPixels(pixels=pixels, rows=order, file=file)
        except FileNotFoundError:  # thrown away in this moment, to make room
            continue
        except (OSError, ValueError):
            pass
        _throw_away(file)  # what is damaged is built again
    raise cannot_keep(folder, FileNotFoundError(errno.ENOENT, "they vanish at once"))


def _throw_away(file: Path) -> None:
    try:
        shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
    except FileNotFoundError:  # somebody else has
        pass
    except OSError as error:
        raise cannot_keep(file.parent, error) from error


def cache_key(sha256: Iterable[str], preparation: Preparation) -> str:
    """The name of the cache folder of these images, in this order."""
    key = hashlib.sha256(b'{"films":[')  # piece by piece: 100,000 sums are 20 MB as Python's own
    separator = b""
    for one in sha256:
        key.update(separator + json.dumps(one).encode())
        separator = b","
    rest = {"preparation": preparation.to_json(), "version": _VERSION}
    key.update(b"]," + json.dumps(rest, sort_keys=True, separators=(",", ":"))[1:].encode())
    return key.hexdigest()[:32]


def contents(index: DatasetIndex, rows: Ints) -> Iterator[str]:
    """The SHA-256 sums of images, by their row numbers."""
    return (one.as_py() for one in index.table["sha256"].take(rows))


@dataclass(frozen=True, kw_only=True, eq=False)
class Batches:
    """Training batches as a pure function of (seed, epoch, step).

    Attributes:
        pixels: uint8 (n, height, width, channels), for example ``PreparedPixels.pixels``.
        labels: (n,) positions in the classes, or (n, findings).
        augment: How images vary; None for not at all.
        seed: Seed of the order and of the augmentation.
        batch_size: Images a batch; the last one of an epoch may be smaller.
        shuffle: Whether each epoch has an order of its own.
        positions: Which of ``pixels`` and ``labels`` to use; all if not given.
        numbers: (n,) the number that augmentation knows each image by, its row in the index;
            its place in ``pixels`` if not given.
    """

    pixels: Pixels
    labels: Labels
    augment: AugmentConfig | None = None
    seed: int = 0
    batch_size: int = 32
    shuffle: bool = True
    positions: Ints | None = None
    numbers: Ints | None = None
    # The orders of the epochs at work: shuffling 100,000 images for every batch would be slow.
    _orders: dict[int, Ints] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        """Batches an epoch."""
        return -(-self.images // self.batch_size)

    @property
    def images(self) -> int:
        """Images an epoch."""
        return len(self.pixels) if self.positions is None else len(self.positions)

    def order(self, epoch: int) -> Ints:
        """Positions in ``pixels`` in the order of this epoch."""
        places = np.arange(len(self.pixels)) if self.positions is None else self.positions
        if not self.shuffle:
            return places
        known = self._orders.get(epoch)
        if known is not None:
            return known
        philox = np.random.Philox(counter=(0, 0, epoch, 0), key=(self.seed, _ORDER_STREAM))
        order = np.random.Generator(philox).permutation(places)
        for old in [other for other in self._orders if abs(other - epoch) > 1]:
            self._orders.pop(old, None)
        self._orders[epoch] = order
        return order

    @property
    def varies(self) -> bool:
        """Whether an image differs from epoch to epoch."""
        return self.augment is not None and not self.augment.is_identity

    def places(self, epoch: int, step: int) -> Ints:
        """Positions in ``pixels`` of the images of one step, both from 0."""
        return self.order(epoch)[step * self.batch_size : (step + 1) * self.batch_size]

    def batch(self, epoch: int, step: int) -> tuple[Pixels, Labels]:
        """The pixels (b, height, width, channels) and labels of one step, both from 0."""
        chosen = self.places(epoch, step)
        if self.augment is None or not self.varies:
            return self.pixels[chosen], self.labels[chosen]
        batch = np.empty((len(chosen), *self.pixels.shape[1:]), np.uint8)
        for place, position in enumerate(chosen.tolist()):
            batch[place] = vary(
                self.pixels[position],
                self.augment,
                seed=self.seed,
                epoch=epoch,
                index=position if self.numbers is None else int(self.numbers[position]),
            )
        return batch, self.labels[chosen]
