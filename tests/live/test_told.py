"""What a demo tells of the machine that it runs on: not where anything lies."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_client import ask, multipart
from lab_server import LabServer
from visitor import KEY, Visitor
from websockets.sync.client import connect

from xraylib.settings import PROJECT, SAMPLE_DATA, SHIPPED_MODELS

pytestmark = pytest.mark.timeout(600)

PHANTOM = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[1]
ADDRESSES = (
    "/",
    "/Classify",
    "/Model_card",
    "/Training?run=20260101T000000Z-abcdef",
    "/no/such/address",
    "//evil.example/x",
    "/..%2f..%2fetc/passwd",
    "/%00",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/stream",
    "/_stcore/agent/openapi.json",
    "/_stcore/script-health-check",
    "/_stcore/bidi-components/none/x.js",
    "/_stcore/bidi-components/../../x.js",
    "/_stcore/upload_file/none/none",
    "/component/none/index.html",
    "/component/streamlit/..%2f..%2fx",
    "/media/none.png",
    "/app/static/none",
    "/static/js",
    "/static/none.js",
    "/oauth2callback?code=x&state=y",
    "/auth/login",
    "/api/v1/models",
    "/api/v1/none",
    "/api/v1/openapi.json",
)


def break_models(models: Path) -> None:
    """Published models that are damaged each in another way, beside the one that is shipped."""
    (shipped,) = (file.parent for file in SHIPPED_MODELS.glob("*/*/manifest.json"))
    files = sorted(file.name for file in shipped.iterdir())
    for number, name in enumerate(files):
        for way, spoil in (
            ("gone", Path.unlink),
            ("cut", lambda file: file.write_bytes(file.read_bytes()[:20])),
            ("folder", lambda file: (file.unlink(), file.mkdir())),
        ):
            copy = models / f"{way}-{number}" / "1"
            shutil.copytree(shipped, copy)
            (copy.parent / "in_use").write_text("1")
            spoil(copy / name)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A demo in which much is damaged."""
    folder = tmp_path_factory.mktemp("secret-place")
    (folder / "keys").write_text(f"tester@example.org {KEY}\n")
    break_models(folder / "workspace" / "models")
    environ = {"XRAYLIB_MODE": "demo", "XRAYLIB_API_KEYS_FILE": str(folder / "keys")}
    with LabServer(folder / "workspace", folder / "server.log", environ=environ) as server:
        yield server


def places(server: LabServer) -> dict[str, bytes]:
    """What must not be told: folders of this machine, and sums by which one could be guessed."""
    folders = [server.workspace.parent, PROJECT, Path(sys.prefix), Path(sys.base_prefix) / "lib"]
    entry = str(PROJECT / "streamlit_app.py")
    sums = [getattr(hashlib, kind)(entry.encode()).hexdigest() for kind in ("md5", "sha256")]
    return {text: text.encode() for text in [*map(str, folders), *sums]}


def told(server: LabServer, *answers: bytes) -> list[str]:
    """The places that stand in one of the answers."""
    return [text for text, raw in places(server).items() if any(raw in one for one in answers)]


def everything_of(server: LabServer, path: str, method: str = "GET") -> bytes:
    """Status line, headers and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request(method, path, headers={"Authorization": f"Bearer {KEY}"})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return f"{answer.status} {answer.reason}\n{answer.headers}".encode() + data


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_no_address_tells_a_place(broken: LabServer, path: str, method: str) -> None:
    assert told(broken, everything_of(broken, path, method)) == []


def test_a_visit_through_all_pages_tells_no_place(broken: LabServer) -> None:
    with Visitor(broken.port) as visitor:
        visitor.look().click("I understand, continue")
        visitor.hand_in(("a.png", PHANTOM.read_bytes()), ("b.png", b"no image"), ("c.zip", b"PK"))
        for path in filter(None, visitor.downloads()):
            visitor.get(path)
        for model in sorted(file.name for file in (broken.workspace / "models").iterdir()):
            visitor.look("Classify", query=f"model={model}")
            visitor.look("Model_card", query=f"model={model}")
            assert visitor.exceptions() == []
            for path in filter(None, visitor.downloads()):
                visitor.get(path)
        for page in ("", "Dataset", "Architecture", "Training", "Results", "None"):
            visitor.look(page)
        visitor.look("Classify").click("Forget everything now")
        assert told(broken, bytes(visitor.received)) == []


def test_the_first_message_of_a_visit_names_the_script_alone(broken: LabServer) -> None:
    """So that the tests here look at what they should: the message is there, with a name."""
    with Visitor(broken.port) as visitor:
        start = visitor.received.find(b"streamlit_app.py")
        assert start < 0
        visitor.look()
        assert b"\x22\x10streamlit_app.py" in visitor.received  # field 4 of NewSession


def test_messages_that_make_no_sense_are_answered_without_a_place(broken: LabServer) -> None:
    said = b""
    for message in (b"\xff" * 40, b"", "text", b"\x0a\x02\x08"):
        with connect(
            f"ws://127.0.0.1:{broken.port}/_stcore/stream",
            origin=f"http://127.0.0.1:{broken.port}",  # type: ignore[arg-type]
            max_size=None,
        ) as socket:
            socket.send(message)
            try:
                while True:
                    answer = socket.recv(timeout=3)
                    said += answer if isinstance(answer, bytes) else answer.encode()
            except Exception as end:  # closed, or nothing more comes
                said += str(end).encode()
    assert told(broken, said) == []


def test_the_api_tells_no_place_of_a_damaged_model(broken: LabServer) -> None:
    image = ("a.png", PHANTOM.read_bytes())
    refused = 0
    for model in sorted(file.name for file in (broken.workspace / "models").iterdir()):
        status, answer = ask(broken, "POST", f"/api/v1/classify?model={model}", *multipart(image))
        refused += status != 200
        assert told(broken, repr(answer).encode()) == []
    assert refused
