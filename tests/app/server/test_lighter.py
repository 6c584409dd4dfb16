"""Streamlit's page names a small font of icons, and only where every icon is in it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import streamlit
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from streamlit import config

from xraylib.app.server.lighter import (
    ICONS,
    MADE_FROM,
    Lighter,
    is_made_from,
    lighten,
    lightened,
    writes_in_streamlits_font,
)
from xraylib.settings import PROJECT

STATIC = Path(streamlit.__file__).with_name("static")
PAGE = (STATIC / "index.html").read_bytes()


def maker() -> Any:
    """The script that makes the small font."""
    spec = importlib.util.spec_from_file_location("icons", PROJECT / "scripts" / "icons.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def ask(path: str, method: str = "GET", app: Any = None, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(Lighter(app or StaticFiles(directory=STATIC, html=True)))
    named = {"accept-encoding": "identity"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
        return await client.request(method, path, headers=named)


def test_every_icon_that_our_code_and_streamlits_scripts_name_is_in_the_small_font() -> None:
    made_from = json.loads(MADE_FROM.read_text(encoding="utf-8"))
    script = maker()
    ours, streamlits = script.ours(), script.streamlits()
    renew = "run scripts/icons.py, which makes the font anew"
    assert ours <= {*made_from["icons"]}, renew
    assert streamlits <= {*made_from["icons"]}, renew
    assert is_made_from(STATIC), renew
    # One of each kind: written out, put together, and drawn by a table on its canvas.
    assert {"radiology", "filter_alt_off", "arrow_upward"} <= ours
    assert {"keyboard_double_arrow_left", "more_vert", "speed_1_75"} <= streamlits


@pytest.mark.anyio
async def test_the_page_names_a_sheet_and_a_font_that_may_be_kept_for_ever() -> None:
    page = await ask("/")
    files = lightened().files
    assert len(files) == 2
    assert page.headers["cache-control"] == "no-cache"
    for name, body in files.items():
        assert f'href="./{name}"' in page.text
        answer = await ask(f"/{name}")
        assert answer.content == body
        assert answer.headers["cache-control"] == "public, immutable, max-age=31536000"
        assert answer.headers["content-type"].startswith(("text/css", "font/woff2"))
    (sheet,) = (body.decode() for name, body in files.items() if name.endswith(".css"))
    (font,) = (name for name in files if name.endswith(".woff2"))
    assert files[font] == ICONS.read_bytes()
    assert f"url(../media/{Path(font).name})" in sheet
    assert "MaterialSymbols" not in sheet


@pytest.mark.anyio
async def test_a_known_page_is_not_sent_again_and_a_head_tells_of_the_same_one() -> None:
    first = await ask("/", accept_encoding="gzip, br")
    assert first.headers["content-encoding"] == "br"
    assert first.headers["vary"] == "Accept-Encoding"
    again = await ask("/", accept_encoding="gzip, br", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    head = await ask("/", "HEAD")
    whole = await ask("/")
    assert head.headers["etag"] == whole.headers["etag"]
    assert int(head.headers["content-length"]) == len(whole.content) == len(lightened().page)
    assert (await ask("/", accept_encoding="gzip")).text == whole.text


@pytest.mark.anyio
async def test_a_page_below_the_first_that_streamlit_packs_itself_is_lighter_too() -> None:
    deep = GZipMiddleware(Response(PAGE, media_type="text/html"))
    browser = {"accept": "text/html,*/*;q=0.8", "accept_encoding": "gzip"}
    answer = await ask("/Dataset", app=deep, **browser)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == lightened().page


@pytest.mark.anyio
async def test_what_is_not_streamlits_page_goes_out_as_it_came() -> None:
    for body in (
        b"<p>another</p>",
        PAGE[:-8] + b"<!-- -->",
        PAGE.replace(b"Streamlit", b"Something"),
    ):
        answer = await ask("/", app=Response(body, media_type="text/html"))
        assert answer.content == body
    lost = await ask("/", app=Response(PAGE, 404, media_type="text/html"))
    assert (lost.status_code, lost.content) == (404, PAGE)
    assert (await ask("/manifest.json")).content == (STATIC / "manifest.json").read_bytes()


def test_another_streamlit_or_another_font_of_its_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (font,) = STATIC.glob("static/media/MaterialSymbols-Rounded.*.woff2")
    copy = tmp_path / "static" / "media" / font.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(font.read_bytes())
    assert is_made_from(tmp_path)
    copy.write_bytes(font.read_bytes()[:-1])
    assert not is_made_from(tmp_path)
    copy.unlink()
    assert not is_made_from(tmp_path)
    monkeypatch.setattr(streamlit, "__version__", "1.68.0")
    assert not is_made_from(STATIC)
    lightened.cache_clear()
    try:
        assert lightened().page == PAGE
        assert lightened().files == {}
    finally:
        lightened.cache_clear()


def test_a_font_of_words_is_loaded_where_the_theme_writes_in_it() -> None:
    (name,) = STATIC.glob("static/css/index.*.css")
    sheet = name.read_text(encoding="utf-8")
    without = lighten(PAGE.decode(), sheet, b"icons", words=False)
    assert b"SourceSans" not in without.page
    assert b"SourceSans" not in b"".join(without.files.values())
    within = lighten(PAGE.decode(), sheet, b"icons", words=True)
    assert b"SourceSansVF-Upright" in within.page
    assert b"".join(within.files.values()).count(b"SourceSans") == sheet.count("SourceSans") == 2
    # Everything else of the sheet stays.
    assert sheet.count("@font-face") - b"".join(without.files.values()).count(b"@font-face") == 2


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({"theme.font": "system-ui, Arial, sans-serif"}, False),
        ({"theme.font": ""}, True),
        ({"theme.font": "sans serif"}, True),
        ({"theme.font": "sans-serif"}, True),
        ({"theme.font": "Arial", "theme.sidebar.font": "sans-serif"}, True),
        ({"theme.font": "Arial", "theme.dark.headingFont": "'Source Sans', Arial"}, True),
        ({"theme.font": "Arial", "theme.codeFont": "monospace"}, False),
    ],
)
def test_the_theme_tells_whether_streamlits_font_is_written_in(
    options: dict[str, str], written: bool
) -> None:
    before = {name: config.get_option(name) for name in options}
    try:
        for name, value in options.items():
            config.set_option(name, value)
        assert writes_in_streamlits_font() is written
    finally:
        for name, old in before.items():
            config.set_option(name, old)


def test_the_small_font_keeps_its_notice() -> None:
    assert ICONS.stat().st_size < 40_000
    notice = ICONS.with_name("LICENSE.txt").read_text(encoding="utf-8")
    assert "Copyright 2026 Google LLC" in notice
    assert "Apache License" in notice
    assert "Changed by X-ray Lab" in notice
