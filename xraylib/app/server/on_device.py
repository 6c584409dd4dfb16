"""The page that judges X-rays in the visitor's browser, from this server: a demo's second way.

    GET /on-device/NAME/VERSION/    the page of a published model in use, and its files

What `xraylib export NAME web` writes is made once for each model and kept compressed. With
``XRAYLIB_CLASSIFY=device`` the server takes no upload at all: `NoUploads` refuses each.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from xraylib.app.shell.places import without_places
from xraylib.app.shell.sign_in import read_people
from xraylib.errors import SettingsError, XrayError
from xraylib.models.catalog import find_model
from xraylib.models.export import export_model
from xraylib.models.which_model import models_in_use
from xraylib.settings import Settings, read_settings
from xraylib.workspace import Workspace

PREFIX: Final = "/on-device/"
_MOST_PAGES: Final = 4
_UPLOADS: Final = ("/_stcore/upload_file/", "/api/v1/classify")
_KINDS: Final = {".js": "text/javascript", ".wasm": "application/wasm", ".md": "text/markdown"}


def check_uploads(settings: Settings, *, sign_in: bool = False) -> None:
    """Whether a server without uploads was asked for some, or one with a list for an open page.

    Args:
        settings: Of the host.
        sign_in: Whether only people on a list come in.

    Raises:
        SettingsError: codes ``no-uploads`` and ``open-page``.
    """
    if settings.classify != "server" and sign_in:
        raise SettingsError(
            f"XRAYLIB_CLASSIFY is {settings.classify} where people sign in",
            expected="server: the page for the visitor's browser, and with it the model, is open "
            "to everybody",
            remedy="take XRAYLIB_CLASSIFY out, or [auth] and [people] of .streamlit/secrets.toml",
            code="open-page",
        )
    if settings.classify == "device" and settings.api_keys_file is not None:
        raise SettingsError(
            "XRAYLIB_API_KEYS_FILE is set for a demo that takes no X-rays",
            expected="either XRAYLIB_CLASSIFY=device, or an HTTP API to which X-rays are sent",
            remedy="take XRAYLIB_API_KEYS_FILE out, or set XRAYLIB_CLASSIFY to both",
            code="no-uploads",
        )


class NoUploads:
    """ASGI middleware of a demo that judges in the browser alone: no upload comes in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._refuses: bool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and any(part in scope["path"] for part in _UPLOADS):
            if self._refuses is None:
                self._refuses = read_settings().classify == "device"
            if self._refuses:
                words = "This server takes no X-rays: they are judged in your own browser.\n"
                await PlainTextResponse(words, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _Pages:
    """The files of each model's page, compressed, the newest few models."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, str], dict[str, bytes]] = {}
        self._making = asyncio.Lock()

    async def files(self, name: str, version: int, workspace: Workspace) -> Mapping[str, bytes]:
        """By name.

        Raises:
            BundleError: The model is incomplete or was changed, or is none for the browser.
        """
        place = (name, version, str(workspace.root))
        async with self._making:
            if place not in self._kept:
                self._kept[place] = await asyncio.to_thread(_made, name, version, workspace)
                for old in [*self._kept][:-_MOST_PAGES]:
                    del self._kept[old]
            return self._kept[place]


def _made(name: str, version: int, workspace: Workspace) -> dict[str, bytes]:
    bundle = find_model(name, version, workspace=workspace)
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "page"
        export_model(bundle, "web", out)
        return {file.name: gzip.compress(file.read_bytes(), mtime=0) for file in out.iterdir()}


_PAGES: Final = _Pages()


async def _file(request: Request) -> Response:
    settings = read_settings()
    name, version = request.path_params["name"], request.path_params["version"]
    asked = request.path_params.get("file") or "index.html"
    nothing = PlainTextResponse("There is nothing at this address.\n", 404)
    try:
        if settings.classify == "server" or read_people() is not None:
            return nothing
        workspace = Workspace.open()
        record = models_in_use(workspace=workspace).get(name)
        if record is None or str(record.version) != version:
            return nothing
        files = await _PAGES.files(name, record.version, workspace)
    except XrayError as error:
        return PlainTextResponse(f"{without_places(error.message)}\n", 503)
    except OSError as error:
        return PlainTextResponse(f"The page cannot be made here ({error.strerror}).\n", 503)
    if asked not in files:
        return nothing
    ending = Path(asked).suffix
    kind = _KINDS.get(ending) or mimetypes.guess_type(asked)[0] or "application/octet-stream"
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    body = files[asked]
    if "gzip" in Headers(scope=request.scope).get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = await asyncio.to_thread(gzip.decompress, body)
    return Response(body, headers=headers, media_type=kind)


def routes() -> list[Route]:
    """The addresses of the page."""
    place = f"{PREFIX}{{name:str}}/{{version:str}}/"
    return [Route(place, _file), Route(place + "{file:str}", _file)]
