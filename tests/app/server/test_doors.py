"""Hosts and origins, header by header, without a server."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import anyio
import pytest

from xraylib.app.server.doors import (
    Doors,
    answer_headers,
    check_embedding,
    host_of,
    is_own_origin,
    own_names,
    streamlits_scripts,
)
from xraylib.errors import SettingsError
from xraylib.settings import read_settings


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("localhost:8501", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:8501", "::1"),
        ("Lab.Example.org.", "lab.example.org"),
        ("", None),
        ("a@localhost", None),
        ("localhost/x", None),
        ("localhost:99999", None),
        ("localhost:8501:1", None),
        ("localhost evil.example", None),
        ("locälhost", None),
    ],
)
def test_a_host_header_is_read_whole_or_not_at_all(value: str, name: str | None) -> None:
    assert host_of(value) == name


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        (None, True),
        ("http://127.0.0.1:8501", True),
        ("https://127.0.0.1:8501", True),
        ("http://127.0.0.1:8502", False),
        ("http://127.0.0.1", False),
        ("http://localhost:8501", False),
        ("null", False),
        ("", False),
        ("http://127.0.0.1:8501.evil.example", False),
        ("http://user@127.0.0.1:8501", False),
        ("http://[", False),
        ("http://127.0.0.1:8501/", False),
        ("http://127.0.0.1:8501/page", False),
        ("http://127.0.0.1:8501?x", False),
        ("http://127.0.0.1:8501#x", False),
        ("HTTP://127.0.0.1:8501", False),
        ("ws://127.0.0.1:8501", False),
        ("file://127.0.0.1:8501", False),
        ("http://127.0.0.1:8501\n", False),
    ],
)
def test_only_a_page_of_the_same_name_and_port_is_of_this_server(
    origin: str | None, own: bool
) -> None:
    assert is_own_origin(origin, "127.0.0.1:8501") is own


def test_what_came_by_tls_comes_from_no_page_that_came_without() -> None:
    name = "xrays.example.org"
    assert is_own_origin(f"https://{name}", name, "https")
    assert is_own_origin(f"https://{name}", name, "wss")
    assert not is_own_origin(f"http://{name}", name, "https")
    assert not is_own_origin(f"http://{name}", name, "wss")
    assert is_own_origin(f"https://{name}", name, "http")  # of a proxy that does not tell
    assert is_own_origin("http://[::1]:8501", "[::1]:8501", "ws")


def test_the_server_answers_to_this_machine_and_the_names_it_is_given() -> None:
    settings = read_settings({"XRAYLIB_HOSTS": "Lab.example.org, demo.example.org"})
    names = own_names(settings)
    assert {"localhost", "127.0.0.1", "::1", "lab.example.org", "demo.example.org"} <= names
    assert not {"", "0.0.0.0", "evil.example"} & names


@pytest.mark.parametrize(
    "entry",
    ["lab.example.org:8501", "https://lab.example.org", "lab.example.org/page", "*.example.org",
     "*", "a b", "bücher.example", "abc:80", "-lab.example.org", "[::1]:8501"],
)  # fmt: skip
def test_a_name_that_could_never_be_answered_is_refused_at_the_start(entry: str) -> None:
    with pytest.raises(SettingsError, match=r"^XRAYLIB_HOSTS names ") as caught:
        read_settings({"XRAYLIB_HOSTS": f"demo.example.org, {entry}"})
    assert entry in caught.value.what


def test_names_and_addresses_are_taken_as_a_host_header_has_them() -> None:
    told = "LAB.example.org., xn--bcher-kva.example, 192.0.2.7, [2001:DB8::1], 2001:db8:0::2, box"
    names = read_settings({"XRAYLIB_HOSTS": told}).hosts
    headers = ["lab.example.org:8501", "xn--bcher-kva.example", "192.0.2.7:80", "[2001:db8::1]:1"]
    assert names == tuple(map(host_of, [*headers, "[2001:db8::2]", "box"]))


def test_a_lab_is_never_shown_in_frames_of_other_sites() -> None:
    with pytest.raises(SettingsError) as caught:
        check_embedding(read_settings({"XRAYLIB_EMBED_ORIGINS": "https://ward.example.org"}))
    assert caught.value.code == "embed"
    assert caught.value.message == (
        "XRAYLIB_EMBED_ORIGINS is set for a lab. Expected a demo, of which a frame shows Classify "
        "and the model card alone. Do this: set XRAYLIB_MODE=demo, or take XRAYLIB_EMBED_ORIGINS "
        "out."
    )


@pytest.mark.parametrize(
    "entry",
    ["*", "ward.example.org", "https://ward.example.org/page", "javascript:x", "https://a b"],
)
def test_a_site_that_may_embed_is_an_origin_and_nothing_else(entry: str) -> None:
    environ = {"XRAYLIB_MODE": "demo", "XRAYLIB_EMBED_ORIGINS": entry}
    with pytest.raises(SettingsError) as caught:
        check_embedding(read_settings(environ))
    assert caught.value.code == "embed"


def test_sites_that_may_embed_are_named_and_no_others() -> None:
    site = "https://ward.example.org"
    check_embedding(read_settings({"XRAYLIB_MODE": "demo", "XRAYLIB_EMBED_ORIGINS": site + "/"}))
    headers = answer_headers([site], [])
    assert f"frame-ancestors 'self' {site}" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers  # it knows no list, and would refuse the site
    assert answer_headers([], [])["X-Frame-Options"] == "SAMEORIGIN"


def test_scripts_run_from_this_server_alone_and_none_is_made_from_text() -> None:
    (script,) = streamlits_scripts()
    policy = answer_headers([], [script])["Content-Security-Policy"]
    (rule,) = [part for part in policy.split("; ") if part.startswith("script-src ")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert rule == f"script-src 'self' 'sha256-{digest}'"


async def _behind(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
    await send({"type": "http.response.body", "body": b"inside"})


def _ask(kind: str, method: str = "GET", **headers: str) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": kind,
        "method": method,
        "path": "/",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    doors = Doors(_behind, lambda _settings: frozenset({"lab"}))
    anyio.run(doors, scope, receive, send)
    return sent


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"host": "lab:80"}, 200),
        ("GET", {"host": "evil.example"}, 421),
        ("GET", {}, 421),
        ("GET", {"host": "lab", "origin": "http://evil.example"}, 200),
        ("POST", {"host": "lab", "origin": "http://lab"}, 200),
        ("POST", {"host": "lab", "origin": "http://evil.example"}, 403),
        ("PUT", {"host": "lab", "origin": "null"}, 403),
        ("DELETE", {"host": "lab:80", "origin": "http://lab:81"}, 403),
        ("POST", {"host": "lab"}, 200),
    ],
)
def test_a_request_is_refused_before_anything_behind_sees_it(
    method: str, headers: dict[str, str], status: int
) -> None:
    start, *body = _ask("http", method, **headers)
    assert start["status"] == status
    assert (body[0]["body"] == b"inside") is (status == 200)
    names = {name.decode().lower() for name, _ in start["headers"]}
    assert {"content-security-policy", "x-content-type-options", "referrer-policy"} <= names
    assert ("x-own" in names) is (status == 200)


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"host": "lab", "origin": "http://lab"}, "websocket.accept"),
        ({"host": "lab"}, "websocket.accept"),
        ({"host": "lab", "origin": "http://lab:8502"}, "websocket.close"),
        ({"host": "evil.example", "origin": "http://evil.example"}, "websocket.close"),
    ],
)
def test_a_websocket_is_closed_before_it_is_accepted(headers: dict[str, str], answer: str) -> None:
    (first,) = _ask("websocket", **headers)
    assert first["type"] == answer


def test_a_fault_of_ours_is_answered_with_the_headers_and_told_to_the_log() -> None:
    async def fails(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError("ours")

    sent: list[Any] = []

    async def asked() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"lab")]}
        await Doors(fails, names=lambda _settings: frozenset({"lab"}))(scope, receive, send)

    with pytest.raises(ValueError, match="ours"):
        anyio.run(asked)
    assert sent[0]["status"] == 500
    assert b"content-security-policy" in {name.lower() for name, _ in sent[0]["headers"]}
    assert b"ours" not in sent[1]["body"]
