"""An end for connections on which nothing comes, and for those that take nothing.

Uvicorn 0.54 waits for ever for a request whose head or body never ends, so that whoever opens
many and stays silent holds as many file descriptors and buffers. Its protocols tell what arrives
here, and one task looks at them all. The rule is that of Apache's ``mod_reqtimeout``: a slow line
is no fault, a silent one is.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WINDOW_SECONDS: Final = 20.0
"""How long one looks before judging a connection from which something is awaited."""
LEAST_BYTES: Final = 10_000
"""Must have arrived in that time, unless the request is whole: 500 bytes a second."""
STUCK_SECONDS: Final = 60.0
"""How long the other side may take nothing of what waits for it."""
REST_SECONDS: Final = 30.0
"""How long the rest of a refused request is read before its connection is closed."""

_LOOK_SECONDS: Final = 1.0
_MOST_OPEN: Final = 65_536


@dataclass(eq=False)
class Connection:
    """One connection, as seen from outside the protocol that speaks on it.

    Args:
        transport: Of asyncio.
        now: When it was opened, monotonic seconds.
    """

    transport: Any
    now: float
    received: int = 0
    _awaited: object = field(init=False, default=None)
    _since: float = field(init=False)
    _taken: float = field(init=False)
    _waiting: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._since = self._taken = self.now

    def is_over(self) -> bool:
        """Whether it is closed, with nothing left to send."""
        return bool(self.transport.is_closing()) and not self.transport.get_write_buffer_size()

    def is_idle(self, now: float) -> bool:
        """Whether the other side has been silent, or has taken nothing, for too long.

        Args:
            now: Monotonic seconds.
        """
        waiting = self.transport.get_write_buffer_size()
        if not waiting or waiting < self._waiting:
            self._taken = now
        self._waiting = waiting
        awaited = _awaited(self.transport.get_protocol())
        if awaited is None or awaited != self._awaited:
            self._awaited, self._since, self.received = awaited, now, 0
        elif now - self._since >= WINDOW_SECONDS:
            if self.received < LEAST_BYTES:
                return True
            self._since, self.received = now, 0
        return now - self._taken >= STUCK_SECONDS


def _awaited(protocol: Any) -> tuple[object, str] | None:
    """The request of which more is awaited; None while it is ours to act.

    A WebSocket looks after itself by pings, and until it is one it is a request.
    """
    flow = getattr(protocol, "flow", None)
    if flow is None or flow.read_paused:
        return None
    cycle = protocol.cycle
    if cycle is None or cycle.response_complete:
        return cycle, "the next request, or the rest of one that was refused"
    if cycle.more_body and not cycle.waiting_for_100_continue:
        return cycle, "the body"
    return None


class Drained:
    """ASGI middleware that lets an early answer arrive where the connection ends with it.

    A socket that is closed while the body still comes is reset, and a reset overtakes the answer:
    nginx, which asks for ``Connection: close``, then says 502 where a 413 was sent. What comes
    after such an answer is read and thrown away first, for ``REST_SECONDS`` at most.
    """

    def __init__(self, app: ASGIApp, rest_seconds: float = REST_SECONDS) -> None:
        self._app = app
        self._rest_seconds = rest_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _ends_with_its_body(scope):
            await self._app(scope, receive, send)
            return
        coming = True

        async def receive_noting() -> Message:
            nonlocal coming
            message = await receive()
            coming = bool(message.get("more_body", False))
            return message

        async def send_then_drain(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if last and coming:
                await send({**message, "more_body": True})
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._rest_seconds):
                        while coming:
                            await receive_noting()
                message = {"type": "http.response.body"}
            await send(message)

        await self._app(scope, receive_noting, send_then_drain)


def _ends_with_its_body(scope: Scope) -> bool:
    """Whether a body comes and its connection is closed after the answer.

    Who asks for "100 Continue" sends nothing before it is told to.
    """
    headers = Headers(scope=scope)
    closes = "close" in headers.get("connection", "").lower() or scope["http_version"] == "1.0"
    body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    return closes and body and "expect" not in headers


_OPEN: dict[Any, Connection] = {}


def watch(protocol: Any) -> None:
    """Lets a protocol class of Uvicorn tell what arrives; once a process.

    Args:
        protocol: The class; where it comes from, no other can be given by settings.
    """
    made, received = protocol.connection_made, protocol.data_received

    def connection_made(self: Any, transport: Any) -> None:
        _OPEN[transport] = Connection(transport, time.monotonic())
        made(self, transport)

    def data_received(self: Any, data: bytes) -> None:
        connection = _OPEN.get(self.transport)
        if connection is not None:
            connection.received += len(data)
        received(self, data)

    protocol.connection_made, protocol.data_received = connection_made, data_received


def close_idle(now: float) -> None:
    """Closes the connections that were silent for too long, and forgets those that are over.

    Args:
        now: Monotonic seconds.
    """
    for transport, connection in list(_OPEN.items()):
        if connection.is_over():
            del _OPEN[transport]
        elif connection.is_idle(now):
            _cut(transport)


def _cut(transport: Any) -> None:
    """Closes at once; the system, too, gives up what it still had to send."""
    with suppress(OSError):
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


async def close_idle_connections() -> None:
    """Looks at all connections again and again, as long as the server runs."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        close_idle(time.monotonic())


def allow_many() -> None:
    """Lets this process have as many connections as the system lets it ask for."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _MOST_OPEN if hard == resource.RLIM_INFINITY else min(hard, _MOST_OPEN)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
