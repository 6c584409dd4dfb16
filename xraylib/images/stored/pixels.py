"""A DICOM file's pixel data -> the values that it stores.

A compressed picture tells its own size, depth and sign. Where the header says something else, the
picture is decoded as it is and that is noted, or it is refused; PS3.5, 8.2: the two shall agree.
"""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import encapsulate, generate_fragments, parse_basic_offsets
from pydicom.pixels import convert_color_space, get_decoder
from pydicom.uid import UID

from xraylib.errors import ImageError
from xraylib.images import jpeg
from xraylib.images.radiograph import refuse
from xraylib.images.raster import whole_jpeg
from xraylib.images.stored.codestream import (
    Kind,
    begins_picture,
    codestream,
    colours_transformed,
    rle_lengths,
)

RLE: Final = "1.2.840.10008.1.2.5"

# Transfer syntax UID -> the pydicom plugin that decodes it ("" for none: uncompressed).
SYNTAXES: Final = {
    "1.2.840.10008.1.2": "",
    "1.2.840.10008.1.2.1": "",
    "1.2.840.10008.1.2.2": "",
    RLE: "pydicom",
    "1.2.840.10008.1.2.4.50": "gdcm",  # JPEG baseline, 8 bit
    "1.2.840.10008.1.2.4.51": "gdcm",  # JPEG extended: 8 bit only
    "1.2.840.10008.1.2.4.57": "gdcm",  # JPEG lossless
    "1.2.840.10008.1.2.4.70": "gdcm",  # JPEG lossless, first-order prediction
    "1.2.840.10008.1.2.4.80": "gdcm",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.81": "gdcm",  # JPEG-LS near-lossless
    "1.2.840.10008.1.2.4.90": "gdcm",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91": "gdcm",  # JPEG 2000
}
_STREAMS: Final[dict[str, Kind]] = {
    **{f"1.2.840.10008.1.2.4.{number}": "JPEG" for number in (50, 51)},
    **{f"1.2.840.10008.1.2.4.{number}": "JPEG Lossless" for number in (57, 70)},
    **{f"1.2.840.10008.1.2.4.{number}": "JPEG-LS" for number in (80, 81)},
    **{f"1.2.840.10008.1.2.4.{number}": "JPEG 2000" for number in (90, 91)},
}
_LOSSY: Final = frozenset(("1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91"))


def stored_values(dataset: pydicom.Dataset, syntax: str, notes: list[str]) -> NDArray[Any]:
    """``(rows, columns)`` as stored, or ``(rows, columns, 3)`` as RGB.

    Afterwards the dataset says what was decoded: its SamplesPerPixel, PhotometricInterpretation,
    BitsStored and PixelRepresentation are those of the values returned.

    Raises:
        ImageError: codes ``damaged``, ``several-frames`` and ``unsupported-compression``.
    """
    announced, allocated = int(dataset.BitsStored), int(dataset.BitsAllocated)
    if SYNTAXES[syntax]:
        stream = _stream(dataset)
        kind = _STREAMS.get(syntax)
        if kind is None:
            _check_rle(dataset, stream)
        else:
            stream = _agreed(dataset, stream, syntax, kind, notes)
            if kind == "JPEG" and dataset.SamplesPerPixel == 3:
                return _jpeg_colour(dataset, stream, notes)
        dataset.PixelData = encapsulate([stream], has_bot=False)
        dataset["PixelData"].is_undefined_length = True
    else:
        _trim(dataset, notes)
    if dataset.get("HighBit") is not None:  # pydicom drops what is above the lowest BitsStored
        dataset.BitsStored = int(dataset.HighBit) + 1
    values = _decoded(dataset, syntax)
    dataset.BitsAllocated = allocated
    if syntax in _STREAMS:
        return _by_stream(dataset, values, announced, notes, lossy=syntax in _LOSSY)
    values = (
        values >> (dataset.BitsStored - announced) if dataset.BitsStored > announced else values
    )
    dataset.BitsStored = announced
    return values


