"""DICOM files at random over the axes that decide about greys, and dcmtk's picture of each.

Each file has a twin without what dcmtk cannot read or passes over: elements that are absent or
empty, a missing end, JPEG 2000. dcmtk shows the twin.
"""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from xraylib.errors import ImageError
from xraylib.images.sandbox.decoder import Decoder

TOOLS: Final = ("dcm2pnm", "dcmj2pnm", "dcml2pnm", "dcmcjpeg", "dcmcjpls", "dcmdjpls", "dcmcrle")
MISSING: Final = [name for name in TOOLS if shutil.which(name) is None]
DIGITAL_XRAY: Final = "1.2.840.10008.5.1.4.1.1.1.1"

NATIVE: Final = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
}
WRONG: Final = {
    "PS3.3 C.11.2, fewer than 8 bits without a VOI transformation": "levels are divided by the "
    "number of values, so that the highest is not white: the twin has a window of the full range",
    "PS3.3 C.7.6.3.1.2, YBR_FULL and YBR_FULL_422": "each product is rounded, so that levels are "
    "up to 2 off: the twin is RGB by the formula",
    "PS3.3 C.7.5.1.1.2, pixel padding": "shown as if it were picture: those pixels must be black",
    "PS3.3 C.11.1.1.2, slopes that are no whole numbers": "values become whole numbers after the "
    "rescale: slopes are whole here, others are worked out by hand in test_greys",
    "PS3.5 8.2, elements absent or empty, no beginning, no mark of the end": "refused or guessed: "
    "the twin has them",
    "PS3.5 A.4.4, JPEG 2000": "not read: the twin is not compressed",
}
"""What dcm2pnm 3.6.7 does otherwise than the standard, or not at all, and what is done here."""

LOSSLESS: Final = ("RLE", "JPEG lossless", "JPEG-LS", "JPEG 2000")
LOSSY: Final = ("JPEG baseline", "JPEG-LS near", "JPEG 2000 lossy")


@dataclass
class Case:
    """One file.

    Attributes:
        axes: What was drawn, by axis.
        ours: The file.
        twin: What dcmtk is shown.
        tool: The program of dcmtk that shows it.
        options: What it is told.
        padding: ``(rows, columns)``: where the file says that no picture is.
        refused: The code with which the file must be refused, if it must.
    """

    axes: dict[str, str]
    ours: bytes
    twin: bytes
    tool: str = "dcm2pnm"
    options: tuple[str, ...] = ()
    padding: NDArray[np.bool_] | None = None
    refused: str = ""


@dataclass
class Figures:
    """How far apart the pictures were.

    Attributes:
        files: Number of files by axis and value.
        largest: The largest difference of 255 by axis and value.
        within: How many files agreed within 1, by axis and value.
        failures: Seeds and words of those that did not.
    """

    files: dict[tuple[str, str], int] = field(default_factory=dict)
    largest: dict[tuple[str, str], int] = field(default_factory=dict)
    within: dict[tuple[str, str], int] = field(default_factory=dict)
    failures: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)

    def add(self, seed: int, case: Case, found: int, words: str) -> None:
        good = not words and found <= 1
        if not good:
            self.failures.append((seed, words or f"{found} of 255 apart", case.axes))
        for axis in (("all", "all"), *case.axes.items()):
            self.files[axis] = self.files.get(axis, 0) + 1
            self.within[axis] = self.within.get(axis, 0) + good
            if not words:
                self.largest[axis] = max(self.largest.get(axis, 0), found)

    def table(self) -> str:
        """Markdown, a row for each value of each axis."""
        rows = ["| axis | value | files | within 1 | largest difference |", "|---|---|---|---|---|"]
        for axis in sorted(self.files):
            largest = self.largest.get(axis, "")
            rows.append(
                f"| {axis[0]} | {axis[1]} | {self.files[axis]} | {self.within[axis]} | {largest} |"
            )
        return "\n".join(rows)


def compared(seeds: range, folder: Path) -> Figures:
    """Makes the file of each seed and compares its two pictures."""
    figures = Figures()
    with Decoder() as decoder:
        for seed in seeds:
            case = at_random(random.Random(seed), folder)
            found, words = 0, ""
            try:
                image = decoder.decode(case.ours)
            except ImageError as error:
                words = "" if error.code == case.refused else error.message
            else:
                if case.refused:
                    words = "was read"
                else:
                    try:
                        theirs = shown(case, folder)
                    except subprocess.CalledProcessError as error:
                        words = f"dcmtk: {error.stderr.decode(errors='replace').strip()}"
                    else:
                        found = difference(image.as_uint8(), theirs, case.padding)
            figures.add(seed, case, found, words)
    return figures


