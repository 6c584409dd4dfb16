"""One page of a TIFF file -> Radiograph, by Pillow.

Adobe's TIFF 6.0: what a page stores is told by its tags, which are looked at before anything is
decoded. Of 16-bit pages whose 0 is white Pillow 13 inverts none and cannot open those that are
big-endian, so they are handed over as if their 0 were black and inverted here.
"""

from __future__ import annotations

import io
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from xraylib.images.radiograph import Radiograph, check_size, grey_if_equal, refuse
from xraylib.images.raster import over_black

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC = 254, 256, 257, 258, 262
_SAMPLES, _X_RESOLUTION, _Y_RESOLUTION, _SAMPLE_FORMAT = 277, 282, 283, 339
_REDUCED_OR_MASK: Final = 0b101
_MOST_PAGES: Final = 64
_COLOURS: Final = {
    0: "grey",
    1: "grey",
    2: "RGB",
    3: "palette",
    5: "CMYK",
    6: "YCbCr",
    8: "L*a*b*",
}
_NUMBERS: Final = {2: "signed", 3: "floating-point"}


class _Page(NamedTuple):
    """What the tags of one page say."""

    number: int
    place: int
    width: int
    height: int
    bits: int
    samples: int
    photometric: int
    sample_format: int
    reduced: bool
    square: bool

    def __str__(self) -> str:
        kind = _COLOURS.get(self.photometric, "no known kind")
        numbers = _NUMBERS.get(self.sample_format, "")
        return f"{self.samples} × {self.bits} {f'{numbers} ' if numbers else ''}bits of {kind}"


def read_tiff(data: bytes) -> Radiograph:
    """Decodes the one page of a TIFF file; reduced copies and masks beside it do not count.

    Raises:
        ImageError: codes ``damaged``, ``too-large``, ``several-frames``, ``unsupported-pixels``.
    """
    pages = [page for page in _pages(data) if not page.reduced]
    if not pages:
        raise refuse("damaged", "The TIFF file is damaged (it has no page)")
    if len(pages) > 1:
        raise refuse("several-frames", f"The TIFF file has {len(pages)} pages")
    page = pages[0]
    check_size(page.width, page.height)
    if page.photometric < 0:
        raise refuse("damaged", "The TIFF file does not say whether 0 is black or white")
    deep = page.photometric in (0, 1) and page.samples == 1 and page.bits in (12, 16)
    plain = page.photometric in (0, 1, 2, 3, 6) and page.bits in (1, 2, 4, 8)
    if page.sample_format not in (1, 4) or not (deep or plain or _sixteen_bit_colour(page)):
        raise refuse("unsupported-pixels", f"The TIFF file stores {page}")
    if deep:
        data = _black_is_zero(data, page.place)
    try:
        with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
            image.seek(page.number)
            check_size(*image.size)
            image.info.pop("xmp", None)  # from which Pillow would turn the page, as viewers do not
            image.load()
            mode = image.mode
            pixels = _deep(image, page) if deep else _plain(image)
    except UnidentifiedImageError:  # its tags were read, so it is no damage
        raise refuse("unsupported-pixels", f"The TIFF file stores {page}") from None
    return Radiograph(
        pixels=np.ascontiguousarray(pixels),
        bit_depth=page.bits if deep else 8,
        mode=mode,
        format="TIFF",
        notes=() if page.square else ("density-unequal",),
    )


def _sixteen_bit_colour(page: _Page) -> bool:
    return page.photometric == 2 and page.bits == 16  # Pillow keeps the high byte


def _pages(data: bytes) -> list[_Page]:
    stream, seen = io.BytesIO(data), set[int]()
    pages: list[_Page] = []
    header = data[:16] if data[2:4] in (b"+\0", b"\0+") else data[:8]
    ifd = TiffImagePlugin.ImageFileDirectory_v2(header)
    place = ifd.next
    while place and place not in seen and len(seen) < _MOST_PAGES:
        seen.add(place)
        _entries(data, place)
        stream.seek(place)
        ifd.load(stream)
        pages.append(
            _Page(
                number=len(pages),
                place=place,
                width=_first(ifd, _WIDTH, 0),
                height=_first(ifd, _HEIGHT, 0),
                bits=_first(ifd, _BITS, 1),
                samples=_first(ifd, _SAMPLES, 1),
                photometric=_first(ifd, _PHOTOMETRIC, -1),
                sample_format=_first(ifd, _SAMPLE_FORMAT, 1),
                reduced=bool(_first(ifd, _SUBFILE, 0) & _REDUCED_OR_MASK),
                square=ifd.get(_X_RESOLUTION) == ifd.get(_Y_RESOLUTION),
            )
        )
        place = ifd.next
    return pages


def _order(data: bytes) -> Literal["little", "big"]:
    return "little" if data[:2] == b"II" else "big"


def _entries(data: bytes, place: int) -> range:
    """Where the entries of the directory at ``place`` begin."""
    counted, entry = (8, 20) if 43 in data[2:4] else (2, 12)  # BigTIFF, or not
    count = int.from_bytes(data[place : place + counted], _order(data))
    found = range(place + counted, place + counted + count * entry, entry)
    if found.stop > len(data):
        raise refuse("damaged", "The TIFF file is damaged (it is cut off)")
    return found


def _black_is_zero(data: bytes, place: int) -> bytes:
    """The file with another photometric interpretation in the directory at ``place``."""
    order, entries = _order(data), _entries(data, place)
    for start in entries:
        if int.from_bytes(data[start : start + 2], order) == _PHOTOMETRIC:
            value = start + (8 if entries.step == 12 else 12)
            return data[:value] + (1).to_bytes(2, order) + data[value + 2 :]
    return data


def _first(ifd: TiffImagePlugin.ImageFileDirectory_v2, tag: int, default: int) -> int:
    value: Any = ifd.get(tag, default)
    return int(value[0] if isinstance(value, tuple) else value)


def _deep(image: Image.Image, page: _Page) -> NDArray[np.uint16]:
    if not image.mode.startswith("I;16"):
        raise refuse("unsupported-pixels", f"The TIFF file stores {page}")
    pixels = np.asarray(image).astype(np.uint16)
    top = np.uint16(2**page.bits - 1)
    return top - pixels if page.photometric == 0 else pixels


def _plain(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in ("1", "YCbCr", "P", "RGBX"):
        kind = {"1": "L", "P": "RGBA" if "transparency" in image.info else "RGB"}
        image = image.convert(kind.get(image.mode, "RGB"))
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        raise refuse("unsupported-pixels", f"The image stores its pixels as {image.mode}")
    pixels = np.asarray(image)
    if image.mode in ("LA", "RGBA"):
        pixels = over_black(pixels[:, :, :-1], pixels[:, :, -1])
    return grey_if_equal(pixels)
