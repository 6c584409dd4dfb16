"""`xraylib ui`: where it listens, what it refuses, and what it says of where it is."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from xraylib.cli import ui
from xraylib.errors import SettingsError
from xraylib.version import VERSION


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


def test_the_version_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "xraylib", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"xray-lab {VERSION}\n"


def test_a_port_on_which_somebody_listens_is_passed_over_or_refused(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui, "FIRST_PORT", taken)
    assert taken < ui.find_port("127.0.0.1", None) < taken + 20
    with pytest.raises(SettingsError) as caught:
        ui.find_port("127.0.0.1", taken)
    assert caught.value.code == "port"
    assert caught.value.message == (
        f"The port {taken} at 127.0.0.1 is taken, or not open to you. Expected a port on which "
        "nothing else listens. Do this: choose another one with --port, or end what listens there."
    )


def test_an_address_that_is_not_of_this_machine_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        ui.find_port("192.0.2.1", None)  # RFC 5737: nobody's
    assert caught.value.code == "host"
    assert caught.value.what.startswith("The pages cannot listen at '192.0.2.1' (")
    assert caught.value.remedy == "leave out --host, which means 127.0.0.1"


@pytest.mark.slow
def test_the_lab_for_everybody_is_refused_as_the_server_refuses_it(tmp_path: Path) -> None:
    done = _run(tmp_path, "ui", "--no-browser", "--host", "0.0.0.0")
    assert done.returncode == 3
    assert done.stderr.startswith("error[public-lab]: The lab would listen on 0.0.0.0, where ")


@pytest.mark.slow
def test_a_demo_started_from_another_folder_answers_and_hides_the_lab(tmp_path: Path) -> None:
    work = tmp_path / "work"
    command = [sys.executable, "-P", "-m", "xraylib", "--workspace", str(work)]
    command += ["ui", "--demo", "--no-browser", "--json"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            assert (told["mode"], told["workspace"]) == ("demo", str(work))
            host, port = told["url"].removeprefix("http://").split(":")
            connection = HTTPConnection(host, int(port), timeout=30)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"ok\n"
            connection.close()
        finally:
            server.terminate()
    assert not work.exists()


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "xraylib", *words],
        cwd=folder,
        env={**os.environ, "XRAYLIB_MODE": "lab", "XRAYLIB_WORKSPACE": str(folder / "work")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
