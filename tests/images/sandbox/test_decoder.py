"""The child that decodes: same images, capped, and nothing it does harms its parent."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from made_images import dicom, encoded, picture

from xraylib.errors import ImageError, XrayError
from xraylib.images.decode import read_image
from xraylib.images.radiograph import ALLOWED_ATTRIBUTES, refuse
from xraylib.images.sandbox import child_process
from xraylib.images.sandbox import decoder as parent
from xraylib.images.sandbox.decoder import Decoder

pytestmark = pytest.mark.slow

RAMP12 = np.arange(4096, dtype=np.uint16).reshape(64, 64)
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and signals are Linux's")


@pytest.fixture(scope="module")
def warm() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def child_of(decoder: Decoder) -> psutil.Process:
    assert decoder._child is not None
    return psutil.Process(decoder._child.process.pid)


@pytest.mark.parametrize(
    "data",
    [
        encoded(picture()),
        encoded(picture(1, (30, 30, 3)), "JPEG"),
        encoded(RAMP12 * 16),
        dicom(RAMP12, photometric="MONOCHROME1", ViewPosition="PA"),
    ],
    ids=["grey png", "jpeg", "16-bit png", "dicom"],
)
def test_an_image_is_the_same_from_the_child(warm: Decoder, data: bytes) -> None:
    here, there = read_image(data), warm.decode(data)
    np.testing.assert_array_equal(there.pixels, here.pixels)
    assert there.pixels.dtype == here.pixels.dtype
    assert (there.bit_depth, there.mode, there.format) == (here.bit_depth, here.mode, here.format)
    assert dict(there.attributes) == dict(here.attributes)


def test_a_refusal_is_the_same_from_the_child(warm: Decoder) -> None:
    for data in (b"", b"I am text", encoded(picture())[:80], dicom(None)):
        messages = []
        for decode in (read_image, warm.decode):
            with pytest.raises(ImageError) as caught:
                decode(data)
            messages.append((caught.value.code, caught.value.message))
        assert messages[0] == messages[1]


def test_the_child_stays_warm_and_ends_when_it_is_closed() -> None:
    with Decoder() as decoder:
        decoder.decode(encoded(picture()))
        child = child_of(decoder)
        decoder.decode(encoded(picture()))
        assert child_of(decoder) == child
    assert not child.is_running()
    decoder.decode(encoded(picture()))  # it may be used again
    decoder.close()


def test_a_forgotten_decoder_leaves_no_child() -> None:
    decoder = Decoder()
    decoder.decode(encoded(picture()))
    child = child_of(decoder)
    del decoder
    assert not child.is_running()


@linux
def test_the_child_is_capped_and_knows_no_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XRAYLIB_TEST_SECRET", "4711")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "xraylib.py").write_text("raise SystemExit('the wrong module')")
    with Decoder() as decoder:
        decoder.decode(encoded(picture()))
        child = child_of(decoder)
        assert set(child.environ()) - {"PYTHONPATH"} == {"OPENBLAS_NUM_THREADS"}
        assert child.rlimit(psutil.RLIMIT_AS) == (2**30, 2**30)
        assert child.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
        assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        modules = Path(f"/proc/{child.pid}/maps").read_text()
        assert "tensorflow" not in modules


@linux
def test_a_child_that_reads_a_folder_loads_dicom_with_the_first_file_of_it(
    tmp_path: Path,
) -> None:
    film, plain = tmp_path / "film.dcm", tmp_path / "plain.png"
    film.write_bytes(dicom(RAMP12))
    plain.write_bytes(encoded(picture()))

    def has_gdcm(decoder: Decoder) -> bool:
        return "gdcm" in Path(f"/proc/{child_of(decoder).pid}/maps").read_text()

    with Decoder() as whole, Decoder(late=True) as late:
        expected = whole.file_stats([plain, film])
        assert late.file_stats([plain]) == expected[:1]
        assert has_gdcm(whole)
        assert not has_gdcm(late)
        assert late.file_stats([plain, film]) == expected
        assert has_gdcm(late)
        assert late.dicom_facts([film, plain]) == whole.dicom_facts([film, plain])
        assert np.array_equal(late.decode(dicom(RAMP12)).pixels, RAMP12)
    with Decoder(late=True) as late:
        assert np.array_equal(late.decode(dicom(RAMP12)).pixels, RAMP12)


@linux
def test_a_child_that_hangs_is_ended_and_the_next_file_is_served() -> None:
    with Decoder(seconds=2) as decoder:
        decoder.decode(encoded(picture()))
        child_of(decoder).send_signal(signal.SIGSTOP)
        with pytest.raises(ImageError) as caught:
            decoder.decode(encoded(picture()))
        assert caught.value.code == "too-slow"
        assert caught.value.message == (
            "Decoding was stopped after 2 seconds. Expected an image that decodes within "
            "10 seconds. Do this: export the image again, uncompressed or as PNG."
        )
        assert decoder.decode(encoded(picture())).width == 40


@linux
def test_a_child_that_dies_costs_its_file_and_the_next_is_served() -> None:
    with Decoder() as decoder:
        decoder.decode(encoded(picture()))
        child = child_of(decoder)
        child.send_signal(signal.SIGSTOP)
        killer = threading.Timer(0.3, child.kill)
        killer.start()
        with pytest.raises(ImageError) as caught:
            decoder.decode(encoded(picture()))
        killer.join()
        assert caught.value.code == "decoder-died"
        assert decoder.decode(encoded(picture())).width == 40


@linux
def test_a_child_that_died_between_two_files_is_replaced_unnoticed() -> None:
    with Decoder() as decoder:
        decoder.decode(encoded(picture()))
        child = child_of(decoder)
        child.kill()
        child.wait(60)
        assert decoder.decode(encoded(picture())).width == 40


@pytest.mark.parametrize(
    "change",
    [
        {"attributes": {"PatientName": "Doe"}},
        {"attributes": {"Modality": "x" * 129}},
        {"attributes": {"Modality": ["DX"]}},
        {"attributes": {"Modality": True}},
        {"dtype": "object"},
        {"dtype": "float32"},
        {"shape": [2, 3]},
        {"shape": [2**40, 1]},
        {"shape": [-1, 2]},
        {"shape": []},
        {"format": "EXE"},
        {"mode": "x" * 33},
        {"mode": None},
        {"bit_depth": 7},
        {"notes": ["lut-short", "<script>"]},
        {"notes": None},
    ],
    ids=str,
)
def test_an_answer_of_a_child_that_was_taken_over_is_refused(change: dict[str, object]) -> None:
    good = {
        "dtype": "uint8",
        "shape": [2, 2],
        "bit_depth": 8,
        "mode": "L",
        "format": "PNG",
        "attributes": {"Modality": "DX"},
        "notes": ["lut-short"],
    }
    assert parent._image(good, bytearray(4)).attributes == {"Modality": "DX"}
    with pytest.raises(ImageError) as caught:
        parent._image(good | change, bytearray(4))
    assert caught.value.message == (
        "The decoder's answer to this file makes no sense. Expected an image that decodes within "
        "1 GiB of memory. Do this: export the image again, uncompressed or as PNG."
    )


def test_no_more_than_25_attributes_are_allowed_and_none_names_anybody() -> None:
    assert len(ALLOWED_ATTRIBUTES) == len(set(ALLOWED_ATTRIBUTES)) <= 25
    forbidden = ("Patient", "Name", "Date", "Time", "Institution", "Physician", "Comments", "ID")
    for name in set(ALLOWED_ATTRIBUTES) - {"PatientOrientation"}:
        assert not any(part in name for part in forbidden if part != "ID" or name.endswith("ID"))


def test_several_threads_share_one_decoder(warm: Decoder) -> None:
    pictures = [picture(seed) for seed in range(12)]
    with ThreadPoolExecutor(4) as pool:
        images = list(pool.map(warm.decode, [encoded(pixels) for pixels in pictures]))
    for pixels, image in zip(pictures, images, strict=True):
        np.testing.assert_array_equal(image.pixels, pixels)


def test_too_many_bytes_are_refused_before_they_travel(warm: Decoder) -> None:
    with pytest.raises(ImageError) as caught:
        warm.decode(bytes(64 * 2**20 + 1))
    assert caught.value.code == "too-large"


@linux
def test_the_child_opens_many_files_itself_and_none_stops_it(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(encoded(picture(number)))
    os.mkfifo(tmp_path / "pipe")
    files = [tmp_path / name for name in ("0.png", "1.png", "pipe", "gone.png", "2.png")]
    with Decoder() as decoder:
        stats = decoder.file_stats(files)
        assert [fact.error_code for fact in stats] == ["", "", "cannot-open", "missing", ""]
        stopping = threading.Event()
        stopping.set()
        assert decoder.file_stats(files, stopping) == []


def test_one_file_that_hangs_costs_only_itself_among_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{number}.png" for number in range(4)]
    for seed, file in enumerate(files):
        file.write_bytes(encoded(picture(seed)))
    with Decoder() as decoder:
        expected = decoder.file_stats(files)
        real_answer, asked = decoder._answer, []

        def answer() -> object:
            asked.append(1)
            if len(asked) == 2:
                decoder._end()
                raise refuse("too-slow", "Decoding was stopped")
            return real_answer()

        monkeypatch.setattr(decoder, "_answer", answer)
        stats = decoder.file_stats(files)
    assert [fact.error_code for fact in stats] == ["", "too-slow", "", ""]
    assert [stats[0], *stats[2:]] == [expected[0], *expected[2:]]


def test_a_child_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    with Decoder() as decoder, pytest.raises(XrayError) as caught:
        decoder.decode(encoded(picture()))
    assert caught.value.code == "decoder"
    assert not isinstance(caught.value, ImageError)