def _stream(dataset: pydicom.Dataset) -> bytes:
    """The one compressed picture, of however many fragments; no offset table is needed for it."""
    for name in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if name in dataset:
            del dataset[name]
    if not dataset["PixelData"].is_undefined_length:
        raise refuse(
            "damaged", "The DICOM file's compressed pixels are not wrapped as they must be"
        )
    data = io.BytesIO(dataset.PixelData)
    parse_basic_offsets(data)
    fragments = list(generate_fragments(data))
    rle = dataset.file_meta.TransferSyntaxUID == RLE
    pictures = len(fragments) if rle else sum(map(begins_picture, fragments))
    if pictures > 1:
        told = "The DICOM file's pixel data holds {} pictures, its header tells of one"
        raise refuse("several-frames", told.format(pictures))
    return b"".join(fragments)


def _check_rle(dataset: pydicom.Dataset, stream: bytes) -> None:
    """Segments of the right number and length; what pads the last row is allowed."""
    try:
        lengths = rle_lengths(stream)
    except ValueError:
        raise _broken(RLE) from None
    planes = dataset.SamplesPerPixel * dataset.BitsAllocated // 8
    pixels = dataset.Rows * dataset.Columns
    if len(lengths) != planes or not all(
        0 <= length - pixels < max(2, dataset.Columns) for length in lengths
    ):
        held = f"{len(lengths)} × {max(lengths)}"
        raise refuse(
            "damaged",
            f"The compressed picture holds {held} bytes, the header tells of {planes} × {pixels}",
        )


def _agreed(
    dataset: pydicom.Dataset, stream: bytes, syntax: str, kind: Kind, notes: list[str]
) -> bytes:
    """Holds the stream against the header, which then says what the stream is."""
    found, name = codestream(stream), UID(syntax).name
    announced, samples = int(dataset.BitsStored), int(dataset.SamplesPerPixel)
    if found is None:
        _check_depth(kind, announced, samples, announced, name)
        raise _broken(syntax)
    if found.kind != kind:
        raise refuse("damaged", f"The DICOM file says {name}, its pixels are {found.kind}")
    size, told = (found.columns, found.rows), (dataset.Columns, dataset.Rows)
    if size != told:
        held = "The compressed picture has {} × {} pixels, the header says {} × {}"
        raise refuse("damaged", held.format(*size, *told))
    if found.samples != samples:
        if found.samples != 1:
            held = "The compressed picture has {} samples a pixel, the header says {}"
            raise refuse("damaged", held.format(found.samples, samples))
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        notes.append("stream-differs")
    _check_depth(kind, found.bits, found.samples, announced, name)
    dataset.BitsAllocated = 8 if found.bits <= 8 else 16
    dataset.BitsStored, dataset.HighBit = found.bits, found.bits - 1
    if found.signed is not None and found.signed != bool(dataset.PixelRepresentation):
        dataset.PixelRepresentation = int(found.signed)
        notes.append("stream-differs")
    photometric = str(dataset.PhotometricInterpretation)
    if kind == "JPEG 2000" and photometric.startswith("YBR_FULL") and colours_transformed(stream):
        dataset.PhotometricInterpretation = "RGB"
        notes.append("stream-differs")
    if kind == "JPEG":
        return whole_jpeg(stream, notes)
    return stream


def _check_depth(kind: Kind, bits: int, samples: int, announced: int, name: str) -> None:
    least = 8 if kind in ("JPEG", "JPEG-LS") else 1
    most = 8 if kind == "JPEG" or samples == 3 else 16
    if not least <= bits <= most:
        told = bits if least <= announced <= most else announced
        raise refuse("unsupported-compression", f"The DICOM file is encoded as {name}, {told} bit")


def _trim(dataset: pydicom.Dataset, notes: list[str]) -> None:
    """Uncompressed pixels of the length that the header gives, padded to an even one."""
    element = dataset["PixelData"]
    if element.is_undefined_length:
        told = "The DICOM file's pixels are compressed, and it does not say how"
        raise refuse("unsupported-compression", told)
    samples = 2 if dataset.PhotometricInterpretation == "YBR_FULL_422" else dataset.SamplesPerPixel
    row = dataset.Columns * samples * dataset.BitsAllocated // 8
    length = dataset.Rows * row
    if len(element.value) < length:
        told = (
            f"The DICOM file has {len(element.value)} bytes of pixels, the header tells of {length}"
        )
        raise refuse("damaged", told)
    if len(element.value) >= length + max(2, row):
        notes.append("pixels-left-over")
    element.value = element.value[: length + length % 2]


