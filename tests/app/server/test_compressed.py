"""Streamlit's scripts and styles go out compressed, everything else as it is."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import httpx
import pyarrow
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from xraylib.app.server.compressed import Compressed

SCRIPT = b"const lung = 'left';\n" * 400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.a1.js").write_bytes(SCRIPT)
    (tmp_path / "small.js").write_bytes(b"1;")
    (tmp_path / "font.woff2").write_bytes(SCRIPT)
    return tmp_path


async def ask(folder: Path, name: str, method: str = "GET", **headers: str) -> httpx.Response:
    app = Starlette(
        routes=[Mount("/static", StaticFiles(directory=folder))],
        middleware=[Middleware(Compressed)],
    )
    transport = httpx.ASGITransport(app)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
        answers = [await client.request(method, f"/static/{name}", headers=named) for _ in range(2)]
    assert answers[0].content == answers[1].content  # made, and from what was kept
    return answers[1]


@pytest.mark.anyio
async def test_a_script_goes_out_compressed_and_is_the_same_when_unpacked(folder: Path) -> None:
    answer = await ask(folder, "index.a1.js", accept_encoding="br;q=0, gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(gzip.compress(SCRIPT, 9, mtime=0))
    assert answer.content == SCRIPT
    assert answer.headers["etag"].startswith('W/"')
    assert "accept-ranges" not in answer.headers


@pytest.mark.anyio
async def test_a_browser_that_takes_brotli_gets_it_and_it_holds_the_same(folder: Path) -> None:
    answer = await ask(folder, "index.a1.js", accept_encoding="gzip, deflate, br, zstd")
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["vary"] == "Accept-Encoding"
    # httpx unpacks Brotli only with a package that is not here, so Arrow reads it back.
    assert len(answer.content) == int(answer.headers["content-length"]) < 200
    assert pyarrow.Codec("brotli").decompress(answer.content, len(SCRIPT)).to_pybytes() == SCRIPT


@pytest.mark.anyio
async def test_each_browser_gets_its_own_encoding_of_one_file(folder: Path) -> None:
    app = Compressed(StaticFiles(directory=folder))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
        (folder / "static").mkdir()
        (folder / "static" / "a.js").write_bytes(SCRIPT)
        for encoding in ("br", "gzip", "identity", "gzip", "br"):
            answer = await client.get("/static/a.js", headers={"Accept-Encoding": encoding})
            assert answer.headers.get("content-encoding", "identity") == encoding


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("index.a1.js", {"accept_encoding": "identity"}),
        ("index.a1.js", {"accept_encoding": "br;q=0, gzip;q=0"}),
        ("index.a1.js", {"accept_encoding": "gzip; q=0.0"}),
        ("small.js", {"accept_encoding": "gzip"}),
        ("font.woff2", {"accept_encoding": "gzip"}),
    ],
)
async def test_what_is_not_taken_or_not_worth_it_goes_out_as_it_is(
    folder: Path, name: str, headers: dict[str, str]
) -> None:
    answer = await ask(folder, name, **headers)
    assert "content-encoding" not in answer.headers
    assert answer.content == (folder / name).read_bytes()


@pytest.mark.anyio
async def test_parts_heads_and_known_files_are_answered_as_ever(folder: Path) -> None:
    part = await ask(folder, "index.a1.js", accept_encoding="gzip", range="bytes=0-4")
    assert (part.status_code, part.content) == (206, b"const")
    head = await ask(folder, "index.a1.js", "HEAD", accept_encoding="gzip")
    assert int(head.headers["content-length"]) == len(SCRIPT)
    etag = head.headers["etag"]
    known = await ask(folder, "index.a1.js", accept_encoding="gzip", if_none_match=f"W/{etag}")
    assert (known.status_code, known.content) == (304, b"")
    lost = await ask(folder, "no.js", accept_encoding="gzip")
    assert lost.status_code == 404


@pytest.mark.anyio
async def test_names_that_are_no_file_and_other_spellings_of_one_are_not_kept() -> None:
    page = b"<p>" * 1000

    async def fallback(scope: Any, receive: Any, send: Any) -> None:
        kind = "text/javascript" if scope["path"].endswith("index.a1.js") else "text/html"
        await Response(page, media_type=kind)(scope, receive, send)

    app = Compressed(fallback)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
        for path in ("index.a1.js", "none.js", "js//index.a1.js", "./index.a1.js"):
            url = httpx.URL("http://lab", raw_path=f"/static/{path}".encode())
            answer = await client.get(url, headers={"Accept-Encoding": "gzip"})
            assert answer.content == page
    assert [*app._kept] == [("/static/index.a1.js", "gzip")]
