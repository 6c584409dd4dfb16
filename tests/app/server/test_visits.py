"""What uploads may take of the server, without a server."""

from __future__ import annotations

from collections import Counter
from typing import Any

import anyio
import pytest
from starlette.responses import PlainTextResponse

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
    assert not +limits._coming