def shown(case: Case, folder: Path) -> NDArray[np.uint8]:
    """dcmtk's picture of the twin, grey or RGB."""
    file, picture = folder / "twin.dcm", folder / "twin.pnm"
    file.write_bytes(case.twin)
    command = [case.tool, *case.options, str(file), str(picture)]
    subprocess.run(command, check=True, capture_output=True)
    found: Any = cv2.imread(str(picture), cv2.IMREAD_UNCHANGED)
    return found if found.ndim == 2 else found[:, :, ::-1]


def difference(
    ours: NDArray[np.uint8], theirs: NDArray[np.uint8], padding: NDArray[np.bool_] | None
) -> int:
    """Levels of 255 between the pictures, at most; 255 for another shape or padding not black."""
    if theirs.ndim > ours.ndim:
        ours = np.repeat(ours[:, :, None], 3, axis=2)
    if ours.shape != theirs.shape:
        return 255
    apart = np.abs(ours.astype(int) - theirs)
    if padding is not None:
        if ours[padding].any():
            return 255
        apart[padding] = 0
    return int(apart.max())


def at_random(chance: random.Random, folder: Path) -> Case:
    """A file over the axes that matter."""
    if chance.random() < 0.15:
        return _colour(chance, folder)
    return _grey(chance, folder)


def _grey(chance: random.Random, folder: Path) -> Case:
    way = chance.choice((*NATIVE, *NATIVE, *LOSSLESS, *LOSSLESS, *LOSSY, "deflated"))
    allocated = 8 if way == "JPEG baseline" else chance.choice((8, 16, 16))
    bits = allocated - chance.choice((0, 0, 1, 2, 4, 6)) if way in (*NATIVE, "RLE") else allocated
    if way not in (*NATIVE, "RLE", "JPEG baseline") and allocated == 16:
        bits = chance.randint(9, 16)
    elif way == "JPEG lossless" and allocated == 8:
        bits = chance.randint(2, 8)
    signed = way not in LOSSY and chance.random() < 0.35
    high = bits - 1
    if way in (*NATIVE, "RLE") and chance.random() < 0.3:
        high = chance.randint(bits - 1, allocated - 1)
    least = 33 if way == "JPEG 2000" else 2  # GDCM encodes no smaller ones
    values = _values(chance, bits, least, signed=signed)
    stored = _stored(values, allocated, bits, high, signed=signed)
    dataset = _header(values.shape, allocated, bits, high, signed=signed)
    if chance.random() < 0.4:
        dataset.PhotometricInterpretation = "MONOCHROME1"
    axes = {
        "encoding": way,
        "bits allocated": str(allocated),
        "bits stored": str(bits),
        "high bit": "as usual" if high == bits - 1 else "higher",
        "sign": "signed" if signed else "unsigned",
        "photometric interpretation": dataset.PhotometricInterpretation,
        "samples": "1",
    }
    options = _shades(chance, dataset, axes, bits, signed=signed)
    padding = _padding(chance, dataset, axes, values, signed=signed)
    ours, twin, tool, refused = _encoded(chance, dataset, stored, way, axes, folder)
    if options == ["+Wl", "1"] and axes.get("encoder") == "JPEG baseline, 0":
        axes["VOI"], options = "none", []  # dcmcjpeg leaves it out of what it compresses with loss
    if not refused:
        ours = _quirks(chance, ours, axes)
    if bits < 8 and not options and axes["modality"] != "table":
        twin, options = _full_range(twin, values), ["+Wi", "1"]
    return Case(axes, ours, twin, tool, tuple(options), padding, refused)


def _full_range(data: bytes, values: NDArray[np.int64]) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(data))
    slope, intercept = dataset.get("RescaleSlope", 1), dataset.get("RescaleIntercept", 0)
    low, high = sorted(slope * end + intercept for end in (values.min(), values.max()))
    dataset.WindowCenter, dataset.WindowWidth = f"{(low + high + 1) / 2:.1f}", f"{high - low + 1}"
    return saved(dataset)


