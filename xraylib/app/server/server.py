"""What the web server checks before it serves, and the address that says that it is alive."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from xraylib.app.server import api, on_device
from xraylib.app.server.api_keys import read_keys
from xraylib.app.server.compressed import Compressed
from xraylib.app.server.connections import Drained, allow_many, close_idle_connections, watch
from xraylib.app.server.doors import Doors, check_embedding, own_names
from xraylib.app.server.lighter import Lighter
from xraylib.app.server.messages import Messages, limit_messages
from xraylib.app.server.quiet import keep_quiet
from xraylib.app.server.states import take_own_kinds_alone
from xraylib.app.server.visits import UploadLimits, end_closed_visits
from xraylib.app.shell.pages import others
from xraylib.app.shell.sign_in import read_people
from xraylib.datasets.archives.archive import LIMITS
from xraylib.errors import SettingsError, XrayError
from xraylib.images.sandbox.child_limits import CAPPED
from xraylib.settings import Mode, read_settings

REFUSED = 3
"""The exit code of a server that must not serve as it was started."""

_MEBIBYTE = 1024 * 1024
_SWITCH_SECONDS = 0.001


def check_host(
    mode: Mode, address: str | None, *, capped: bool = CAPPED, sign_in: bool = False
) -> None:
    """Whether a server may be started like this.

    Args:
        mode: ``"lab"`` shows data sets, runs and paths; ``"demo"`` only classifies.
        address: Where it would listen; None or nothing for every address of the machine.
        capped: Whether this system can limit the memory of the process that decodes uploads.
        sign_in: Whether only people on a list come in.

    Raises:
        SettingsError: code ``public-lab``: the whole lab for anybody who reaches the address;
            code ``no-cap``: a demo where uploads cannot be decoded within limits.
    """
    if mode == "lab" and not sign_in and not is_loopback(address):
        raise SettingsError(
            f"The lab would listen on {address or 'every address of this machine'}, where anybody "
            "could read its data sets and start runs",
            expected="an address of this machine alone, such as 127.0.0.1",
            remedy="leave server.address as it is, set up sign-in as docs/hosting.md says, or set "
            "XRAYLIB_MODE=demo to show Classify alone",
            code="public-lab",
        )
    if mode == "demo" and not capped:
        raise SettingsError(
            "A demo cannot be served from this system",
            expected="Linux, where the memory of the process that decodes uploads is limited",
            remedy="serve the demo from Linux, or set XRAYLIB_MODE=lab for work on this machine",
            code="no-cap",
        )


def is_loopback(address: str | None) -> bool:
    """Whether only this machine can reach ``address``."""
    if not address:
        return False
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Runs before the first request. A server that must not serve ends with code ``REFUSED``."""
    try:
        settings = read_settings()
        sign_in = read_people() is not None
        check_host(settings.mode, st.get_option("server.address"), sign_in=sign_in)
        check_embedding(settings)
        on_device.check_uploads(settings, sign_in=sign_in)
        config.set_option("server.allowedHosts", sorted(own_names(settings)))
        if settings.api_keys_file is not None:
            read_keys(settings.api_keys_file)
    except XrayError as error:
        sys.stderr.write(f"error[{error.code}]: {error.message}\n")
        sys.stderr.flush()
        # Nothing runs yet; an exception would be printed with a traceback first.
        os._exit(REFUSED)
    limit_messages(settings.mode, AutoHTTPProtocol)
    allow_archives(settings.mode)
    keep_uploads_in_memory(int(st.get_option("server.maxUploadSize")))
    answer_at_once()
    load_pages(settings.mode)
    # Python lets the thread that sends take its turn this often while another draws a page, so
    # that the first figures are on their way before the last picture is made.
    sys.setswitchinterval(_SWITCH_SECONDS)
    allow_many()
    tasks = [asyncio.create_task(one) for one in (end_closed_visits(), close_idle_connections())]
    yield
    for task in tasks:
        task.cancel()


def answer_at_once() -> None:
    """Lets every message go out when it is written, on all connections to come.

    A page is drawn by many small messages. Without this option each waits for the browser's
    system to acknowledge the one before, which may take 40 ms. Python sets the option only where
    a socket's protocol is named, and Streamlit's is not; a connection takes it over from the
    socket that listens.
    """
    try:
        numbers = [int(entry.name) for entry in Path("/dev/fd").iterdir()]
    except OSError:
        return  # a system that does not list what a process has open
    for number in numbers:
        with suppress(OSError):  # what listed them is closed by now
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as door:
                    if door.family in (socket.AF_INET, socket.AF_INET6):
                        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def load_pages(mode: Mode) -> None:
    """Imports what the pages need, and takes it out of the garbage collector's sight.

    Streamlit collects after every click: over the 150,000 objects of the libraries that took
    longer than most pages. Nothing of a visitor is there yet, so nothing of one is kept.
    """
    for name in _every_module() if mode == "lab" else [page.module for page in others(mode)]:
        import_module(name)
    gc.collect()
    gc.freeze()


def _every_module() -> list[str]:
    package = import_module("xraylib.app")
    return [found.name for found in walk_packages(package.__path__, "xraylib.app.")]


def allow_archives(mode: Mode) -> None:
    """Lets the lab take zip archives of images; a demo keeps the limit of single images."""
    most = -(-LIMITS.archive_bytes // 1_000_000)
    if mode == "lab" and int(st.get_option("server.maxUploadSize")) < most:
        config.set_option("server.maxUploadSize", most)


def keep_uploads_in_memory(largest_upload: int) -> None:
    """No part of an upload is put on a disk, not even into a file without a name.

    Args:
        largest_upload: In mebibytes; larger ones are refused before this matters.
    """
    MultiPartParser.spool_max_size = (largest_upload + 1) * _MEBIBYTE


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


ROUTES = [Route("/healthz", _alive), *api.routes(), *on_device.routes()]


_CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
_LONGEST_PATH = 1000


class Closed:
    """Takes away Streamlit's addresses that no page needs: cache figures, the agent API.

    Longer ones than any page has, too: Streamlit keeps what an upload's address calls the file
    for as long as the file, 60 kB beside a file of no byte.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and any(part in scope["path"] for part in _CLOSED):
            refusal = PlainTextResponse("There is nothing at this address.\n", 404)
            await refusal(scope, receive, send)
            return
        if scope["type"] == "http" and len(scope["path"]) > _LONGEST_PATH:
            refusal = PlainTextResponse("No address here is as long as this one.\n", 414)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


_ALL = (Drained, Doors, on_device.NoUploads, UploadLimits, Messages, Closed, Compressed, Lighter)
MIDDLEWARE = [Middleware(one) for one in _ALL]

keep_quiet()  # before Streamlit prints its address
take_own_kinds_alone()
watch(AutoHTTPProtocol)  # before it takes the first connection
