"""Bytes from strangers: they stay in memory, in their own session, and reach no log or disk."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import re
import threading
import time
import uuid
import warnings
from pathlib import Path

import pydicom
import pytest
from api_client import ask, multipart
from lab_server import LabServer
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom.datadict import DicomDictionary
from until import until
from visitor import HUNG_UP, KEY, Visitor
from websockets.exceptions import InvalidStatus

from xraylib.settings import PROJECT, SAMPLE_DATA

pytestmark = pytest.mark.timeout(600)

MARK = "QZmark4711"
TEXTS = (
    "AE",
    "AS",
    "CS",
    "DA",
    "DS",
    "DT",
    "IS",
    "LO",
    "LT",
    "PN",
    "SH",
    "ST",
    "TM",
    "UC",
    "UR",
    "UT",
)
PHANTOM = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[1]
DICOM = sorted(SAMPLE_DATA.rglob("*.dcm"))[0]
_MARKS = 1000


def marked_dicom() -> tuple[bytes, int]:
    """An image with the mark in every text attribute that decoding does not need; and how many."""
    dataset = pydicom.dcmread(DICOM)
    needed = set(dataset.file_meta.keys()) | set(dataset.keys())
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the mark is no date, no number and no age
        for tag, (vr, _, _, retired, keyword) in DicomDictionary.items():
            if vr not in TEXTS or retired or not keyword or tag in needed or tag >> 16 in (0, 2, 4):
                continue
            if keyword in ("SpecificCharacterSet", "NumberOfFrames"):
                continue
            element = pydicom.DataElement(tag, "PN" if vr == "PN" else "UT", MARK)
            if vr not in ("PN", "DS", "IS", "DA", "TM", "DT"):
                element.VR = vr
            dataset[tag] = element
            count += 1
        block = dataset.private_block(0x0011, f"{MARK} private", create=True)
        block.add_new(1, "LO", MARK)
        block.add_new(2, "OB", MARK.encode())
        dataset.preamble = (MARK.encode() * 13)[:128]
        file = io.BytesIO()
        dataset.save_as(file, enforce_file_format=True)
    return file.getvalue(), count


def marked_png() -> bytes:
    file, info = io.BytesIO(), PngInfo()
    info.add_text("Comment", MARK)
    info.add_text("Description", MARK, zip=True)
    info.add_itxt("Title", MARK, lang="en", tkey=MARK)
    Image.open(PHANTOM).save(file, "PNG", pnginfo=info, exif=_exif())
    return file.getvalue()


def marked_jpeg() -> bytes:
    file = io.BytesIO()
    Image.open(PHANTOM).convert("L").save(file, "JPEG", exif=_exif(), comment=MARK, quality=95)
    return file.getvalue()


def _exif() -> Image.Exif:
    exif = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x013B, 0x8298, 0x9286):
        exif[tag] = MARK
    return exif


def files_below(*folders: Path) -> dict[str, bytes]:
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                found[str(path)] = path.read_bytes()
    return found


def test_no_mark_of_an_upload_is_found_anywhere_else(demo: LabServer) -> None:
    dicom, attributes = marked_dicom()
    assert attributes > 1_000
    assert dicom.count(MARK.encode()) >= attributes
    images = [
        (f"{MARK}-image.dcm", dicom),
        (f"{MARK}-image.png", marked_png()),
        (f"{MARK}-image.jpg", marked_jpeg()),
        (f"{MARK}-broken.png", marked_png()[:3000]),
        (f"{MARK}-text.dcm", MARK.encode() * 9),
    ]
    folder = demo.log.parent
    with Visitor(demo.port) as owner, Visitor(demo.port) as other:
        other.look().click("I understand, continue").hand_in(("mine.png", PHANTOM.read_bytes()))
        owner.look().click("I understand, continue").hand_in(*images)
        assert MARK.encode() in owner.received  # its own page names the file
        exports = [owner.get(path) for path in owner.downloads()]
        other.look().hand_in(("mine.png", PHANTOM.read_bytes())).look("Model_card").look("Classify")
        others = [other.get(path) for path in other.downloads()] + [bytes(other.received)]
        status, answer = ask(demo, "POST", "/api/v1/classify", *multipart(*images))
        assert status == 200
        assert [image["status"] for image in answer["films"]] == ["ok"] * 3 + ["refused"] * 2
        found = files_below(folder, Path("/tmp/.streamlit"))
    with Visitor(demo.port) as later:
        later.look().click("I understand, continue").look("Model_card")
        others.append(bytes(later.received))
    assert str(demo.log) in found
    found = {name: data for name, data in found.items() if MARK.encode() in data}
    assert found == {}
    assert not any(MARK.encode() in data for data in others)
    # An export names the files, and holds nothing from inside them.
    assert len(exports) >= 2
    names = [name.encode() for name, _ in images]
    for export in exports:
        for name in names:
            export = export.replace(name, b"")
        assert MARK.encode() not in export


def test_a_large_upload_never_opens_a_file(demo: LabServer) -> None:
    before = _open_files(demo.pid)
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.update(_open_files(demo.pid))
            time.sleep(0.002)

    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue")
        data = PHANTOM.read_bytes() + bytes(40 * 2**20)
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            visitor.hand_in(("large.png", data))
            headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "image/png"}
            assert ask(demo, "POST", "/api/v1/classify", data, headers)[0] in (200, 422)
            assert ask(demo, "POST", "/api/v1/classify", *multipart(("large.png", data)))[0] in (
                200,
                422,
            )
        finally:
            done.set()
            watcher.join()
    assert _written(seen - before) == set()


def test_what_is_forgotten_or_replaced_leaves_the_servers_memory(demo: LabServer) -> None:
    little = ("little.png", PHANTOM.read_bytes())
    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue").hand_in(little)
        for word, let_go in (
            (b"replaced", lambda: visitor.hand_in(little).look()),
            (b"forgotten", lambda: visitor.click("Forget everything now")),
        ):
            visitor.hand_in(("large.png", _marked(word)))
            _until_marks(demo, word, all_of_them=True)
            let_go()
            _until_marks(demo, word, all_of_them=False)


def test_what_a_closed_tab_held_is_gone_though_nobody_else_comes(
    demo: LabServer,
) -> None:
    word, large = b"closed-tab", _marked(b"closed-tab")
    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue").hand_in(("large.png", large))
        _until_marks(demo, word, all_of_them=True)
        held = _resident(demo.pid)
    until(lambda: _resident(demo.pid) < held - len(large) // 2, seconds=180)
    _until_marks(demo, word, all_of_them=False)


def test_a_visit_holds_so_many_bytes_and_no_more(demo: LabServer) -> None:
    data = bytes(58_000_000)
    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue")
        statuses = [visitor.put(uuid.uuid4().hex, "more.png", data) for _ in range(6)]
        assert statuses[:5] == [204] * 5
        assert statuses[5] in (413, HUNG_UP)
        with Visitor(demo.port) as other:  # another visit is not in the way
            other.look().click("I understand, continue")
            assert other.put(uuid.uuid4().hex, "mine.png", data) == 204


def _marked(word: bytes) -> bytes:
    """A picture of 40 MB with marks all through what follows its end."""
    marks = (b"%s-%04d-7c1e55" % (word, number) for number in range(_MARKS))
    return PHANTOM.read_bytes() + b"".join(mark.ljust(40_000, b"\0") for mark in marks)


def _until_marks(demo: LabServer, word: bytes, *, all_of_them: bool) -> None:
    """Waits until all marks of a word stand in the server's memory, or next to none."""
    seen: list[int] = []

    def there() -> bool:
        seen.append(len(_marks(demo.pid, word)))
        # A few may stand in pages that hold something else, too, until that is written over.
        return seen[-1] == _MARKS if all_of_them else seen[-1] <= 10

    until(there, seconds=180, what=lambda: f"{word!r} was seen {seen[-1]} times, {max(seen)} most")


