"""Other sites and other names, at the door of a running lab."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from lab_server import LabServer
from visitor import Visitor
from websockets.exceptions import InvalidStatus

from xraylib.app.server.doors import answer_headers, streamlits_scripts

ROUTES = (
    "/",
    "/Training?run=x",
    "/healthz",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/api/v1/models",
    "/favicon.png",
    "/media/none.png",
    "/no/such/address",
)


class Sink:
    """Takes every connection and answers nothing, like a way out that is silent."""

    def __init__(self) -> None:
        self.taken = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                connection, _ = self._door.accept()
            except OSError:
                return
            self.taken += 1
            self._open.append(connection)

    def close(self) -> None:
        self._door.close()
        for connection in self._open:
            connection.close()


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with closing(Sink()) as made:
        yield made


@pytest.fixture(scope="module")
def lab(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A lab whose every way out leads into the sink, on an address like a container's."""
    folder = tmp_path_factory.mktemp("doors")
    way_out = f"http://127.0.0.1:{sink.port}"
    environ = {
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), way_out),
        "XRAYLIB_MODE": "demo",
    }
    options = {"server.address": "0.0.0.0"}
    with LabServer(
        folder / "workspace", folder / "server.log", environ=environ, options=options
    ) as server:
        yield server


def ask(server: LabServer, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_carries_the_headers(lab: LabServer, path: str) -> None:
    answer = ask(lab, path)
    for name, value in answer_headers([], streamlits_scripts()).items():
        assert answer.headers.get_all(name) == [value]


@pytest.mark.parametrize("path", ROUTES)
def test_another_name_is_refused_on_every_route(lab: LabServer, path: str) -> None:
    assert ask(lab, path, Host=f"evil.example:{lab.port}").status == 421


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:1", "http://localhost:{port}", "null"]
)
def test_a_page_of_another_origin_opens_no_connection(lab: LabServer, origin: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        Visitor(lab.port, origin=origin.format(port=lab.port))
    assert caught.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/auth/login", "/auth/logout", "/auth/logout?x=1"])
def test_a_page_of_another_site_signs_nobody_in_or_out(lab: LabServer, path: str) -> None:
    for site in ("cross-site", "same-site"):
        assert (
            ask(lab, path, **{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}).status == 403
        )
    for own in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert ask(lab, path, **own).status == 302
    assert ask(lab, "/", **{"Sec-Fetch-Site": "cross-site"}).status == 200


# Another host's name in another form, and forms of this one's.
HOSTS = {
    "LOCALHOST:{port}": 200, "localhost.:{port}": 200, "[::1]:{port}": 200, "localhost": 200,
    "": 421, "localhost:99999": 421, "localhost:80:80": 421, "localhost@evil.example": 421,
    "evil.example@localhost": 421, "localhost, evil.example": 421, "evil.localhost": 421,
    "127.0.0.1.evil.example": 421, "127.1:{port}": 421, "2130706433:{port}": 421,
    "0.0.0.0:{port}": 421, "[::ffff:127.0.0.1]:{port}": 421, "::1": 421, "localhost%00": 421,
}  # fmt: skip


@pytest.mark.parametrize(("host", "status"), HOSTS.items())
def test_a_name_in_another_form_is_this_server_s_own_or_refused(
    lab: LabServer, host: str, status: int
) -> None:
    assert ask(lab, "/healthz", Host=host.format(port=lab.port)).status == status


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("GET / HTTP/1.1", (), 400),  # no name at all
        ("GET / HTTP/1.0", (), 421),
        ("GET / HTTP/1.1", ("Host: localhost", "Host: evil.example"), 400),
        ("GET http://127.0.0.1/ HTTP/1.1", ("Host: evil.example",), 421),
        ("GET / HTTP/1.1", ("Host: evil.example", "X-Forwarded-Host: localhost"), 421),
        ("GET / HTTP/1.1", ("Host: evil.example", "Forwarded: host=localhost"), 421),
        ("GET /healthz/ HTTP/1.1", ("Host: localhost", "X-Forwarded-Host: evil.example"), 301),
        ("GET //evil.example/ HTTP/1.1", ("Host: localhost",), 400),
        ("GET /\\evil.example/ HTTP/1.1", ("Host: localhost",), 400),
    ],
)
def test_no_other_header_or_line_names_the_server(
    lab: LabServer, request_line: str, headers: tuple[str, ...], status: int
) -> None:
    with socket.create_connection(("127.0.0.1", lab.port), timeout=60) as one:
        one.sendall("\r\n".join([request_line, *headers, "Connection: close", "", ""]).encode())
        answer = b"".join(iter(lambda: one.recv(65_536), b""))
    head = answer.partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 %d" % status)
    assert b"evil" not in head


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "POST", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize(
    "path", [*ROUTES, "/_stcore/upload_file/a/b", "/component/a/b", "/on-device/x/1/"]
)
def test_no_method_lets_a_page_of_another_origin_change_or_read_anything(
    lab: LabServer, method: str, path: str
) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)) as connection:
        headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"}
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.read()
    if method not in ("HEAD", "OPTIONS"):
        assert answer.status == 403
    assert answer.headers.get("Access-Control-Allow-Origin") not in ("*", "null", headers["Origin"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_goes_out_and_nobody_waits_while_strangers_are_refused(
    lab: LabServer, sink: Sink
) -> None:
    with Visitor(lab.port) as visitor:
        visitor.look()
    refused = 0
    alone, beside = [], []
    for times in (alone, beside):
        for _ in range(20):
            if times is beside:
                for _ in range(50):
                    with socket.create_connection(("127.0.0.1", lab.port), timeout=60) as one:
                        one.sendall(
                            b"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                            b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
                            b"Sec-WebSocket-Version: 13\r\nOrigin: http://evil.example\r\n"
                            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % lab.port
                        )
                        refused += b" 403 " in one.recv(64)
            began = time.monotonic()
            assert ask(lab, "/healthz").status == 200
            times.append(time.monotonic() - began)
    assert refused == 1000
    assert sink.taken == 0
    # A server that asks outside stands still for seconds each time; how fast the machine is, and
    # what else it does, matters least to the fastest answers.
    assert min(beside) < min(alone) + 0.5


def test_an_address_starts_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("frames")
    with (
        LabServer(folder / "workspace", folder / "server.log") as server,
        Visitor(server.port, "Training") as visitor,
    ):
        visitor.look(query="quick=lesson")
        assert "No run yet." in visitor.words()
        assert not (folder / "workspace" / "runs").exists()


def test_no_page_elsewhere_may_send_ours_messages(lab: LabServer) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)) as connection:
        connection.request("GET", "/_stcore/host-config")
        told = json.loads(connection.getresponse().read())
    assert told["allowedOrigins"] == []
    assert told["useExternalAuthToken"] is told["enableCustomParentMessages"] is False
