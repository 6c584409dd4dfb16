"""Greys as the standard gives them, by hand; `test_second_opinion` asks dcmtk."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from xraylib.images.decode import read_image
from xraylib.images.notes import NOTES
from xraylib.images.radiograph import Radiograph
from xraylib.models.classify.warnings import image_warnings

RAMP = np.tile(np.arange(4096, dtype=np.uint16), (2, 1))
DIGITAL_XRAY = "1.2.840.10008.5.1.4.1.1.1.1"


def made(pixels: NDArray[Any] = RAMP, *, bits: int = 12, signed: bool = False) -> Dataset:
    """A grey X-ray without a window."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = DIGITAL_XRAY
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = 16 if pixels.dtype.itemsize == 2 else 8
    dataset.BitsStored, dataset.HighBit = bits, bits - 1
    dataset.PixelRepresentation = int(signed)
    dataset.add_new("PixelData", "OW" if bits > 8 else "OB", pixels.astype(pixels.dtype).tobytes())
    return dataset


def lut(entries: Any, *, first: int = 0, bits: int = 16, vr: str = "OW", count: int = -1) -> Any:
    """A sequence of one lookup table."""
    item = Dataset()
    number = len(entries) if count < 0 else count
    item.add_new("LUTDescriptor", "US", [number % 65_536, first % 65_536, bits])
    data: Any = np.asarray(entries, np.uint16)
    if vr == "SS":
        data = data.astype(np.int16).tolist()
    elif vr == "US":
        data = data.tolist()
    else:
        data = data.astype("<u2").tobytes()
    item.add_new("LUTData", vr, data)
    return Sequence([item])


def saved(dataset: Dataset) -> bytes:
    """The bytes of its file."""
    stream = io.BytesIO()
    with warnings.catch_warnings():  # pydicom takes a table's length for signed, and writes it
        warnings.filterwarnings("ignore", "Invalid value: a value for a tag with VR")
        dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def read(dataset: Dataset) -> Radiograph:
    return read_image(saved(dataset))


def greys(dataset: Dataset) -> NDArray[np.uint8]:
    """The first row, 0 to 255."""
    row: NDArray[np.uint8] = read(dataset).as_uint8()[0]
    return row


FULL = np.floor(np.arange(4096) * 255 / 4095 + 0.5).astype(np.uint8)


@pytest.mark.parametrize("name", ["VOILUTSequence", "ModalityLUTSequence"])
@pytest.mark.parametrize(("declared", "held"), [(16, 12), (16, 10), (14, 12), (12, 12), (16, 16)])
def test_a_table_shows_its_range_whatever_depth_it_announces(
    name: str, declared: int, held: int
) -> None:
    entries = np.arange(4096) * (2**held - 1) // 4095
    dataset = made()
    setattr(dataset, name, lut(entries, bits=declared))
    assert np.abs(greys(dataset).astype(int) - FULL).max() <= 1
    assert read(dataset).notes == (("lut-depth",) if held < declared else ())


