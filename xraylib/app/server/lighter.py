"""Streamlit's page, made lighter: a small font of icons, and no font that nothing is written in.

Streamlit's icons come from a font of 375 KB of which our pages show a twentieth, and its page loads
a font of words before it knows that the theme has another. The file beside this module holds the
icons that are shown (``scripts/icons.py``). It and the style sheet that names it have addresses
with a sum of what is in them, so that a browser may keep them for ever; the page names the sheet.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.config import get_config_options

from xraylib.app.server.compressed import encoding_for, packed

ICONS: Final = Path(__file__).with_name("icons") / "icons.woff2"
MADE_FROM: Final = ICONS.with_suffix(".json")
_STATIC: Final = Path(st.__file__).with_name("static")
_FONT: Final = "static/media/MaterialSymbols-Rounded.*.woff2"
_FONT_NAMED: Final = re.compile(r"MaterialSymbols-Rounded\.[\w-]+\.woff2")
_SHEET_NAMED: Final = re.compile(r"static/css/index\.[\w-]+\.css")
_WORDS_LOADED: Final = re.compile(r'<link\s+rel="preload"\s+href="[^"]*/SourceSans[^"]*"[^>]*>\s*')
_WORDS_DECLARED: Final = re.compile(r"@font-face\{font-family:Source Sans;[^}]*\}")
_FOR_EVER: Final = {"Cache-Control": "public, immutable, max-age=31536000"}


@dataclass(frozen=True, kw_only=True)
class Lightened:
    """Streamlit's page, and the files that it names in place of Streamlit's own.

    Attributes:
        page: The page.
        files: What is in each file, by its address below the page's.
    """

    page: bytes
    files: dict[str, bytes]


class Lighter:
    """ASGI middleware that sends the lighter page, and the files it names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        for name, body in lightened().files.items():
            if scope["path"].endswith(f"/{name}"):
                kind = "text/css" if name.endswith(".css") else "font/woff2"
                answer = Response(body, headers=_FOR_EVER, media_type=kind)
                await answer(scope, receive, send)
                return
        await self._app(_plain(scope), receive, _Page(scope, receive, send))


def _plain(scope: Scope) -> Scope:
    """The same request; a browser's for a page asks Streamlit for one that is not packed yet."""
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return scope
    kept = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
    return {**scope, "headers": kept}


class _Page:
    """Sends the lighter page where Streamlit's comes, and all else as it is."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._held: list[Message] = []
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _may_be_page(message):
            self._held.append(message)
        elif not self._held:
            await self._send(message)
        else:
            self._held.append(message)
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._end()

    async def _end(self) -> None:
        body = b"".join(self._parts)
        if self._scope["method"] == "GET" and body != _streamlits_page():
            for message in self._held:
                await self._send(message)
            return
        asked = Headers(scope=self._scope)
        encoding = encoding_for(asked.get("accept-encoding", ""))
        page, tag = _sent(encoding)
        headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Encoding"}
        known = asked.get("if-none-match") == tag
        if encoding and not known:
            headers["Content-Encoding"] = encoding
        answer = Response(
            b"" if known else page,
            304 if known else 200,
            headers=headers,
            media_type=None if known else "text/html",
        )
        await answer(self._scope, self._receive, self._send)


def _may_be_page(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    return (
        message["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and headers.get("content-length") == str(len(_streamlits_page()))
        and "content-encoding" not in headers
    )


@cache
def _sent(encoding: str) -> tuple[bytes, str]:
    """The page in an encoding, or in none, and its ``ETag``."""
    page = lightened().page
    return packed(page, encoding), f'W/"{_sum(page)}"'


@cache
def lightened() -> Lightened:
    """What this server sends; Streamlit's own where it is not the one the icons were made from."""
    page = _streamlits_page()
    sheets = set(_SHEET_NAMED.findall(page.decode()))
    if not is_made_from(_STATIC) or len(sheets) != 1:
        return Lightened(page=page, files={})
    sheet = (_STATIC / sheets.pop()).read_text(encoding="utf-8")
    return lighten(page.decode(), sheet, ICONS.read_bytes(), words=writes_in_streamlits_font())


def lighten(page: str, sheet: str, icons: bytes, *, words: bool) -> Lightened:
    """The page with a small font of icons, and without a font of words that the theme replaces.

    Args:
        page: Streamlit's ``index.html``.
        sheet: The style sheet that it names.
        icons: The small font.
        words: Whether something is written in Streamlit's font of words.
    """
    font = f"icons.{_sum(icons)}.woff2"
    sheet = _FONT_NAMED.sub(font, sheet)
    if not words:
        page, sheet = _WORDS_LOADED.sub("", page), _WORDS_DECLARED.sub("", sheet)
    sheet_name = f"static/css/lighter.{_sum(sheet.encode())}.css"
    font_name = f"static/media/{font}"
    # A script that asks for Streamlit's own sheet finds it named and leaves it; nothing loads it.
    own = _SHEET_NAMED.findall(page)[0]
    named = (
        f'<link rel="preload" href="./{font_name}" as="font" type="font/woff2" crossorigin />'
        f'<link rel="stylesheet" crossorigin href="./{own}" disabled />'
    )
    page = _SHEET_NAMED.sub(sheet_name, page).replace("</head>", f"{named}</head>", 1)
    return Lightened(page=page.encode(), files={sheet_name: sheet.encode(), font_name: icons})


def is_made_from(static: Path) -> bool:
    """Whether the small font was made from the icons and for the scripts of this Streamlit.

    Args:
        static: Its folder ``static``.
    """
    made_from = json.loads(MADE_FROM.read_text(encoding="utf-8"))
    found = [hashlib.sha256(font.read_bytes()).hexdigest() for font in static.glob(_FONT)]
    return made_from["streamlit"] == st.__version__ and found == [made_from["font_sha256"]]


def writes_in_streamlits_font() -> bool:
    """Whether a part of the theme asks for Streamlit's font of words, or leaves it to Streamlit."""
    theme = {
        name: str(option.value or "")
        for name, option in get_config_options().items()
        if name.startswith("theme.") and name.lower().endswith("font")
    }
    names = ("sans serif", "sans-serif")
    return not theme["theme.font"] or any(
        font.lower() in names or "Source Sans" in font for font in theme.values()
    )


@cache
def _streamlits_page() -> bytes:
    return (_STATIC / "index.html").read_bytes()


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
