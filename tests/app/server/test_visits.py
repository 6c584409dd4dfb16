"""What uploads may take of the server, without a server."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from xraylib.app.server import visits
from xraylib.app.server.visits import UploadLimits


def test_an_upload_that_was_refused_takes_no_room_while_the_rest_of_it_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visits, "held_bytes", Counter)

    async def no_token(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("no", 403)(scope, receive, send)

    limits = UploadLimits(no_token, visit_bytes=100, server_bytes=100)
    answers: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": True}

    async def put(visit: str, then: Any) -> None:
        scope = {
            "type": "http",
            "method": "PUT",
            "path": f"/_stcore/upload_file/{visit}/f",
            "headers": [(b"content-length", b"90")],
        }

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answers.append(message["status"])
            else:
                await then()  # as a server that reads what still comes of the body

        await limits(scope, receive, send)

    async def nothing() -> None:
        pass

    async def other() -> None:
        await put("b", nothing)

    anyio.run(put, "a", other)
    assert answers == [403, 403]
    assert not +limits._declared
    assert limits._came == 0


class Uploads:
    """Uploads of 100 bytes to a server that holds what came of them, as Streamlit's does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, server_bytes: int) -> None:
        self.held: Counter[str] = Counter()
        self.answers: dict[str, int] = {}
        monkeypatch.setattr(visits, "held_bytes", lambda: Counter(self.held))
        monkeypatch.setattr(UploadLimits, "_tell", lambda *_: None)
        self.limits = UploadLimits(self._keep, visit_bytes=1_000, server_bytes=server_bytes)

    async def _keep(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body, more = body + message["body"], message["more_body"]
        self.held[scope["path"].split("/")[3]] += len(body)
        await PlainTextResponse("", 204)(scope, receive, send)

    async def put(self, visit: str, parts: list[int], wait: anyio.Event | None = None) -> None:
        """Sends these many bytes in parts; before the last it waits."""
        left = list(parts)

        async def receive() -> Any:
            size = left.pop(0)
            if not left and wait is not None:
                await wait.wait()
            return {"type": "http.request", "body": bytes(size), "more_body": bool(left)}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.answers[visit] = message["status"]

        path = f"/_stcore/upload_file/{visit}/f"
        headers = [(b"content-length", b"100")]
        scope = {"type": "http", "method": "PUT", "path": path, "headers": headers}
        await self.limits(scope, receive, send)


def test_uploads_that_declare_much_and_bring_little_take_nobody_s_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uploads = Uploads(monkeypatch, server_bytes=250)

    async def play() -> None:
        end = anyio.Event()
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(uploads.put, f"slow-{number}", [2, 98], end)
            await anyio.wait_all_tasks_blocked()
            await uploads.put("honest", [50, 50])
            assert uploads.answers == {"honest": 204}
            end.set()

    anyio.run(play)
    statuses = Counter(uploads.answers.values())
    assert statuses == {204: 2, 429: 19}  # of those that came after all, what there was room for
    assert uploads.held.total() <= 250
    assert not +uploads.limits._declared
    assert uploads.limits._came == 0


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"transfer-encoding", b"chunked")],
        [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"chunked"), (b"content-length", b"5")],
        [(b"content-length", b"5"), (b"content-length", b"5")],
        [(b"content-length", b"-5")],
        [(b"content-length", "٥".encode())],
    ],
)
def test_an_upload_that_may_bring_more_than_it_says_is_refused(
    headers: list[tuple[bytes, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "held_bytes", Counter)

    async def never(*_: Any) -> None:
        raise AssertionError

    async def put() -> None:
        scope = {
            "type": "http",
            "method": "PUT",
            "path": "/_stcore/upload_file/a/f",
            "headers": headers,
        }

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                assert message["status"] == 411

        await UploadLimits(never)(scope, never, send)

    anyio.run(put)


def test_a_file_of_no_byte_takes_room_too(monkeypatch: pytest.MonkeyPatch) -> None:
    files = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(visits, "_runtime", lambda: SimpleNamespace(uploaded_file_mgr=files))
    for number in range(1_000):
        files.add_file("a", UploadedFileRec(f"{number}", "image.png", "image/png", b""))
    files.add_file("b", UploadedFileRec("0", "image.png", "image/png", bytes(50_000)))
    held = visits.held_bytes()
    assert held["a"] > 1_000_000
    assert 50_000 < held["b"] < 60_000
