"""The nginx example, started as it stands but for ports and places, before a real demo."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lab_server import LabServer
from until import until
from visitor import KEY, Visitor

from xraylib.settings import PROJECT, SAMPLE_DATA

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
EXAMPLE = PROJECT / "docs" / "nginx.conf"
IMAGE = sorted((SAMPLE_DATA / "test" / "Normal").glob("*.png"))[0]

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        NGINX is None, reason="no nginx on this machine (apt-get install nginx-light)"
    ),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine"),
]


@dataclass(frozen=True, kw_only=True)
class Proxy:
    plain: int
    tls: int
    folder: Path
    trust: ssl.SSLContext

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.tls, timeout=120, context=self.trust
        )
        try:
            connection.request(
                method, path, body, {name.replace("_", "-"): v for name, v in headers.items()}
            )
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def proxy(demo: LabServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=xrays.example.org",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            "key",
            "-out",
            "pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    plain, tls = _free_port(), _free_port()
    text = EXAMPLE.read_text("utf-8")
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;",
        "listen [::]:443 ssl;": "",
        "/etc/ssl/xrays.example.org.pem": str(folder / "pem"),
        "/etc/ssl/xrays.example.org.key": str(folder / "key"),
        "/var/log/nginx/xray-lab.log": str(folder / "log"),
        "127.0.0.1:8501": f"127.0.0.1:{demo.port}",
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/log crit; events {{}}\n"
        f"http {{ {places} include {folder}/site.conf; }}\n"
    )
    command = [str(NGINX), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: listens(tls), what=lambda: (folder / "log").read_text())
        trust = ssl.create_default_context(cafile=str(folder / "pem"))
        yield Proxy(plain=plain, tls=tls, folder=folder, trust=trust)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_page_and_the_health_address_come_over_tls(proxy: Proxy) -> None:
    status, headers, body = proxy.ask("GET", "/healthz")
    assert (status, body) == (200, b"ok\n")
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers.get_all("X-Frame-Options") == ["SAMEORIGIN"]
    assert b'<div id="root"></div>' in proxy.ask("GET", "/Classify")[2]


def test_plain_http_is_sent_to_tls(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=60)
    connection.request("GET", "/Classify?model=a", headers={"Host": "xrays.example.org"})
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == "https://xrays.example.org/Classify?model=a"
    connection.close()


def test_the_websocket_is_passed_on_and_foreign_origins_are_not(proxy: Proxy) -> None:
    # By hand: the websockets library's threads share one TLS connection, and now and then a
    # request of theirs never leaves it.
    def open_channel(origin: str) -> tuple[int, http.client.HTTPMessage]:
        return proxy.ask(
            "GET",
            "/_stcore/stream",
            Origin=origin,
            Connection="Upgrade",
            Upgrade="websocket",
            Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
            Sec_WebSocket_Protocol="streamlit",
            Sec_WebSocket_Version="13",
        )[:2]

    status, headers = open_channel(f"https://127.0.0.1:{proxy.tls}")
    assert (status, headers["Sec-WebSocket-Protocol"]) == (101, "streamlit")
    # The answer to this very key, RFC 6455, section 1.3.
    assert headers["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert open_channel("https://a.evil")[0] == 403


def test_a_large_image_passes_and_leaves_nothing_on_the_proxys_disk(proxy: Proxy) -> None:
    image = IMAGE.read_bytes()
    headers = {"Authorization": f"Bearer {KEY}", "Content_Type": "image/png"}
    status, _, body = proxy.ask("POST", "/api/v1/classify", image, **headers)
    assert status == 200
    assert json.loads(body)["films"][0]["status"] == "ok"
    large = image + bytes(40 * 2**20)
    assert proxy.ask("POST", "/api/v1/classify", large, **headers)[0] in (200, 422)
    kept = [path for path in proxy.folder.rglob("*") if path.is_file()]
    assert {path.name for path in kept} <= {"pem", "key", "pid", "log", "nginx.conf", "site.conf"}


def test_the_limit_of_the_proxy_is_the_servers(proxy: Proxy) -> None:
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", EXAMPLE.read_text("utf-8"))
    config = (PROJECT / ".streamlit" / "config.toml").read_text("utf-8")
    assert f"maxUploadSize = {limit}\n" in config
    try:
        status = proxy.ask("POST", "/api/v1/classify", bytes(71 * 2**20))[0]
    except OSError:
        status = 413  # it hung up before everything was sent
    assert status == 413


def test_the_quota_of_a_visit_holds_behind_the_proxy(demo: LabServer, proxy: Proxy) -> None:
    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue")
        visitor.go_by(f"https://127.0.0.1:{proxy.tls}", proxy.trust)
        statuses = [visitor.put(uuid.uuid4().hex, "one.png", bytes(58_000_000)) for _ in range(6)]
        assert statuses[:5] == [204] * 5
        assert statuses[5] == 413
        assert "A file was not taken: the files of one visit" in visitor.look().words()


def test_a_refusal_comes_through_although_the_body_was_not_read(proxy: Proxy) -> None:
    body, foreign = bytes(50 * 2**20), {"Origin": "https://evil.example"}
    for path, headers, expected in (
        ("/api/v1/classify", foreign, 403),
        ("/api/v1/classify", {"Authorization": "Bearer nobody"}, 401),
        ("/_stcore/upload_file/x/y", foreign, 403),
    ):
        assert proxy.ask("POST", path, body, **headers)[0] == expected


def test_the_servers_own_doors_stand_behind_the_proxy_too(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/healthz", Host="evil.example")[0] == 421
    assert proxy.ask("GET", "/healthz", Host="xrays.example.org")[0] == 200
    foreign = {"Origin": "https://evil.example", "Content_Type": "image/png"}
    assert proxy.ask("POST", "/api/v1/classify", b"x", **foreign)[0] == 403
    for path in ("/", "/Training?quick=lesson", "/api/v1/none"):
        (policy,) = proxy.ask("GET", path)[1].get_all("Content-Security-Policy") or ()
        assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("part", ["", "GET / HTTP/1.1\r\nHost: xr", "body"])
def test_what_never_ends_is_closed_at_the_proxy(proxy: Proxy, part: str) -> None:
    if part == "body":
        part = (
            "POST /api/v1/classify HTTP/1.1\r\nHost: xrays.example.org\r\n"
            f"Authorization: Bearer {KEY}\r\nContent-Type: image/png\r\n"
            "Content-Length: 5000\r\n\r\nabc"
        )
    plain = socket.create_connection(("127.0.0.1", proxy.tls), timeout=60)
    with proxy.trust.wrap_socket(plain, server_hostname="127.0.0.1") as silent:
        silent.sendall(part.encode())
        silent.settimeout(300)  # far longer than it takes; the end comes by itself
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while silent.recv(4096):
                pass