def _values(chance: random.Random, bits: int, least: int, *, signed: bool) -> NDArray[np.int64]:
    """Noise, or a slope with noise; the ends of the range are there."""
    rows, columns = (chance.randint(least, least + 31) for _ in range(2))
    rng = np.random.default_rng(chance.getrandbits(32))
    values = rng.integers(0, 2**bits, (rows, columns))
    if chance.random() < 0.5:
        slope = np.add.outer(np.linspace(0, 1, rows), np.linspace(0, 1, columns)) / 2
        values = np.round(slope * (2**bits - 1)).astype(np.int64)
    values.flat[0], values.flat[-1] = 0, 2**bits - 1
    return values - 2 ** (bits - 1) if signed else values


def _stored(
    values: NDArray[np.int64], allocated: int, bits: int, high: int, *, signed: bool
) -> NDArray[Any]:
    kind = f"{'i' if signed else 'u'}{allocated // 8}"
    if high > bits - 1:  # what stands around the value is no part of it
        values = values << (high + 1 - bits)
    return values.astype(kind)


def _header(
    shape: tuple[int, ...], allocated: int, bits: int, high: int, *, signed: bool
) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = DIGITAL_XRAY
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.4", "1.2.5"
    dataset.Rows, dataset.Columns = shape[:2]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, bits, high
    dataset.PixelRepresentation = int(signed)
    return dataset


def _shades(
    chance: random.Random, dataset: Dataset, axes: dict[str, str], bits: int, *, signed: bool
) -> list[str]:
    """Modality and VOI transformations, and what dcm2pnm must be told to follow them.

    Slopes are whole: dcmtk 3.6.7 keeps values after the rescale as whole numbers of few bits,
    where PS3.3 C.11.1.1.2 knows no rounding.
    """
    low = -(2 ** (bits - 1)) if signed else 0
    slope, intercept = 1.0, 0.0
    modality = chance.choice(("none", "none", "slope", "slope", "table"))
    axes["modality"] = modality
    if modality == "slope":
        slope, intercept = chance.choice((1.0, 2.0, -1.0)), float(chance.randint(-1024, 1024))
        dataset.RescaleSlope, dataset.RescaleIntercept = str(slope), str(intercept)
    ends = sorted((low * slope + intercept, (low + 2**bits - 1) * slope + intercept))
    if modality == "table":
        depth = chance.randint(9, 16)
        table = np.linspace(0, 2**depth - 1, chance.randint(2, min(2**bits, 4096))).round()
        dataset.ModalityLUTSequence = lut(chance, table, first=low, bits=depth, axes=axes)
        dataset.ModalityLUTSequence[0].ModalityLUTType = "US"
        ends = [0, 2**depth - 1]
    span = ends[1] - ends[0]
    way = chance.choice(("none", "window", "window", "several windows", "sigmoid", "table"))
    axes["VOI"] = way
    if way == "table" and (slope != 1.0 or not -32_768 <= ends[0] < 32_768):
        axes["VOI"] = "none"
        return []
    if way == "table":
        depth = chance.randint(9, 16)
        table = np.linspace(0, 2**depth - 1, chance.randint(2, 4000)).round()
        first = int(ends[0] + span * chance.uniform(0, 0.3))
        dataset.VOILUTSequence = lut(chance, table, first=first, bits=depth, axes=axes)
        return ["+Wl", "1"]
    if way == "none":
        return []
    number = chance.randint(2, 3) if way == "several windows" else 1
    centres = [f"{ends[0] + span * chance.uniform(0.2, 0.8):.0f}" for _ in range(number)]
    widths = [f"{max(2, span * chance.uniform(0.1, 1)):.0f}" for _ in range(number)]
    dataset.WindowCenter, dataset.WindowWidth = centres, widths
    if way == "sigmoid":
        dataset.VOILUTFunction = "SIGMOID"
    return ["+Wi", "1"]


