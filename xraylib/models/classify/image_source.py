"""Where the images to classify are: a folder of this machine, or an address that fsspec reads."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from xraylib.arguments import PathLike, as_path
from xraylib.datasets.names import is_clutter, is_picture_name
from xraylib.datasets.root import check_root
from xraylib.errors import DatasetError, ImageError, InstallationError
from xraylib.extras import require
from xraylib.images.decode import MAX_BYTES
from xraylib.images.formats import HEAD_BYTES, image_format
from xraylib.images.radiograph import refuse
from xraylib.regular import read_head

_SCHEME: Final = "://"


class Source(Protocol):
    """Images below one place.

    Attributes:
        place: The place, as `open_source` takes it.
        address: Where others can read them too; nothing for a folder of this machine.
    """

    place: str
    address: str

    def images(self) -> list[str]:
        """Paths below it of files that are, or mean to be, images, in their order."""

    def files(self, paths: Sequence[str], place: Path) -> list[Path | ImageError]:
        """A file on this machine for each path, or why there is none.

        Args:
            paths: Of `images`.
            place: An empty folder for what has to be fetched.
        """


class Folder:
    """A folder of this machine.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder`` and ``folder-unreadable``.
    """

    address = ""

    def __init__(self, folder: Path) -> None:
        self._root = check_root(folder)
        self.place = str(self._root.absolute())

    def images(self) -> list[str]:
        return list(self._found())

    def files(self, paths: Sequence[str], place: Path) -> list[Path | ImageError]:  # noqa: ARG002
        return [self._root / path for path in paths]

    def _found(self) -> Iterator[str]:
        """Sorted folder by folder."""
        for place, folders, names in os.walk(self._root):
            folders[:] = sorted(name for name in folders if not is_clutter(name))
            for name in sorted(names):
                path = Path(place) / name
                if not is_clutter(name) and (is_picture_name(name) or _begins_as_image(path)):
                    yield str(path.relative_to(self._root))


class Address:
    """A place that fsspec reads: ``s3://bucket/folder``, ``gs://…``, ``https://…`` and others.

    Raises:
        InstallationError: code ``no-fsspec``: it, or what it needs for such an address, is not
            installed.
        DatasetError: codes ``folder-missing`` and ``folder-unreadable``.
    """

    def __init__(self, address: str) -> None:
        require("addresses")
        import fsspec

        self.place = self.address = address
        try:
            self._files, root = fsspec.core.url_to_fs(address)
        except ImportError as error:
            raise InstallationError(
                f"Reading {_short(address)} needs a package that is not installed ({error})",
                expected="what fsspec needs for this kind of address, as s3fs for s3://",
                remedy="install it in this environment, on a cluster on every node",
                code="no-fsspec",
            ) from None
        except Exception as error:  # each kind of address has errors of its own
            raise _unreadable(address, error) from error
        self._root = root.rstrip("/")

    def images(self) -> list[str]:
        try:
            found: dict[str, Any] = self._files.find(self._root, detail=True)
            below = len(self._root) + 1
            paths = sorted(path[below:] for path in found if len(path) > below)
            kept = [path for path in paths if not any(map(is_clutter, path.split("/")))]
            named = [path for path in kept if is_picture_name(path)]
            others = [path for path in kept if not is_picture_name(path)]
            heads = self._read(others, HEAD_BYTES)
        except Exception as error:
            raise _unreadable(self.address, error) from error
        if not found:
            raise DatasetError(
                f"There is nothing at {_short(self.address)}",
                expected="an address with images below it",
                remedy="look for a typing mistake in it",
                code="folder-missing",
            )
        as_images = zip(others, heads, strict=True)
        told = [path for path, head in as_images if isinstance(head, bytes) and image_format(head)]
        return sorted((*named, *told))

    def files(self, paths: Sequence[str], place: Path) -> list[Path | ImageError]:
        made: list[Path | ImageError] = []
        for number, data in enumerate(self._read(paths, MAX_BYTES + 1)):
            if isinstance(data, FileNotFoundError):
                made.append(refuse("missing", "The file is no longer there"))
            elif isinstance(data, Exception):
                told = " ".join(str(data).split())[:200] or type(data).__name__
                made.append(refuse("cannot-open", f"The file cannot be opened ({told})"))
            elif len(data) > MAX_BYTES:
                made.append(refuse("too-large", f"The file has over {MAX_BYTES / 2**20:.0f} MiB"))
            else:
                made.append(place / str(number))
                (place / str(number)).write_bytes(data)
        return made

    def _read(self, paths: Sequence[str], count: int) -> list[bytes | Exception]:
        """The first bytes of each file, or what went wrong; many at the same time where it can."""
        whole = [f"{self._root}/{path}" for path in paths]
        if not whole:
            return []
        ends = [count] * len(whole)
        read: list[bytes | Exception] = self._files.cat_ranges(
            whole, [0] * len(whole), ends, on_error="return"
        )
        return read


def open_source(place: PathLike) -> Source:
    """The images at ``place``: an address if it has a scheme, or else a folder.

    Raises:
        InstallationError, DatasetError, PathError: As `Folder` and `Address`.
    """
    text = os.fspath(place)
    return Address(text) if _SCHEME in text else Folder(as_path(place, "folder"))


def visible(path: str) -> str:
    """The path with ``/`` between folders, as one line of text that a table can hold."""
    text = path.replace(os.sep, "/").encode("utf-8", "surrogateescape")
    return "".join(
        letter if unicodedata.category(letter) != "Cc" else f"\\x{ord(letter):02x}"
        for letter in text.decode("utf-8", "backslashreplace")
    )


def _begins_as_image(path: Path) -> bool:
    try:
        return image_format(read_head(path, HEAD_BYTES)) is not None
    except OSError:
        return False


def _short(address: str) -> str:
    """Without a name and a password that may stand in it."""
    scheme, _, rest = address.partition(_SCHEME)
    return f"{scheme}{_SCHEME}{rest.rpartition('@')[2]}"[:200]


def _unreadable(address: str, error: Exception) -> DatasetError:
    told = " ".join(str(error).split())[:200] or type(error).__name__
    return DatasetError(
        f"{_short(address)} cannot be read ({told})",
        expected="an address that fsspec reads, and the right to read there",
        remedy="look at the address, and at the keys that this environment has for it",
        code="folder-unreadable",
    )
