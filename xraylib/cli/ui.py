"""The command that starts the pages, from wherever it is called."""

from __future__ import annotations

import errno
import os
import runpy
import socket
import sys
import threading
import time
import webbrowser
from typing import Annotated, Final

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, WorkspaceOption, app
from xraylib.errors import SettingsError
from xraylib.settings import PROJECT, read_settings

LOOPBACK: Final = "127.0.0.1"
FIRST_PORT: Final = 8501
_PORTS: Final = 20
_START_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.1


@app.command()
def ui(
    demo: Annotated[
        bool, typer.Option("--demo", help="Classify and the model card alone: XRAYLIB_MODE=demo.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help=f"{FIRST_PORT}, or the next one that is free."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Where to listen; the lab only where nobody else can reach it.")
    ] = LOOPBACK,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page once the server answers.")
    ] = True,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Starts the pages on this machine and opens them in the browser; Ctrl-C ends it.

    Exits with 3 if it must not be served like this, for example the lab on an address that others
    can reach without signing in.
    """
    if demo:
        os.environ["XRAYLIB_MODE"] = "demo"
    settings = read_settings()
    port = find_port(host, port)
    near = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)
    url = f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"

    def tell() -> None:
        if not _answers(near, port):
            return
        if json:
            place = {"mode": settings.mode, "workspace": str(settings.workspace)}
            console.print_json({"url": url, **place})
        else:
            console.print_text(f"X-ray Lab is at {url} (Ctrl-C ends it)")
            console.print_text(f"Its workspace: {settings.workspace}")
        if browser and _has_screen():
            webbrowser.open(url)

    threading.Thread(target=tell, daemon=True, name="tell when it answers").start()
    # The settings come from .streamlit/config.toml beside the script, whatever folder this is.
    sys.argv = ["streamlit", "run", str(PROJECT / "streamlit_app.py")]
    sys.argv += ["--server.address", host, "--server.port", str(port)]
    sys.argv += ["--logger.hideWelcomeMessage", "true"]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def find_port(host: str, wanted: int | None) -> int:
    """A port on which nobody listens at ``host``: ``wanted``, or the first from ``FIRST_PORT`` on.

    Raises:
        SettingsError: codes ``port`` (taken, or not allowed) and ``host`` (this machine has no
            such address).
    """
    ports = range(FIRST_PORT, FIRST_PORT + _PORTS) if wanted is None else (wanted,)
    for port in ports:
        try:
            family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as door:
                if sys.platform != "win32":  # else what was closed a moment ago counts as taken
                    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                door.bind(address)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                continue
            raise SettingsError(
                f"The pages cannot listen at {host!r} ({error.strerror or error})",
                expected="an address of this machine",
                remedy=f"leave out --host, which means {LOOPBACK}",
                code="host",
            ) from None
        return port
    told = str(wanted) if wanted is not None else f"each from {ports[0]} to {ports[-1]}"
    raise SettingsError(
        f"The port {told} at {host} is taken, or not open to you",
        expected="a port on which nothing else listens",
        remedy="choose another one with --port, or end what listens there",
        code="port",
    )


def _answers(host: str, port: int) -> bool:
    """Waits until the server answers; False if it does not for two minutes."""
    import http.client

    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(_POLL_SECONDS)
    return False


def _has_screen() -> bool:
    """Whether a browser would open in a window of its own and not in this terminal."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
