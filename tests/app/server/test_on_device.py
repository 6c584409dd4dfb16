"""A demo that judges in the browser: its page is served, and with device alone nothing comes in."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from xraylib.app.server import on_device
from xraylib.app.server.doors import Doors
from xraylib.errors import SettingsError
from xraylib.settings import SHIPPED_MODELS, read_settings

pytestmark = pytest.mark.slow  # its tests take some seconds together

PAGE = "/on-device/phantom-demo/1/"


class Client:
    """Asks the application without a server."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
                return await client.request(method, path, **options)

        return anyio.run(asked)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def put(self, path: str, content: bytes) -> httpx.Response:
        return self.ask("PUT", path, content=content)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("XRAYLIB_MODE", "demo")
    monkeypatch.setenv("XRAYLIB_CLASSIFY", "device")
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(tmp_path))

    async def took(_request: object) -> PlainTextResponse:
        return PlainTextResponse("took it")

    upload = Route("/_stcore/upload_file/{visit}/{file}", took, methods=["PUT"])
    doors = Middleware(Doors, names=lambda _settings: frozenset({"demo"}))
    app = Starlette(
        routes=[*on_device.routes(), upload],
        middleware=[doors, Middleware(on_device.NoUploads)],
    )
    return Client(app)


@pytest.mark.slow
def test_every_file_that_the_page_keeps_is_served(client: Client) -> None:
    kept = client.get(f"{PAGE}kept.js").text.removeprefix("self.KEPT = ").rstrip(";\n")
    for name in json.loads(kept)["files"]:
        answer = client.get(PAGE + name.removeprefix("./"))
        assert answer.status_code == 200, name
        policy = answer.headers["content-security-policy"]
        assert "'wasm-unsafe-eval'" in policy, name
        assert "frame-ancestors 'self'" in policy
    page = client.get(PAGE)
    assert page.headers["content-type"].startswith("text/html")
    plain = client.get(f"{PAGE}webp.wasm", headers={"Accept-Encoding": "identity"})
    assert plain.content[:4] == b"\0asm"
    assert "content-encoding" not in plain.headers
    for wrong in ("/on-device/phantom-demo/2/", "/on-device/nobody/1/", f"{PAGE}nothing.js"):
        assert client.get(wrong).status_code == 404


def test_with_device_no_upload_comes_in(client: Client) -> None:
    refused = client.put("/_stcore/upload_file/visit/file", content=b"an X-ray")
    assert refused.status_code == 403
    assert refused.text == "This server takes no X-rays: they are judged in your own browser.\n"


@pytest.mark.parametrize("where", ["server", "both"])
def test_else_they_come_in(client: Client, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setenv("XRAYLIB_CLASSIFY", where)
    assert client.put("/_stcore/upload_file/visit/file", content=b"x").text == "took it"


def test_on_the_server_alone_there_is_no_such_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAYLIB_CLASSIFY", "server")
    assert client.get(PAGE).status_code == 404


def test_keys_for_an_api_contradict_a_server_without_uploads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XRAYLIB_MODE", "demo")
    monkeypatch.setenv("XRAYLIB_CLASSIFY", "device")
    on_device.check_uploads(read_settings())
    monkeypatch.setenv("XRAYLIB_API_KEYS_FILE", str(tmp_path / "keys"))
    with pytest.raises(SettingsError) as refusal:
        on_device.check_uploads(read_settings())
    assert refusal.value.code == "no-uploads"
    assert refusal.value.message == (
        "XRAYLIB_API_KEYS_FILE is set for a demo that takes no X-rays. Expected either "
        "XRAYLIB_CLASSIFY=device, or an HTTP API to which X-rays are sent. Do this: take "
        "XRAYLIB_API_KEYS_FILE out, or set XRAYLIB_CLASSIFY to both."
    )


@pytest.mark.slow
def test_where_people_sign_in_there_is_no_page_without(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError) as refusal:
        on_device.check_uploads(read_settings(), sign_in=True)
    assert refusal.value.code == "open-page"
    assert client.get(PAGE).status_code == 200
    monkeypatch.setattr(on_device, "read_people", object)
    assert client.get(PAGE).status_code == 404


@pytest.mark.parametrize("version", ["9" * 5000, "01", "x"])
def test_a_version_that_is_none_is_nothing(client: Client, version: str) -> None:
    assert client.get(f"{on_device.PREFIX}phantom-demo/{version}/").status_code == 404


def test_a_model_that_cannot_be_served_tells_no_place(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SHIPPED_MODELS / "phantom-demo" / "1", tmp_path / "models" / "own" / "1")
    (tmp_path / "models" / "own" / "in_use").write_text("1")
    assert client.get(f"{on_device.PREFIX}own/1/").status_code == 200
    (tmp_path / "full").write_text("no folder")
    for name in ("model.tflite", "manifest.json", ""):
        on_device._PAGES._kept.clear()
        if name:
            file = tmp_path / "models" / "own" / "1" / name
            whole = file.read_bytes()
            file.write_bytes(whole[:100])
        else:
            monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "full"))
        answer = client.get(f"{on_device.PREFIX}own/1/")
        assert answer.status_code in (404, 503), name
        assert str(tmp_path) not in answer.text
        if name:
            file.write_bytes(whole)


def test_where_is_one_of_three_and_a_lab_s_is_the_server() -> None:
    asked = {"XRAYLIB_MODE": "demo", "XRAYLIB_CLASSIFY": "device"}
    assert read_settings(asked).classify == "device"
    assert read_settings({**asked, "XRAYLIB_MODE": "lab"}).classify == "server"
    with pytest.raises(SettingsError, match="XRAYLIB_CLASSIFY is 'phone'"):
        read_settings({"XRAYLIB_CLASSIFY": "phone"})