def lut(
    chance: random.Random,
    entries: NDArray[Any],
    *,
    first: int,
    bits: int,
    axes: dict[str, str],
) -> Sequence:
    """A lookup table whose first value mapped is an unsigned word."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries) % 65_536, first % 65_536, bits])
    axes["table's type"] = chance.choice(("OW", "US"))
    words = np.asarray(entries, np.uint16)
    data: Any = words.tolist() if axes["table's type"] == "US" else words.astype("<u2").tobytes()
    item.add_new("LUTData", axes["table's type"], data)
    return Sequence([item])


def _padding(
    chance: random.Random,
    dataset: Dataset,
    axes: dict[str, str],
    values: NDArray[np.int64],
    *,
    signed: bool,
) -> NDArray[np.bool_] | None:
    """dcm2pnm 3.6.7 shows padding as if it were picture; PS3.3 C.7.5.1.1.2 says it is none."""
    kind = chance.choice(("none", "none", "none", "value", "range"))
    if axes["encoding"] in LOSSY:  # the value that says padding may not survive
        kind = "none"
    axes["padding"] = kind
    if kind == "none":
        return None
    ends = sorted(int(value) for value in chance.choices(values.ravel().tolist(), k=2))
    if kind == "value":
        ends[1] = ends[0]
    else:
        dataset.add_new("PixelPaddingRangeLimit", "SS" if signed else "US", ends[1])
    dataset.add_new("PixelPaddingValue", "SS" if signed else "US", ends[0])
    return (values >= ends[0]) & (values <= ends[1])


def saved(dataset: Dataset) -> bytes:
    """The bytes of its file."""
    stream = io.BytesIO()
    with warnings.catch_warnings():  # pydicom takes a table's length for signed, and writes it
        warnings.filterwarnings("ignore", "Invalid value: a value for a tag with VR")
        dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def native(dataset: Dataset, stored: NDArray[Any], syntax: UID) -> bytes:
    """The file without compression."""
    dataset.file_meta.TransferSyntaxUID = syntax
    big = syntax == ExplicitVRBigEndian
    pixels = stored.astype(stored.dtype.newbyteorder(">" if big else "<"))
    data = pixels.tobytes()
    wide = stored.dtype.itemsize == 2 or syntax == ImplicitVRLittleEndian
    dataset.add_new("PixelData", "OW" if wide else "OB", data + b"\0" * (len(data) % 2))
    kept = []
    for name in ("ModalityLUTSequence", "VOILUTSequence") if big else ():
        for item in dataset.get(name, []):
            if item["LUTData"].VR == "OW":
                kept.append((item["LUTData"], item["LUTData"].value))
                item["LUTData"].value = np.frombuffer(kept[-1][1], "<u2").astype(">u2").tobytes()
    result = saved(dataset)
    for element, value in kept:
        element.value = value
    return result


def _encoded(
    chance: random.Random,
    dataset: Dataset,
    stored: NDArray[Any],
    way: str,
    axes: dict[str, str],
    folder: Path,
) -> tuple[bytes, bytes, str, str]:
    """Ours, the twin, the program that shows it, and the code with which ours is refused."""
    if way in NATIVE:
        data = native(dataset, stored, NATIVE[way])
        return data, data, "dcm2pnm", ""
    plain = native(dataset, stored, ExplicitVRLittleEndian)
    if way == "deflated":
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        return saved(dataset), plain, "dcm2pnm", "unsupported-compression"
    makers: dict[str, tuple[Callable[[], bytes], ...]] = {
        "RLE": (
            lambda: _dcmtk(folder, plain, "dcmcrle"),
            lambda: _pydicom(plain),
        ),
        "JPEG lossless": (
            lambda: _dcmtk(folder, plain, "dcmcjpeg", "+e1"),
            lambda: _dcmtk(folder, plain, "dcmcjpeg", "+el", "+sv", str(chance.randint(1, 7))),
            lambda: _gdcm(folder, plain, "JPEGLosslessProcess14_1"),
        ),
        "JPEG baseline": (
            lambda: _dcmtk(folder, plain, "dcmcjpeg", "+eb", "+q", str(chance.randint(50, 95))),
            lambda: _jpeg(dataset, stored, chance.randint(50, 95)),
        ),
        "JPEG-LS": (
            lambda: _dcmtk(folder, plain, "dcmcjpls", "+el"),
            lambda: _dcmtk(folder, plain, "dcmcjpls", "+el", "+pc"),  # as many bits as stored
            lambda: _gdcm(folder, plain, "JPEGLSLossless"),
        ),
        "JPEG-LS near": (
            lambda: _dcmtk(folder, plain, "dcmcjpls", "+en", "+md", str(chance.randint(1, 3))),
        ),
        "JPEG 2000": (
            lambda: _gdcm(folder, plain, "JPEG2000Lossless"),
            lambda: _pillow(dataset, stored, JPEG2000Lossless, irreversible=False),
        ),
        "JPEG 2000 lossy": (
            lambda: _pillow(
                dataset, stored, JPEG2000, irreversible=True, quality_layers=[chance.randint(2, 9)]
            ),
        ),
    }
    choices = list(range(len(makers[way])))
    if way == "JPEG 2000" and stored.dtype.kind == "i":
        choices = choices[:1]  # Pillow writes no signed values
    chance.shuffle(choices)
    for chosen in choices:
        try:
            data = makers[way][chosen]()
        except (
            AssertionError,
            OSError,
            subprocess.CalledProcessError,
        ):  # encoders do not take pictures of every size
            continue
        axes["encoder"] = f"{way}, {chosen}"
        break
    else:
        axes["encoding"] = "explicit"
        return plain, plain, "dcm2pnm", ""
    if not way.startswith("JPEG 2000"):
        tool = "dcml2pnm" if "LS" in way else "dcm2pnm" if way == "RLE" else "dcmj2pnm"
        return _wrapped(chance, data, axes), data, tool, ""
    if way == "JPEG 2000 lossy":  # dcmtk reads none: OpenCV decodes it for the twin
        frame = _frame(data)
        pixels: Any = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_UNCHANGED)
        pixels = pixels[:, :, ::-1] if pixels.ndim == 3 else pixels
        pixels = np.minimum(pixels, 2**dataset.BitsStored - 1)  # lossy values go a little beyond
        plain = native(dataset, pixels.astype(stored.dtype), ExplicitVRLittleEndian)
    return _wrapped(chance, data, axes), plain, "dcm2pnm", ""


def _dcmtk(folder: Path, plain: bytes, tool: str, *options: str) -> bytes:
    source, target = folder / "plain.dcm", folder / "packed.dcm"
    source.write_bytes(plain)
    command = [tool, "-q", *options, "+un", str(source), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    if tool == "dcmcjpls":  # of noise, which grows, it writes streams that it cannot read back
        back = ["dcmdjpls", "-q", str(target), str(source)]
        subprocess.run(back, check=True, capture_output=True)
    return target.read_bytes()


_GDCM: Final = """
import sys, gdcm
source, target, name = sys.argv[1:]
reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
reader.SetFileName(source)
assert reader.Read()
change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, name)))
change.SetInput(reader.GetImage())
assert change.Change()
writer.SetFileName(target)
writer.SetFile(reader.GetFile())
writer.SetImage(change.GetOutput())
assert writer.Write()
"""


def _gdcm(folder: Path, plain: bytes, name: str) -> bytes:
    """In a process of its own, which GDCM ends on small pictures."""
    source, target = folder / "plain.dcm", folder / "packed.dcm"
    source.write_bytes(plain)
    command = [sys.executable, "-c", _GDCM, str(source), str(target), name]
    subprocess.run(command, check=True, capture_output=True)
    return target.read_bytes()


def _pydicom(plain: bytes) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(plain))
    dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    return saved(dataset)


def _pillow(dataset: Dataset, stored: NDArray[Any], syntax: UID, **options: Any) -> bytes:
    stream = io.BytesIO()
    if syntax == JPEGBaseline8Bit:
        Image.fromarray(stored).save(stream, "JPEG", **options)
    else:
        Image.fromarray(stored).save(stream, "JPEG2000", no_jp2=True, **options)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.add_new("PixelData", "OB", encapsulate([stream.getvalue()]))
    dataset["PixelData"].is_undefined_length = True
    return saved(dataset)


def _jpeg(dataset: Dataset, stored: NDArray[Any], quality: int) -> bytes:
    """Of colour, brightness and two of colour, as the JFIF marker in it says."""
    if stored.ndim == 3:
        dataset.PhotometricInterpretation = "YBR_FULL_422"
    data = _pillow(dataset, stored, JPEGBaseline8Bit, quality=quality)
    dataset.PhotometricInterpretation = (
        "RGB" if stored.ndim == 3 else dataset.PhotometricInterpretation
    )
    return data


def _frame(data: bytes) -> bytes:
    pixels = pydicom.dcmread(io.BytesIO(data)).PixelData
    return next(generate_frames(pixels, number_of_frames=1))


def _wrapped(chance: random.Random, data: bytes, axes: dict[str, str]) -> bytes:
    """The same picture in other fragments, with another table of their places."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    table = chance.choice(("basic", "empty", "extended", "wrong"))
    pieces = 1 if axes["encoding"] == "RLE" else chance.choice((1, 2, 3))
    axes |= {"offset table": table, "fragments": str(pieces)}
    frame = _frame(data)
    made = encapsulate([frame], fragments_per_frame=pieces, has_bot=table in ("basic", "wrong"))
    if table == "wrong":
        made = made[:8] + b"\x40\x1f\0\0" + made[12:]
    elif table == "extended":
        dataset.ExtendedOffsetTable = struct.pack("<Q", 0)
        dataset.ExtendedOffsetTableLengths = struct.pack("<Q", len(frame))
    dataset.PixelData = made
    return saved(dataset)