def test_a_dark_table_of_eight_bits_stays_dark() -> None:
    dataset = made()
    dataset.VOILUTSequence = lut(np.arange(4096) * 100 // 4095, bits=8, vr="US")
    assert greys(dataset).max() == 100


@pytest.mark.parametrize("vr", ["OW", "US", "SS"])
@pytest.mark.parametrize("held", [4095, 4000, 2048, 1])
def test_the_last_entry_stands_for_those_that_a_table_lacks(vr: str, held: int) -> None:
    dataset = made()
    dataset.VOILUTSequence = lut(np.arange(held), bits=12, count=4096, vr=vr)
    wanted = FULL[np.minimum(np.arange(4096), held - 1)]
    assert np.abs(greys(dataset).astype(int) - wanted).max() <= 1
    assert "lut-short" in read(dataset).notes


@pytest.mark.parametrize("vr", ["OW", "US", "SS"])
def test_entries_are_unsigned_whatever_their_elements_type_says(vr: str) -> None:
    dataset = made()
    dataset.VOILUTSequence = lut(np.arange(4096) * 16, bits=16, vr=vr)
    assert np.abs(greys(dataset).astype(int) - FULL).max() <= 1


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]
)
@pytest.mark.parametrize("count", [4096, 40_000, 65_536])
def test_a_table_of_any_length_is_read_in_every_encoding(syntax: str, count: int) -> None:
    pixels = np.arange(-2048, 2048, dtype=np.int16)[None]
    dataset = made(pixels, signed=True)
    dataset.file_meta.TransferSyntaxUID = syntax
    entries = np.minimum(np.arange(count), 4095)
    dataset.VOILUTSequence = lut(entries, first=-2048, bits=12)
    if syntax == ExplicitVRBigEndian:
        dataset["PixelData"].value = pixels.astype(">i2").tobytes()
        data = dataset.VOILUTSequence[0]["LUTData"]
        data.value = np.frombuffer(data.value, "<u2").astype(">u2").tobytes()
    assert np.abs(greys(dataset).astype(int) - FULL).max() <= 1


@pytest.mark.parametrize("big_endian", [False, True])
def test_entries_of_eight_bits_may_stand_two_to_a_word_the_first_one_low(big_endian: bool) -> None:
    pixels = np.arange(256, dtype=np.uint8)[None]
    dataset = made(pixels, bits=8)
    table = np.arange(256, dtype=np.uint8)[::-1]
    words = np.frombuffer(table.tobytes(), "<u2")
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [256, 0, 8])
    item.add_new("LUTData", "OW", words.astype(">u2" if big_endian else "<u2").tobytes())
    dataset.VOILUTSequence = Sequence([item])
    if big_endian:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    assert greys(dataset).tolist() == table.tolist()


@pytest.mark.parametrize("name", ["VOILUTSequence", "ModalityLUTSequence"])
@pytest.mark.parametrize("what", ["no element", "empty elements", "two numbers", "no data"])
def test_a_table_that_is_empty_is_left_out_and_said(name: str, what: str) -> None:
    dataset = made()
    item = Dataset()
    if what == "empty elements":
        item.add_new("LUTDescriptor", "US", None)
        item.add_new("LUTData", "OW", None)
    elif what != "no element":
        item.add_new("LUTDescriptor", "US", [4096, 0] if what == "two numbers" else [4096, 0, 12])
        item.add_new("LUTData", "OW", b"" if what == "no data" else bytes(8192))
    setattr(dataset, name, Sequence([item]))
    assert greys(dataset).tolist() == FULL.tolist()
    assert read(dataset).notes == ("lut-empty",)


def with_text(dataset: Dataset, **elements: str) -> bytes:
    """Its file with decimal strings that a library would refuse to write."""
    placeholders = {name: f"{76_543_210 + n}" for n, name in enumerate(elements)}
    for name, text in placeholders.items():
        setattr(dataset, name, text)
    data = saved(dataset)
    for name, text in placeholders.items():
        assert data.count(text.encode()) == 1
        data = data.replace(text.encode(), elements[name].encode().ljust(8))
    return data


def window(centre: float, width: float, values: NDArray[Any]) -> NDArray[np.float64]:
    """The linear function, written out from PS3.3 C.11.2.1.2."""
    shade: NDArray[np.float64] = np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
    return shade * 255


def test_a_comma_in_a_window_or_a_slope_is_a_point_and_said() -> None:
    data = with_text(made(), WindowCenter="1500,5", WindowWidth="1000,0")
    image = read_image(data)
    wanted = window(1500.5, 1000, np.arange(4096))
    assert np.abs(image.as_uint8()[0] - wanted).max() <= 1
    assert image.notes == ("decimal-comma",)
    dataset = made()
    dataset.WindowCenter, dataset.WindowWidth = "750", "500"
    image = read_image(with_text(dataset, RescaleSlope="0,5", RescaleIntercept="0"))
    assert np.abs(image.as_uint8()[0] - window(750, 500, np.arange(4096) * 0.5)).max() <= 1
    assert image.notes == ("decimal-comma",)


