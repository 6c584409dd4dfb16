"""The server refuses to show the lab to others, and keeps uploads off the disk."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.requests import Request

from xraylib.app.server.server import (
    ROUTES,
    answer_at_once,
    check_host,
    is_loopback,
    keep_uploads_in_memory,
)
from xraylib.errors import SettingsError
from xraylib.images.radiograph import MAX_BYTES
from xraylib.settings import PROJECT


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "localhost", "::1", "[::1]"])
def test_addresses_of_this_machine_alone_are_recognised(address: str) -> None:
    assert is_loopback(address)
    check_host("lab", address, capped=False)


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "192.168.1.20", "lab.example.org", "127.0.0.1.nip.io"]
)
def test_the_lab_is_refused_on_every_other_address(address: str | None) -> None:
    with pytest.raises(SettingsError) as caught:
        check_host("lab", address)
    assert caught.value.code == "public-lab"
    assert caught.value.message == (
        f"The lab would listen on {address or 'every address of this machine'}, where anybody "
        "could read its data sets and start runs. Expected an address of this machine alone, such "
        "as 127.0.0.1. Do this: leave server.address as it is, set up sign-in as docs/hosting.md "
        "says, or set XRAYLIB_MODE=demo to show Classify alone."
    )
    check_host("lab", address, sign_in=True)
    check_host("demo", address, capped=True)


def test_a_demo_needs_a_system_that_can_limit_the_decoder() -> None:
    with pytest.raises(SettingsError) as caught:
        check_host("demo", "127.0.0.1", capped=False)
    assert str(caught.value) == (
        "A demo cannot be served from this system. Expected Linux, where the memory of the process "
        "that decodes uploads is limited. Do this: serve the demo from Linux, or set "
        "XRAYLIB_MODE=lab for work on this machine."
    )


@pytest.mark.slow
def test_a_lab_for_everybody_ends_before_it_serves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = ["--server.address", "0.0.0.0", "--server.port", "0", "--server.headless", "true"]
    done = subprocess.run(
        [*command, *options],
        cwd=PROJECT,
        env={**os.environ, "XRAYLIB_MODE": "lab", "XRAYLIB_WORKSPACE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "error[public-lab]: The lab would listen on 0.0.0.0" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_upload_of_the_largest_size_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1)
    keep_uploads_in_memory(70)
    assert MultiPartParser.spool_max_size > 70 * 1024 * 1024


def test_no_small_message_waits_for_the_one_before_to_be_acknowledged() -> None:
    # As Streamlit makes it: without a protocol, so that Python leaves the option alone.
    with socket.socket(family=socket.AF_INET) as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        answer_at_once()
        with socket.create_connection(door.getsockname()), door.accept()[0] as near:
            assert near.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_the_server_says_that_it_is_alive() -> None:
    (route,) = [route for route in ROUTES if route.path == "/healthz"]
    answer = asyncio.run(route.endpoint(Request({"type": "http", "path": "/healthz"})))
    assert (answer.status_code, answer.body) == (200, b"ok\n")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.address", "127.0.0.1"),
        ("server.enableXsrfProtection", True),
        ("server.enableCORS", True),
        ("server.corsAllowedOrigins", []),
        ("server.enableStaticServing", False),
        ("server.enableAgentApi", False),
        ("server.scriptHealthCheckEnabled", False),
        ("server.fileWatcherType", "none"),
        ("server.trustedUserHeaders", {}),
        ("server.maxUploadSize", 70),
        ("server.maxMessageSize", 200),
        ("client.allowedOrigins", []),
        ("client.showErrorDetails", "none"),
        ("client.showSidebarNavigation", False),
        ("browser.gatherUsageStats", False),
    ],
)
def test_the_servers_own_settings_are_the_safe_ones(option: str, value: object) -> None:
    assert st.get_option(option) == value


def test_pages_take_no_more_than_the_server() -> None:
    limits = [
        int(found)
        for file in (PROJECT / "xraylib" / "app" / "classify").glob("*.py")
        for found in re.findall(r"max_upload_size=(\d+)", file.read_text("utf-8"))
    ]
    assert limits
    assert all(limit * 2**20 <= MAX_BYTES for limit in limits)
    assert st.get_option("server.maxUploadSize") * 2**20 >= MAX_BYTES


@pytest.mark.slow
def test_pages_are_loaded_once_and_out_of_the_garbage_collectors_sight() -> None:
    program = (
        "import gc, sys\n"
        "from xraylib.app.server.server import load_pages\n"
        "load_pages('demo')\n"
        "print(gc.get_freeze_count() > 50_000, 'plotly' in sys.modules, "
        "'xraylib.app.shared.runs.words' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True", "False"], done.stderr