def _marks(pid: int, word: bytes) -> set[bytes]:
    """The marks of a word that stand in the writable memory of a process."""
    found: set[bytes] = set()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in place.split("-"))
            with contextlib.suppress(OSError, OverflowError):
                memory.seek(start)
                found.update(re.findall(word + rb"-\d{4}-7c1e55", memory.read(end - start)))
    return found


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_files(pid: int) -> set[str]:
    """What the server has open, sockets and pipes left out."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue  # closed meanwhile
        found.add(target)
    return found


def _written(targets: set[str]) -> set[str]:
    """Files that could hold an upload: not sockets, pipes, code, models, the keys of the API or
    the project's own."""
    code = (
        ".py",
        ".pyc",
        ".so",
        ".tflite",
        ".json",
        ".md",
        ".toml",
        ".js",
        ".css",
        ".html",
        ".pem",
    )
    return {
        target
        for target in targets
        if target.startswith("/")
        and not target.startswith(("/proc/", "/dev/", "/sys/", "/etc/"))
        and not Path(target.removesuffix(" (deleted)")).is_dir()
        and (target.endswith("(deleted)") or not target.endswith((*code, "/keys")))
        and not target.startswith((str(SAMPLE_DATA), str(PROJECT / "xraylib")))
    }


def test_the_watch_would_see_a_file_without_a_name(tmp_path: Path) -> None:
    import tempfile

    before = _open_files(os.getpid())
    with tempfile.TemporaryFile(dir=tmp_path):
        (target,) = _written(_open_files(os.getpid()) - before)
    assert target.startswith(str(tmp_path))


