"""A published model as a page: it proves itself, answers as Python does, and asks nobody."""

from __future__ import annotations

import csv
import functools
import io
import json
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe import violations_now
from lab_server import SECOND
from made_images import encoded
from playwright.sync_api import Browser, Page, expect

from xraylib.images.decode import read_image
from xraylib.models.bundle import Bundle, open_bundle
from xraylib.models.classify.classifier import Classifier
from xraylib.models.export import export_model
from xraylib.settings import SAMPLE_DATA, SHIPPED_MODELS


@pytest.fixture(scope="module")
def demo() -> Bundle:
    return open_bundle(SHIPPED_MODELS / "phantom-demo" / "1")


@pytest.fixture(scope="module")
def hosted(demo: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a plain web host serves; the page lies at a sub-path of it."""
    root = tmp_path_factory.mktemp("host")
    export_model(demo, "web", root / "clinic" / "demo")
    return root


@contextmanager
def host(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Serves a folder on this machine: its address, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            asked.append(self.path)

    handler = functools.partial(Handler, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()


def ready(page: Page, address: str = "") -> None:
    """The page, opened or loaded anew, proved and accepted."""
    if address:
        page.goto(f"{address}/clinic/demo/")
    else:
        page.reload()
    expect(page.locator("body[data-state=ready]")).to_be_attached(timeout=60 * SECOND)
    expect(page.locator("#files")).to_be_hidden()
    page.get_by_role("button", name="I understand, continue").click()


def answers(page: Page, files: list[Path]) -> list[dict[str, str]]:
    """What the page says of files, by the table that it hands out."""
    page.set_input_files("#files", [str(file) for file in files])
    expect(page.locator("#results tbody tr")).to_have_count(len(files))
    expect(page.locator("#progress")).to_be_empty(timeout=60 * SECOND)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    return list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8"))))


def test_it_answers_as_python_and_asks_nobody(
    browser: Browser, hosted: Path, demo: Bundle, tmp_path: Path
) -> None:
    model = Classifier(demo, workers=1)
    files = sorted((SAMPLE_DATA / "test").rglob("*_1.png"))[::3]
    pixels = model.prepare(read_image(files[0]))[:, :, 0]
    (tmp_path / "grey.jpg").write_bytes(encoded(pixels, "JPEG"))
    (tmp_path / "notes.txt").write_text("no picture")
    files += [tmp_path / "grey.jpg", tmp_path / "notes.txt"]
    with host(hosted) as (address, asked):
        page = browser.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        ready(page, address)
        assert "Identical to 1e-5 on this device" in page.locator("#proof").inner_text()
        page.wait_for_timeout(1000)  # the service worker keeps its copies
        before = len(asked)
        rows = answers(page, files)
        assert asked[before:] == []
    # And without any host: the same page once more, from what it kept.
    ready(page)
    assert answers(page, files[:2]) == rows[:2]
    page.close()
    assert complaints == []
    told = {row["file"]: row for row in rows}
    for file in files[:-1]:
        row, here = told[file.name], model.classify(read_image(file), heat_map=False)
        assert row["status"] == here.status, file
        prefix = "p_" if here.status == "ok" else "would_have_said_p_"
        for name, probability in here.outputs.items():
            assert float(row[prefix + name]) == pytest.approx(probability, abs=1.1e-5), file
        assert row["warnings"].split() == [warning.code for warning in here.warnings], file
    assert told["notes.txt"]["status"] == "refused"


def test_a_device_that_computes_otherwise_judges_nothing(
    browser: Browser, hosted: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "clinic" / "demo"
    folder.parent.mkdir()
    folder.symlink_to(hosted / "clinic" / "demo")
    wrong = json.loads((folder / "self_test.json").read_text("utf-8"))
    wrong["images"][3]["probabilities"][0] += 2e-5
    with host(tmp_path) as (address, _):
        page = browser.new_page()
        body = json.dumps(wrong)
        page.route("**/self_test.json", lambda route: route.fulfill(body=body))
        page.goto(f"{address}/clinic/demo/")
        refusal = page.locator("#proof [role=alert]")
        expect(refusal).to_contain_text("Nothing is judged here", timeout=60 * SECOND)
        expect(page.locator("#files")).to_be_hidden()
        page.close()


def _png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG file of 8 grey bits that says this size, with these rows, whatever fits."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(rows, 9)
    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def test_what_is_too_much_is_refused_and_the_page_goes_on(
    browser: Browser, hosted: Path, tmp_path: Path
) -> None:
    sample = min((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))
    (tmp_path / "wide.png").write_bytes(_png(40_000, 40_000, bytes(1000)))
    (tmp_path / "cut.png").write_bytes(_png(4_000, 4_000, bytes(4_001 * 2_000)))
    files = [tmp_path / "wide.png", tmp_path / "cut.png", sample]
    with host(hosted) as (address, _):
        page = browser.new_page()
        ready(page, address)
        told = {row["file"]: row for row in answers(page, files)}
        page.close()
    assert told["wide.png"]["status"] == told["cut.png"]["status"] == "refused"
    assert "too large" in told["wide.png"]["error"]
    assert "damaged" in told["cut.png"]["error"]
    assert told[sample.name]["status"] == "ok"


def test_a_file_that_takes_too_long_ends_the_worker_and_another_proves_itself(
    browser: Browser, hosted: Path
) -> None:
    table = json.loads((hosted / "clinic" / "demo" / "page.json").read_text("utf-8"))
    table["limits"]["seconds"] = 0
    sample = min((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))
    with host(hosted) as (address, _):
        page = browser.new_page()
        body = json.dumps(table)
        page.route("**/page.json", lambda route: route.fulfill(body=body))
        workers = []
        page.on("worker", lambda worker: workers.append(worker.url))
        ready(page, address)
        page.set_input_files("#files", str(sample))
        refusal = page.locator("#results [role=alert]")
        expect(refusal).to_contain_text("took more than", timeout=60 * SECOND)
        expect(page.locator("body[data-state=ready]")).to_be_attached(timeout=60 * SECOND)
        expect(page.locator("#proof")).to_contain_text("Identical to")
        page.close()
    assert len(workers) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_used_on_a_phone_and_by_keyboard(
    browser: Browser, hosted: Path, scheme: str
) -> None:
    with host(hosted) as (address, _):
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True
        )  # type: ignore[call-overload]
        page = context.new_page()
        ready(page, address)
        page.get_by_role("button", name="Try a sample X-ray").click()
        heading = page.get_by_role("heading", level=2)
        expect(heading).to_be_visible(timeout=60 * SECOND)
        expect(page.locator("#results")).to_contain_text("Sample (Covid, 8 bits).png")
        assert violations_now(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        forget = page.get_by_role("button", name="Forget everything now")
        forget.focus()
        page.keyboard.press("Enter")
        expect(heading).to_have_count(0)
        context.close()