@pytest.mark.parametrize("text", ["auto", "[2048]", "NaN", "1.2,3", "1,2,3", "0"])
def test_a_window_that_is_no_window_is_left_out_and_said(text: str) -> None:
    image = read_image(with_text(made(), WindowCenter="2048", WindowWidth=text))
    assert image.as_uint8()[0].tolist() == FULL.tolist()
    assert image.notes == ("window-unusable",)


def test_the_first_window_that_can_be_used_is_used() -> None:
    dataset = made()
    dataset.WindowCenter, dataset.WindowWidth = ["", "2048"], ["", "1000"]
    assert np.abs(greys(dataset) - window(2048, 1000, np.arange(4096))).max() <= 1


@pytest.mark.parametrize(("centre", "width"), [(0.5, 1.0), (0.456, 0.913), (0.2, 0.1)])
def test_a_window_too_narrow_for_the_linear_function_is_the_exact_one(
    centre: float, width: float
) -> None:
    dataset = made()
    dataset.RescaleSlope, dataset.RescaleIntercept = f"{1 / 4095:.10f}", "0"
    dataset.WindowCenter, dataset.WindowWidth = str(centre), str(width)
    wanted = np.clip((np.arange(4096) / 4095 - centre) / width + 0.5, 0, 1) * 255
    assert np.abs(greys(dataset) - wanted).max() <= 1
    assert read(dataset).notes == ("window-narrow",)


def test_a_width_of_one_between_whole_numbers_is_a_step() -> None:
    dataset = made()
    dataset.WindowCenter, dataset.WindowWidth = "2048", "1"
    assert sorted(set(greys(dataset).tolist())) == [0, 255]
    assert read(dataset).notes == ()


def test_a_function_of_no_known_name_is_the_linear_one_and_said() -> None:
    dataset = made()
    dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = "2048", "1000", "CUBIC"
    image = read(dataset)
    assert np.abs(image.as_uint8()[0] - window(2048, 1000, np.arange(4096))).max() <= 1
    assert image.notes == ("window-function",)


@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")  # pydicom, of small letters
@pytest.mark.parametrize(
    ("interpretation", "function"), [(" MONOCHROME1", " SIGMOID"), ("Monochrome1 ", "sigmoid")]
)
def test_blanks_and_small_letters_in_code_strings_mean_nothing(
    interpretation: str, function: str
) -> None:
    dataset = made()
    dataset.PhotometricInterpretation = interpretation
    assert greys(dataset).tolist() == (255 - FULL.astype(int)).tolist()
    dataset = made()
    dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = "2048", "1000", function
    wanted = 255 / (1 + np.exp(-4 * (np.arange(4096) - 2048.0) / 1000))
    assert np.abs(greys(dataset) - wanted).max() <= 1


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("NumberOfFrames", True),
        ("HighBit", True),
        ("HighBit", False),
        ("PixelRepresentation", True),
        ("PixelRepresentation", False),
        ("SamplesPerPixel", False),
    ],
)
def test_an_element_that_says_nothing_is_what_it_usually_is(name: str, empty: bool) -> None:
    dataset = made()
    if empty:
        dataset.add_new(name, "IS" if name == "NumberOfFrames" else "US", None)
    else:
        del dataset[name]
    assert greys(dataset).tolist() == FULL.tolist()


def compressed() -> bytes:
    """An RLE image, whose last item is the mark of its end."""
    dataset = made(np.tile(np.arange(64, dtype=np.uint16) * 60, (64, 1)))
    dataset.compress(pydicom.uid.RLELossless)
    data = saved(dataset)
    assert data.endswith(b"\xfe\xff\xdd\xe0\x00\x00\x00\x00")
    return data


