"""The site is whole: nothing public is missing in it, no link is broken, nothing is fetched."""

from __future__ import annotations

import functools
import html
import http.server
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_server import chromium, find_chromium
from playwright.sync_api import sync_playwright

import xraylib
from scripts.reference import commands, error_source, http_api, rooms
from xraylib.audit import CHECKS
from xraylib.augmentation.kinds import SETTINGS
from xraylib.images.formats import FORMATS
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.models.exporters import EXPORTERS
from xraylib.networks.layers import LAYERS
from xraylib.settings import PROJECT
from xraylib.variables import VARIABLES

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; it fails to build at a broken link, an unknown target or a page left out."""
    pytest.importorskip("sphinx", reason="the extra docs is not installed")
    pytest.importorskip("furo", reason="the extra docs is not installed")
    pytest.importorskip("myst_parser", reason="the extra docs is not installed")
    out = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, str(PROJECT / "scripts" / "docs.py"), "build", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def words(page: Path) -> str:
    """What a reader sees of a page, without marks and line ends."""
    text = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))
    return " ".join(html.unescape(text).split())


@pytest.fixture(scope="session")
def index(site: Path) -> set[str]:
    """The Python names that can be linked to from other sites."""
    data = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    return {
        line.split()[0] for line in zlib.decompress(data).decode().splitlines() if " py:" in line
    }


@pytest.mark.parametrize("name", xraylib.__all__)
def test_every_public_name_has_its_entry(index: set[str], name: str) -> None:
    assert f"xraylib.{name}" in index


def test_every_layer_has_its_entry(index: set[str]) -> None:
    assert {f"xraylib.layers.{kind}" for kind in LAYERS} <= index


def test_everything_that_is_declared_once_is_told(site: Path) -> None:
    seen = words(site / "reference" / "kinds.html")
    names = [check.code for check in CHECKS]
    names += [metric.name for metric in (*METRICS, *CLASS_METRICS)]
    names += [*FORMATS, *SETTINGS, *EXPORTERS]
    assert len(names) > 40
    assert not [name for name in names if name not in seen]


def test_every_command_and_option_is_told(site: Path) -> None:
    page = site / "reference" / "commands.html"
    text, seen = page.read_text(encoding="utf-8"), words(page)
    for name, command in commands.commands().items():
        assert f'id="command-{name}"' in text
        for option in commands.options(command):
            assert commands.spelling(option) in seen
            assert " ".join(option.help.split()) in seen, f"{name} {option.name}"


def test_every_setting_is_told(site: Path) -> None:
    seen = words(site / "settings.html")
    assert all(variable.name in seen for variable in VARIABLES)


def test_every_error_code_is_told_with_what_to_do(site: Path) -> None:
    page = site / "reference" / "errors.html"
    text, seen = page.read_text(encoding="utf-8"), words(page)
    for one in error_source.told():
        assert f'id="error-{one.code}"' in text
        assert " ".join(one.remedy.split()) in seen


def test_every_module_is_told(site: Path) -> None:
    seen = words(site / "reference" / "modules.html")
    for file in rooms.modules():
        if file.stem != "__init__":
            assert file.relative_to(rooms.PACKAGE).as_posix() in seen


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    loading = re.compile(r"<(?:script|img|iframe|source|audio|video)\b[^>]*\bsrc=\"([^\"]+)\"")
    linked = re.compile(
        r"<link\b[^>]*\brel=\"(?:stylesheet|preload|preconnect|icon|shortcut icon)\"[^>]*>"
    )
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        found = loading.findall(text) + linked.findall(text)
        assert not [one for one in found if re.search(r"(^|\")(https?:)?//", one)], page.name
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\([\"']?(https?:)?//", text), sheet.name


def test_each_class_that_raises_by_itself_is_in_the_tree_of_the_page(site: Path) -> None:
    seen = words(site / "reference" / "errors.html")
    assert all(one.kind in seen for one in error_source.told())


def test_every_refusal_of_the_http_api_is_told(site: Path) -> None:
    seen = words(site / "reference" / "http-api.html")
    assert len(http_api.refusals()) > 10
    for status, code, _ in http_api.refusals():
        assert f"{code} {status}" in seen


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is shown on this machine."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.browser
@pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium on this machine (apt-get install chromium)"
)
@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 1366, 768), ("dark", 390, 844)])
def test_every_page_fits_its_screen_and_asks_nobody_else(
    site: Path, address: str, scheme: str, width: int, height: int
) -> None:
    asked: list[str] = []
    with sync_playwright() as playwright, chromium(playwright) as browser:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        for page in sorted(site.rglob("*.html")):
            tab.goto(address + page.relative_to(site).as_posix())
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, page.name
    assert len(asked) > 20
    assert not [url for url in asked if not url.startswith((address, "data:"))]