def _decoded(dataset: pydicom.Dataset, syntax: str) -> NDArray[Any]:
    plugin = SYNTAXES[syntax]
    signed = dataset.PixelRepresentation == 1
    if _STREAMS.get(syntax) == "JPEG 2000" and (dataset.SamplesPerPixel == 3 or not signed):
        plugin = "pillow"  # the same values, no slower, 230 MB less for 25 megapixels
    try:
        values: NDArray[Any]
        values, facts = get_decoder(syntax).as_array(dataset, raw=True, decoding_plugin=plugin)
    except MemoryError:
        raise
    except Exception as error:  # plugins raise whatever they like on damaged streams
        reason = " ".join(str(error).split())[:160].rstrip(".")
        raise _broken(syntax, "" if plugin else reason) from error
    shape = (dataset.Rows, dataset.Columns, dataset.SamplesPerPixel)
    if values.shape != (shape[:2] if shape[2] == 1 else shape):
        raise _broken(syntax)
    if values.ndim == 3 and str(facts["photometric_interpretation"]).startswith("YBR_FULL"):
        values = values if values.flags.writeable else values.copy()
        for top in range(0, len(values), 64):  # a block at a time: it works in 32-bit floats
            block = values[top : top + 64]
            block[:] = convert_color_space(block, "YBR_FULL", "RGB")
    return values


def _by_stream(
    dataset: pydicom.Dataset,
    values: NDArray[Any],
    announced: int,
    notes: list[str],
    *,
    lossy: bool,
) -> NDArray[Any]:
    """Settles the depth: the header's where all values fit into it, else the stream's.

    Encoders write 12 bits into streams of 16, sign extended or not; that loses nothing. What lossy
    compression carries a little beyond the ends of the range is brought back to them.
    """
    bits, signed = int(dataset.BitsStored), dataset.PixelRepresentation == 1
    if bits <= announced:
        notes += ["stream-differs"] * (bits < announced)
        return values
    words = values.astype(np.uint16) & np.uint16(2**bits - 1)
    if int(words.max()) < 1 << announced:
        dataset.BitsStored = announced
        return values
    numbers = words.astype(np.int32)
    if signed:
        numbers -= (numbers >= 1 << (bits - 1)) * np.int32(1 << bits)
    low = -(1 << (announced - 1)) if signed else 0
    high = low + (1 << announced) - 1
    beyond = (1 << (announced - 1)) if lossy else 0
    if int(numbers.min()) >= low - beyond and int(numbers.max()) <= high + beyond:
        dataset.BitsStored = announced
        return np.clip(numbers, low, high).astype(values.dtype)
    notes.append("stream-differs")
    return values


def _jpeg_colour(dataset: pydicom.Dataset, stream: bytes, notes: list[str]) -> NDArray[Any]:
    """RGB by Pillow, which takes 350 MB less than others for 25 megapixels.

    Where the stream tells what its colours are, that counts.
    """
    told, header = jpeg.colours(stream), str(dataset.PhotometricInterpretation)
    if told and (told == "RGB") != (header == "RGB"):
        notes.append("stream-differs")
    try:
        with Image.open(io.BytesIO(jpeg.first_picture(stream).data), formats=("JPEG",)) as image:
            if not told and header == "RGB":
                image.draft("YCbCr", image.size)  # leaves the samples as they are
            values = np.asarray(image)
    except (OSError, ValueError, SyntaxError) as error:
        raise _broken(str(dataset.file_meta.TransferSyntaxUID)) from error
    if values.shape != (dataset.Rows, dataset.Columns, 3):
        raise _broken(str(dataset.file_meta.TransferSyntaxUID))
    return values


def _broken(syntax: str, reason: str = "") -> ImageError:
    why = reason or "the stream is broken or cut short"
    return refuse(
        "damaged", f"The DICOM file's pixel data ({UID(syntax).name}) cannot be decoded: {why}"
    )