@pytest.mark.parametrize("tail", [b"", bytes(8), bytes(64)])
def test_a_whole_picture_without_the_mark_of_its_end_is_read_and_said(tail: bytes) -> None:
    whole = read_image(compressed())
    image = read_image(compressed()[:-8] + tail)
    assert np.array_equal(image.pixels, whole.pixels)
    assert (whole.notes, image.notes) == ((), ("cut-delimiter",))


@pytest.mark.parametrize("missing", [9, 100, 1000])
def test_a_picture_that_is_cut_is_damaged_and_not_without_pixels(missing: int) -> None:
    with pytest.raises(Exception, match="cut short in the middle of its pixels") as caught:
        read_image(compressed()[:-missing])
    assert caught.value.code == "damaged"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"PresentationLUTShape": "INVERSE"}, "presentation-shape"),
        (
            {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "IDENTITY"},
            "presentation-shape",
        ),
        ({"PresentationIntentType": "FOR PROCESSING"}, "for-processing"),
        ({"BitsStored": 16, "HighBit": 15}, "low-range"),
    ],
)
def test_what_decides_the_greys_and_is_left_open_is_said_where_an_answer_is_given(
    change: dict[str, Any], note: str
) -> None:
    dataset = made(np.tile(RAMP[:1], (512, 1)))
    for name, value in change.items():
        setattr(dataset, name, value)
    image = read(dataset)
    assert image.notes == (note,)
    found = image_warnings(image, np.zeros((64, 64, 1), np.uint8))
    assert (note, NOTES[note].message) in [(one.code, one.message) for one in found]


def test_a_shape_that_agrees_needs_no_note() -> None:
    dataset = made()
    dataset.PresentationLUTShape = "IDENTITY"
    assert read(dataset).notes == ()
    dataset.PhotometricInterpretation, dataset.PresentationLUTShape = "MONOCHROME1", "INVERSE"
    assert read(dataset).notes == ()


@pytest.mark.parametrize(
    ("view", "lateral"),
    [
        *((name, True) for name in ("LL", "RL", "LLAT", "RLAT", "LEFT LATERAL", "XTABLE LATERAL")),
        *((name, True) for name in ("LATERAL", "RIGHT LAT", "LAT")),
        *((name, False) for name in ("AP", "PA", "PORTABLE AP", "LAO", "PLATE")),
    ],
)
def test_every_spelling_of_a_view_from_the_side_is_one(view: str, lateral: bool) -> None:
    dataset = made(np.tile(RAMP[:1], (512, 1)))
    dataset.ViewPosition = view
    codes = [one.code for one in image_warnings(read(dataset), np.zeros((64, 64, 1), np.uint8))]
    assert ("lateral" in codes) is lateral


def test_a_view_told_by_code_alone_counts() -> None:
    dataset = made()
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = "399173006", "SCT"
    code.CodeMeaning = "left lateral"
    dataset.ViewCodeSequence = Sequence([code])
    image = read(dataset)
    assert image.attributes["ViewCode"] == "left lateral"
    codes = [one.code for one in image_warnings(image, np.zeros((64, 64, 1), np.uint8))]
    assert "lateral" in codes


@pytest.mark.parametrize(("slope", "intercept"), [(0.5, -140.0), (0.3, 17.5), (-0.25, 0.0)])
def test_a_slope_that_is_no_whole_number_loses_nothing(slope: float, intercept: float) -> None:
    dataset = made()
    dataset.RescaleSlope, dataset.RescaleIntercept = str(slope), str(intercept)
    dataset.WindowCenter, dataset.WindowWidth = f"{intercept + slope * 2000:.2f}", "250"
    wanted = window(intercept + slope * 2000, 250, np.arange(4096) * slope + intercept)
    assert np.abs(greys(dataset) - wanted).max() <= 1
