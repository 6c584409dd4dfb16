"""What visits may hold, and for how long: limits of uploads, and an end for tabs that were closed.

Streamlit 1.67 takes any number of files a visit, and drops what a closed tab has left only when
somebody else connects. Both are mended here, through its runtime.
"""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections import Counter
from typing import Any, Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime

from xraylib.datasets.arrow_memory import return_free_memory

VISIT_BYTES: Final = 300_000_000
"""Of all files that one visit holds at the same time; an archive of the lab fits."""
SERVER_BYTES: Final = 1_500_000_000
"""Of all files that all visits hold."""
GONE_SECONDS: Final = 30.0
"""How long a closed tab is waited for: a lost connection comes back within seconds."""

_LOOK_SECONDS: Final = 5.0
_TRY_AGAIN_SECONDS: Final = 30
_UPLOAD: Final = re.compile(r"/_stcore/upload_file/(?P<visit>[^/]+)/[^/]+")


class UploadLimits:
    """ASGI middleware that refuses an upload before its body is read: 413 and 429.

    Args:
        app: What is behind it.
        visit_bytes: See ``VISIT_BYTES``.
        server_bytes: See ``SERVER_BYTES``.
    """

    def __init__(
        self, app: ASGIApp, visit_bytes: int = VISIT_BYTES, server_bytes: int = SERVER_BYTES
    ) -> None:
        self._app = app
        self._visit_bytes, self._server_bytes = visit_bytes, server_bytes
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _UPLOAD.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        visit, length = found["visit"], _declared(scope)
        if length is None:
            refusal = PlainTextResponse("An upload must tell its length.\n", 411)
            await refusal(scope, receive, send)
            return
        held = held_bytes()
        if held[visit] + self._coming[visit] + length > self._visit_bytes:
            words = (
                f"This visit holds {self._visit_bytes // 1_000_000} MB already, or would with this "
                "file. Press Forget everything now, then hand it in again.\n"
            )
            await PlainTextResponse(words, 413)(scope, receive, send)
            return
        if held.total() + self._coming.total() + length > self._server_bytes:
            words = "Too many files are held for all visitors. Try again in half a minute.\n"
            headers = {"Retry-After": str(_TRY_AGAIN_SECONDS)}
            await PlainTextResponse(words, 429, headers)(scope, receive, send)
            return
        self._coming[visit] += length
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[visit] -= length
            self._coming += Counter()  # drops those at zero


def held_bytes() -> Counter[str]:
    """Bytes of files that the server holds, by visit."""
    storage = dict(_runtime().uploaded_file_mgr.file_storage)
    return Counter(
        {
            visit: sum(len(file.data) for file in list(files.values()))
            for visit, files in storage.items()
        }
    )


async def end_closed_visits(gone_seconds: float = GONE_SECONDS) -> None:
    """Ends visits whose tab was closed, and gives their memory back; runs as long as the server.

    Args:
        gone_seconds: How long after the tab was closed.
    """
    closed: dict[str, float] = {}
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        now = time.monotonic()
        manager = _runtime()._session_mgr
        waiting = {one.session.id: one.session for one in manager._session_storage.list()}
        closed = {visit: closed.get(visit, now) for visit in waiting}
        late = [visit for visit, since in closed.items() if now - since >= gone_seconds]
        for visit in late:
            manager.close_session(visit)
            # The server's own loop keeps the last session that it looked at, until another comes.
            waiting[visit].session_state.clear()
        if late:
            gc.collect()
            return_free_memory()


def _runtime() -> Any:
    return Runtime.instance()


def _declared(scope: Scope) -> int | None:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() else None
