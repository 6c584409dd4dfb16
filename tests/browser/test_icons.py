"""The small font of icons draws what Streamlit's own draws, and no page needs that one."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit
from lab_server import LabServer, settle
from playwright.sync_api import Page

from xraylib.app.server.lighter import ICONS, MADE_FROM

(WHOLE,) = Path(streamlit.__file__).parent.glob("static/static/media/MaterialSymbols*.woff2")
NAMES: list[str] = json.loads(MADE_FROM.read_text(encoding="utf-8"))["icons"]
PAGES = ("", "Dataset", "Architecture", "Training", "Results", "Classify")
# An icon is one character wide; a name that is no icon in the font is as wide as its letters.
_SPELLED_OUT = """() => [...document.querySelectorAll("[data-testid=stIconMaterial], [role=img]")]
  .filter(one => getComputedStyle(one).fontFamily.includes("Material Symbols"))
  .filter(one => one.checkVisibility() && one.firstChild)
  .map(one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const size = parseFloat(getComputedStyle(one).fontSize);
    return [one.textContent, range.getBoundingClientRect().width / size];
  })"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    place = tmp_path_factory.mktemp("icons")
    with LabServer(place / "workspace", place / "log", lesson=True) as started:
        yield started


def drawn(page: Page, font: Path) -> bytes:
    """A picture of every icon, in a font."""
    source = b64encode(font.read_bytes()).decode()
    rows = "".join(f"<i>{name}</i>" for name in NAMES)
    page.set_content(
        f"<style>@font-face{{font-family:I;src:url(data:font/woff2;base64,{source})}}"
        "body{width:1200px}i{font:normal 48px I;display:inline-block;width:50px;height:50px;"
        f"overflow:visible}}</style>{rows}"
    )
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('48px I')")
    return page.screenshot(full_page=True)


def test_every_icon_is_drawn_as_by_the_whole_font(page: Page) -> None:
    assert drawn(page, ICONS) == drawn(page, WHOLE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_spells_an_icon_out_or_asks_for_the_whole_font(
    page: Page, server: LabServer, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    seen = 0
    for path in PAGES:
        page.goto(server.address(path))
        page.locator("[data-testid=stAppViewContainer] h1").first.wait_for()
        settle(page)
        widths = page.evaluate(_SPELLED_OUT)
        seen += len(widths)
        assert [one for one in widths if not 0.9 < one[1] < 1.1] == [], path
    assert seen > 50
    fonts = {url.rpartition("/")[2].partition(".")[0] for url in asked if ".woff2" in url}
    assert fonts == {"icons"}