_OPTIONAL: Final = ("PixelRepresentation", "NumberOfFrames", "HighBit", "SamplesPerPixel")
_END: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"


def _quirks(chance: random.Random, data: bytes, axes: dict[str, str]) -> bytes:
    """What dcmtk refuses or cannot be told: elements left open, and a beginning or end missing."""
    quirk = chance.choice(("none",) * 5 + ("absent", "empty", "first window empty", "end", "start"))
    compressed = data.endswith(_END)
    if quirk == "start":
        data = data[132:]
    elif quirk == "end" and compressed:
        data = data[: -len(_END)]
    elif quirk in ("absent", "empty", "first window empty"):
        dataset = pydicom.dcmread(io.BytesIO(data))
        if quirk == "first window empty":
            if "WindowCenter" not in dataset:
                axes["left open"] = "none"
                return data
            for name in ("WindowCenter", "WindowWidth"):
                value = dataset[name].value
                parts = list(value) if isinstance(value, MultiValue) else [value]
                dataset[name].value = ["", *map(str, parts)]
        else:
            for name in _OPTIONAL:
                usual = {"NumberOfFrames": 1, "SamplesPerPixel": 1, "PixelRepresentation": 0}
                usual["HighBit"] = dataset.BitsStored - 1
                if int(dataset.get(name, usual[name])) != usual[name]:
                    continue
                if name in dataset:
                    del dataset[name]
                if quirk == "empty":
                    dataset.add_new(name, "IS" if name == "NumberOfFrames" else "US", None)
        if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
            quirk = "none"  # pydicom would write the tables as they are
        else:
            data = saved(dataset)
    else:
        quirk = "none"
    axes["left open"] = quirk
    return data


