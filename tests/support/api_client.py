"""Asks the HTTP API of a running server."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

from lab_server import LabServer
from visitor import KEY

BEARER = {"Authorization": f"Bearer {KEY}"}


def ask(
    server: LabServer,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] = BEARER,
) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def multipart(*images: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    body = b"".join(
        f'--edge\r\nContent-Disposition: form-data; name="film"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in images
    )
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    return body + b"--edge--\r\n", BEARER | kind
