"""Streamlit's own scripts and styles, sent compressed.

Streamlit 1.67 sends them as they lie on the disk: 2.7 to 4.6 MB for a first page. Their names hold
a hash of what is in them, so each is compressed once for as long as the server lives.
"""

from __future__ import annotations

import asyncio
import gzip
import posixpath
from collections.abc import MutableMapping
from functools import cache
from typing import Any, Final

import pyarrow
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOLDER: Final = "/static/"
_ENDINGS: Final = (".js", ".css", ".json", ".svg")
_WORTH_BYTES: Final = 1024
_LEVEL: Final = 9


class Compressed:
    """ASGI middleware that answers for static texts with Brotli or gzip where the browser takes it.

    Nothing that a visitor could have written is compressed, so no length tells a secret.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[tuple[str, str], tuple[dict[str, str], bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = _encoding(scope)
        if not encoding:
            await self._app(scope, receive, send)
            return
        name = (scope["path"], encoding)
        if name not in self._kept:
            answer = _Answer(send, encoding)
            await self._app(scope, receive, answer)
            body = answer.body
            if body is None:
                return  # it was no whole file, and went out as it came
            self._kept[name] = (answer.headers, await asyncio.to_thread(packed, body, encoding))
        headers, small = self._kept[name]
        await _send(send, {**headers, "content-length": str(len(small))}, small)


def encoding_for(header: str) -> str:
    """The best encoding that an ``Accept-Encoding`` header allows; empty for none."""
    allowed = _accepted(header)
    return next((one for one in _encodings() if one in allowed), "")


def packed(body: bytes, encoding: str) -> bytes:
    """The body in an encoding: ``br``, ``gzip``, or as it is for an empty one."""
    if encoding == "br":
        return bytes(pyarrow.Codec("brotli", compression_level=_LEVEL).compress(body))
    return gzip.compress(body, _LEVEL, mtime=0) if encoding == "gzip" else body


@cache
def _encodings() -> tuple[str, ...]:
    """Smallest first. Browsers take Brotli by HTTPS and on one's own machine."""
    return ("br", "gzip") if pyarrow.Codec.is_available("brotli") else ("gzip",)


def _encoding(scope: Scope) -> str:
    """The encoding to answer in; empty where the answer goes out as it comes."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return ""
    path: str = scope["path"]
    if _FOLDER not in path or not path.endswith(_ENDINGS):
        return ""
    if posixpath.normpath(path) != path:  # one file has one name here, so that it is kept once
        return ""
    asked = Headers(scope=scope)
    if "range" in asked or "if-none-match" in asked or "if-modified-since" in asked:
        return ""
    return encoding_for(asked.get("accept-encoding", ""))


def _accepted(header: str) -> set[str]:
    """The encodings of an ``Accept-Encoding`` header that are not ruled out by ``q=0``."""
    found = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.strip().removeprefix("q=").strip("0.") or not weight:
            found.add(name.strip())
    return found


class _Answer:
    """Takes a whole file that is worth it; sends on at once whatever else it is."""

    def __init__(self, send: Send, encoding: str) -> None:
        self._send, self._encoding = send, encoding
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._whole = False
        self.headers: dict[str, str] = {}

    @property
    def body(self) -> bytes | None:
        """The file, or None if the answer was sent on."""
        return b"".join(self._parts) if self._whole else None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and _is_file(message):
            self._start = message
            told = MutableHeaders(raw=list(message["headers"]))
            told["content-encoding"] = self._encoding
            told.add_vary_header("Accept-Encoding")
            for name in ("content-length", "accept-ranges", "date", "server"):
                del told[name]
            if "etag" in told:  # of another body now
                told["etag"] = f"W/{told['etag'].removeprefix('W/')}"
            self.headers = dict(told.items())
        elif self._start is None:
            await self._send(message)
        else:
            self._parts.append(message.get("body", b""))
            self._whole = not message.get("more_body", False)


def _is_file(message: MutableMapping[str, Any]) -> bool:
    headers = Headers(raw=message["headers"])
    if headers.get("content-type", "").startswith("text/html"):
        return False  # Streamlit's page, which it sends for every name that is no file
    size = int(headers.get("content-length", 0))
    return message["status"] == 200 and size >= _WORTH_BYTES and "content-encoding" not in headers


async def _send(send: Send, headers: dict[str, str], body: bytes) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    await send({"type": "http.response.body", "body": body})
