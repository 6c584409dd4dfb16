"""Small pictures of a data set's images, made once and kept in the workspace by content."""

from __future__ import annotations

import contextlib
import secrets
from typing import Final

from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import ImageError
from xraylib.images.radiograph import MAX_BYTES
from xraylib.images.thumbnail import small_jpeg
from xraylib.regular import read_regular
from xraylib.workspace import Workspace, WorkspaceLike, checked_name

_IN_MEMORY: Final = 600  # 25 pages of the gallery, about 4 MB
_BEGIN, _END = b"\xff\xd8", b"\xff\xd9"  # of a whole JPEG


def thumbnail(
    name: str,
    index: DatasetIndex,
    row: int,
    size: int = 160,
    *,
    workspace: WorkspaceLike | None = None,
) -> bytes:
    """A small JPEG of an image, made once and kept by the image's content.

    Args:
        name: Of the data set.
        index: Its index.
        row: The image.
        size: Pixels of the longer side, 16 to 1024; smaller images are not enlarged.
        workspace: Holds the thumbnails; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        ImageError: The image is unreadable, gone or changed.
    """
    workspace = Workspace.open(workspace)
    code, content = (str(index.table[name][row].as_py()) for name in ("error_code", "sha256"))
    if code:
        raise ImageError(
            f"{index.image(row).path} is no readable image",
            expected="an image that the scan could read",
            remedy="look at the list of unreadable files for the reason",
            code=code,
        )
    size = min(max(int(size), 16), 1024)
    kept: dict[tuple[str, int], bytes] = index.memo.setdefault("thumbnails", {})
    picture = kept.get((content, size))
    if picture is None:
        picture = _kept_or_made(workspace, name, index, row, content, size)
        with contextlib.suppress(KeyError, StopIteration, RuntimeError):  # another thread did
            while len(kept) >= _IN_MEMORY:
                del kept[next(iter(kept))]
        kept[content, size] = picture
    return picture


def _kept_or_made(
    workspace: Workspace, name: str, index: DatasetIndex, row: int, content: str, size: int
) -> bytes:
    folder = workspace.datasets / checked_name(name) / "thumbnails" / content[:2]
    file = folder / f"{content}-{size}.jpg"
    with contextlib.suppress(OSError):
        kept = read_regular(file, MAX_BYTES)
        if kept.startswith(_BEGIN) and kept.endswith(_END):
            return kept  # else it was cut, as by a power cut: it is made again
    picture = small_jpeg(index.read(row).as_uint8(), size)
    temporary = folder / f".{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(picture)
        temporary.replace(file)
    except OSError:  # a full or read-only workspace only costs time
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return picture
