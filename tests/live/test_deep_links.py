"""A deep link to a fresh server: its page's script is the only one that has ever run."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_server import LabServer
from visitor import Visitor

from xraylib.app.shell.pages import PAGES

PATHS = {key: "" if key == "home" else Path(page.file).stem[2:] for key, page in PAGES.items()}


@pytest.mark.parametrize("key", PATHS)
def test_a_page_opens_by_its_own_address_on_a_fresh_server(key: str, tmp_path: Path) -> None:
    with (
        LabServer(tmp_path / "workspace", tmp_path / "server.log") as server,
        Visitor(server.port, PATHS[key]) as visitor,
    ):
        words = visitor.look().words()
        assert PAGES[key].title in words.splitlines()
        assert PAGES[key].purpose in words.splitlines()
        assert visitor.exceptions() == []
        assert "Traceback" not in server.text()
