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

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSessionState

from xraylib.app.shell import refused_uploads
from xraylib.datasets.index.arrow_memory import return_free_memory

VISIT_BYTES: Final = 300_000_000
"""Of all files that one visit holds at the same time; an archive of the lab fits."""
SERVER_BYTES: Final = 1_500_000_000
"""Of all files that all visits hold."""
GONE_SECONDS: Final = 30.0
"""How long a closed tab is waited for: a lost connection comes back within seconds."""

_A_FILE: Final = 4_096
"""Is counted for each file beside its bytes: names and the like are kept, of an empty one too."""
_LOOK_SECONDS: Final = 5.0
_WORTH_CLEARING: Final = 1_000_000
_TRY_AGAIN_SECONDS: Final = 30
_DRAW_SECONDS: Final = 0.3
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
        self._declared: Counter[str] = Counter()  # by visits, of what is on its way
        self._came = 0  # of it: who declares much and sends little takes nobody's room
        self._drawing: dict[str, asyncio.Task[None]] = {}

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
        refused = self._refusal(visit, length)
        if refused is not None:
            await refused(scope, receive, send)
            return
        self._declared[visit] += length
        came, awaited, cut = 0, True, False

        def free() -> None:
            nonlocal awaited
            if awaited:
                awaited = False
                self._declared[visit] -= length
                self._declared += Counter()  # drops those at zero
                self._came -= came

        async def send_and_free(message: Message) -> None:
            free()  # the file is held, or was not taken; what still comes of it is thrown away
            if not cut:
                await send(message)

        async def receive_and_count() -> Message:
            nonlocal came, cut
            message = await receive()
            if awaited and message["type"] == "http.request":
                more = len(message.get("body", b""))
                if held_bytes().total() + self._came + more > self._server_bytes:
                    free()
                    cut = True
                    await self._full(visit)(scope, receive, send)
                    return {"type": "http.disconnect"}
                came += more
                self._came += more
            return message

        try:
            await self._app(scope, receive_and_count, send_and_free)
        except ClientDisconnect:
            pass  # cut short: nobody is there to be told, and it is no fault of ours for the log
        finally:
            free()

    def _refusal(self, visit: str, length: int) -> PlainTextResponse | None:
        """The answer to an upload for which there is no room; its words stand on the page, too."""
        held = held_bytes()
        if held[visit] + self._declared[visit] + length > self._visit_bytes:
            words = (
                f"the files of one visit may have {self._visit_bytes / 1e6:,.0f} MB at the same "
                "time. Take some out of the drop area, or press *Forget everything now*; then "
                "hand it in again."
            )
            self._tell(visit, words)
            return PlainTextResponse(f"The file was not taken: {words}\n", 413)
        if held.total() + self._came + length > self._server_bytes:
            return self._full(visit)
        return None

    def _full(self, visit: str) -> PlainTextResponse:
        words = (
            "the server holds as many files for all visitors as it may. Try again in half a minute."
        )
        self._tell(visit, words)
        headers = {"Retry-After": str(_TRY_AGAIN_SECONDS)}
        return PlainTextResponse(f"The file was not taken: {words}\n", 429, headers)

    def _tell(self, visit: str, words: str) -> None:
        manager = _runtime()._session_mgr
        alive = {info.session.id: info.session for info in manager.list_active_sessions()}
        if visit not in alive:
            return
        refused_uploads.remember(visit, words, alive=alive)
        if visit not in self._drawing:
            self._drawing[visit] = asyncio.create_task(self._draw(alive[visit]))

    async def _draw(self, session: Any) -> None:
        """Has the page drawn again, once nothing runs: a click must not be lost by it."""
        await asyncio.sleep(_DRAW_SECONDS)  # of many files at once, several are refused
        while session._state == AppSessionState.APP_IS_RUNNING:
            await asyncio.sleep(_DRAW_SECONDS)
        del self._drawing[session.id]
        session.request_rerun(session._client_state)


def held_bytes() -> Counter[str]:
    """Bytes that the server holds for files, by visit."""
    storage = dict(_runtime().uploaded_file_mgr.file_storage)
    return Counter(
        {
            visit: sum(len(file.data) + _A_FILE for file in list(files.values()))
            for visit, files in storage.items()
        }
    )


async def end_closed_visits(gone_seconds: float = GONE_SECONDS) -> None:
    """Ends visits whose tab was closed, and gives their memory back; runs as long as the server.

    Memory is given back too where a visit has let go of files: what C's allocator has freed keeps
    its content until something else is written there.

    Args:
        gone_seconds: How long after the tab was closed.
    """
    closed: dict[str, float] = {}
    held, looks_to_clear = 0, 0
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
        before, held = held, held_bytes().total()
        if late:
            gc.collect()
        if late or before - held >= _WORTH_CLEARING:
            looks_to_clear = 2  # the second, for what a page that is still drawn holds at the first
        if looks_to_clear:
            looks_to_clear -= 1
            return_free_memory()


def _runtime() -> Any:
    return Runtime.instance()


def _declared(scope: Scope) -> int | None:
    """Bytes of the body; None where it does not tell, or comes in pieces whatever it tells."""
    if any(name == b"transfer-encoding" for name, _ in scope["headers"]):
        return None
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() else None