def test_a_websocket_from_elsewhere_is_refused(demo: LabServer) -> None:
    for origin in ("https://evil.example.org", "http://127.0.0.1.evil.example.org", "null"):
        with pytest.raises(InvalidStatus) as caught:
            Visitor(demo.port, origin=origin)
        assert caught.value.response.status_code == 403


def test_an_upload_without_its_token_is_refused(demo: LabServer) -> None:
    with Visitor(demo.port) as visitor, Visitor(demo.port) as stranger:
        visitor.look().click("I understand, continue")
        stranger.look()
        for token in ("", "wrong", stranger.token):
            assert visitor.put("0" * 32, "image.png", b"x", token=token) == 403
        assert visitor.put("0" * 32, "image.png", b"x") == 204


def test_an_upload_over_the_limit_is_refused(demo: LabServer) -> None:
    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue")
        assert visitor.put("0" * 32, "image.png", bytes(71 * 2**20)) in (413, HUNG_UP)


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/agent/interact",
        "/_stcore/agent/mcp",
        "/_stcore/agent/openapi.json",
        "/_stcore/metrics",
        "/_stcore/script-health-check",
        "/app/static/x",
    ],
)
def test_what_is_switched_off_answers_nothing(demo: LabServer, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    # Streamlit gives its empty frame at addresses that it does not know.
    frame = answer.status == 200 and '<div id="root"></div>' in text
    assert frame or answer.status in (403, 404, 405), text[:200]


@pytest.mark.parametrize("page", ["Dataset", "Architecture", "Training", "Results"])
def test_in_a_demo_every_other_page_refuses_by_whatever_address(demo: LabServer, page: str) -> None:
    for query in ("", "?run=20260101T000000Z-abcdef", "?view=Films&film=0", "?quick=lesson"):
        with Visitor(demo.port, page) as visitor:
            words = visitor.look(query=query[1:]).words()
            assert words.splitlines() == ["This page is not part of the demo.", "Go to Classify"]
            sent = visitor.received.decode("latin-1")
            assert str(demo.workspace) not in sent
            assert str(PROJECT) not in sent
