"""Connections that stay silent are closed; one that is slow is not."""

from __future__ import annotations

import select
import socket
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest
import streamlit
from lab_server import LabServer
from until import until
from visitor import KEY, Visitor

pytestmark = pytest.mark.timeout(600)

FRAME = (
    b"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\x82\xfe\x10\x00abcd"
)
UNFINISHED = {
    "nothing at all": b"",
    "a head": b"GET /Classify HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */",
    "the body of an API request": b"POST /api/v1/classify HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Authorization: Bearer %s\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\nabc"
    % KEY.encode(),
    "the body of an upload": b"PUT /_stcore/upload_file/x/y HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Length: 5000\r\n\r\nabc",
    "the handshake of a WebSocket": b"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
    "the next request": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "the head of the next request": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /",
}


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has hung up; what it has sent is taken."""
    connection.setblocking(False)
    try:
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True


def test_what_never_ends_is_closed_and_what_is_slow_is_not(demo: LabServer) -> None:
    with ExitStack() as stack:
        opened = {}
        for name, data in UNFINISHED.items():
            one = stack.enter_context(socket.create_connection(("127.0.0.1", demo.port), 60))
            one.sendall(data)
            opened[name] = one
        visitor = stack.enter_context(Visitor(demo.port))
        visitor.look()
        slow, total = stack.enter_context(socket.create_connection(("127.0.0.1", demo.port), 60)), 0
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="slow.png"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        foot = f"\r\n--{boundary}--\r\n".encode()
        size = 2_000_000
        slow.sendall(
            f"PUT /_stcore/upload_file/{visitor.session}/{uuid.uuid4().hex} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{demo.port}\r\nCookie: _streamlit_xsrf={visitor.token}\r\n"
            f"X-Xsrftoken: {visitor.token}\r\n"
            f"Content-Type: multipart/form-data; boundary={boundary}\r\n"
            f"Content-Length: {len(head) + size + len(foot)}\r\n\r\n".encode()
            + head
        )

        def is_over() -> bool:
            nonlocal total
            if total < size:  # as slow as a bad telephone line, and going on
                slow.sendall(bytes(4_000))
                total += 4_000
            return all(is_closed(one) for one in opened.values())

        still_open = list(opened)

        def what() -> str:
            return f"open: {[name for name in still_open if not is_closed(opened[name])]}"

        until(is_over, seconds=200, what=what, pause=lambda _: time.sleep(0.5))
        slow.sendall(bytes(size - total) + foot)
        assert slow.recv(64).startswith(b"HTTP/1.1 204 ")


@pytest.mark.long  # a minute in which nothing happens
def test_a_side_that_takes_nothing_or_ends_no_frame_is_cut_off(demo: LabServer) -> None:
    with socket.socket() as frame, socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for one in (frame, deaf):
            one.connect(("127.0.0.1", demo.port))
        frame.sendall(FRAME)
        # Far more than the system's own buffers hold.
        scripts = (Path(streamlit.__file__).parent / "static/static/js").glob("*.js")
        largest = max(scripts, key=lambda file: file.stat().st_size)
        request = f"GET /static/js/{largest.name} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        deaf.sendall(request.encode() * 20)
        until(lambda: is_closed(frame), pause=lambda _: time.sleep(0.5), seconds=300)
        until(lambda: is_reset(deaf), pause=lambda _: time.sleep(0.5), seconds=300)


def is_reset(connection: socket.socket) -> bool:
    """Whether the server has hung up; nothing that it has sent is taken."""
    poll = select.poll()
    poll.register(connection, 0)
    return bool(poll.poll(0))
