"""What a page may send by its WebSocket: Streamlit's own messages, none larger than a page makes.

Streamlit 1.67 has the server take 200 MB a message, which a tab could send nearly to its end and
leave there, keeps 25 MB of it as the state of a visit, and writes a traceback into the log for
each frame that is none of its own, or in which a component says what is no JSON. It also makes an
address for each file name that it is told, while everybody waits: 300,000 in one message of 1 MB
took eight seconds and made an answer of 70 MB.
"""

from __future__ import annotations

import json
from typing import Any, Final

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg

from xraylib.settings import Mode

LARGEST: Final = {"demo": 1, "lab": 8}
"""Mebibytes of a message; 20,000 points that were drawn around on a map take three."""

MOST_FILES: Final = 1000
"""For which a message may ask addresses: those that are dropped on a page at once."""

_NO_BYTES, _NO_MESSAGE, _TOO_MUCH = 1003, 1007, 1009  # close codes of the WebSocket protocol


def limit_messages(mode: Mode, protocol: Any) -> None:
    """Holds all connections to come to ``LARGEST``; once a process.

    Args:
        mode: Of the server.
        protocol: The class of Uvicorn that makes connections; it hands its settings on.
    """
    config.set_option("server.maxWidgetStateSize", LARGEST[mode])
    made, most = protocol.connection_made, LARGEST[mode] * 2**20

    def connection_made(self: Any, transport: Any) -> None:
        self.config.ws_max_size = most
        made(self, transport)

    protocol.connection_made = connection_made


class Messages:
    """ASGI middleware that closes a WebSocket by which something else comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        closed = False

        async def receive_own() -> Message:
            nonlocal closed
            message = await receive()
            code = _fault(message) if message["type"] == "websocket.receive" else None
            if code is None:
                return message
            closed = True
            await send({"type": "websocket.close", "code": code})
            return {"type": "websocket.disconnect", "code": code}

        async def send_while_open(message: Message) -> None:
            if not closed:
                await send(message)

        await self._app(scope, receive_own, send_while_open)


def _fault(message: Message) -> int | None:
    """The code with which to close, or None."""
    data = message.get("bytes")
    if data is None:
        return _NO_BYTES
    try:
        told = BackMsg.FromString(data)
        for state in told.rerun_script.widget_states.widgets:
            if state.HasField("json_value"):
                json.loads(state.json_value)
    except (DecodeError, ValueError, RecursionError):
        return _NO_MESSAGE
    return _TOO_MUCH if len(told.file_urls_request.file_names) > MOST_FILES else None
