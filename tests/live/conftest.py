"""What the tests against a running server share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_server import LabServer
from visitor import KEY


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A demo with the HTTP API on, whose temporary files are in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "keys").write_text(f"# one holder\ntester@example.org {KEY}\n")
    (folder / "tmp").mkdir()
    environ = {
        "XRAYLIB_MODE": "demo",
        "XRAYLIB_HOSTS": "xrays.example.org",
        "XRAYLIB_API_KEYS_FILE": str(folder / "keys"),
        "TMPDIR": str(folder / "tmp"),
        "HOME": str(folder / "home"),
    }
    options = {"logger.level": "debug"}
    with LabServer(
        folder / "workspace", folder / "server.log", environ=environ, options=options
    ) as server:
        yield server