def _colour(chance: random.Random, folder: Path) -> Case:
    way = chance.choice((*NATIVE, *LOSSLESS, "JPEG baseline", "JPEG 2000 lossy"))
    kind = "RGB"
    if way in NATIVE:
        kind = chance.choice(("RGB", "YBR_FULL", "YBR_FULL_422"))
    rows, columns = chance.randint(2, 33), 2 * chance.randint(1, 16)
    rng = np.random.default_rng(chance.getrandbits(32))
    pixels = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    planes = chance.choice((0, 1)) if way in NATIVE and kind != "YBR_FULL_422" else 0
    dataset = _header((rows, columns), 8, 8, 7, signed=False)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, kind
    dataset.PlanarConfiguration = planes
    stored = np.ascontiguousarray(np.moveaxis(pixels, 2, 0)) if planes else pixels
    if kind == "YBR_FULL_422":  # two of brightness, then the colour that they share
        pairs = pixels.reshape(rows, columns // 2, 6)
        stored = np.ascontiguousarray(pairs[:, :, [0, 3, 1, 2]])
        pixels[:, 1::2, 1:] = pixels[:, ::2, 1:]
    axes = {
        "encoding": way,
        "samples": "3",
        "photometric interpretation": kind,
        "planes": str(planes),
    }
    ours, twin, tool, refused = _encoded(chance, dataset, stored, way, axes, folder)
    if kind.startswith("YBR"):
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0
        twin = native(dataset, _rgb(pixels), ExplicitVRLittleEndian)
    return Case(axes, ours, twin, tool, (), None, refused)


def _rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """From YBR_FULL, by the inverse of the matrix in PS3.3 C.7.6.3.1.2."""
    matrix = np.array(
        [[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]], float
    )
    values = (pixels - np.array([0.0, 128.0, 128.0])) @ np.linalg.inv(matrix).T
    return np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)
