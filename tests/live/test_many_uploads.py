"""Many uploads at once: no more is held than may be, and the page says what was not taken."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from lab_server import LabServer
from until import until
from visitor import HUNG_UP, Visitor

ACCEPT = "I understand, continue"


def test_twenty_uploads_at_once_take_no_more_than_a_visit_may_hold(demo: LabServer) -> None:
    data = bytes(20_000_000)
    with Visitor(demo.port) as visitor, ThreadPoolExecutor(20) as pool:
        visitor.look().click(ACCEPT)
        names = [uuid.uuid4().hex for _ in range(20)]
        statuses = list(pool.map(lambda name: visitor.put(name, "one.png", data), names))
        assert set(statuses) <= {204, 413, HUNG_UP}
        assert statuses.count(204) == 14  # with what a form has around each, fifteen are too many
        said = "6 files were not taken: the files of one visit may have 300 MB"
        until(lambda: said in visitor.look().words(), what=visitor.words)
        assert visitor.put(uuid.uuid4().hex, "small.png", data[:1_000_000]) == 204


def test_a_file_is_called_nothing_that_is_longer_than_itself(demo: LabServer) -> None:
    with Visitor(demo.port) as visitor:
        visitor.look().click(ACCEPT)
        assert visitor.put(uuid.uuid4().hex, "one.png", b"") == 204
        for length in (1000, 60_000):  # kept beside the file, and counted by nobody
            assert visitor.put("i" * length, "one.png", b"") == 414
        assert visitor.put("i", "n" * 100_000, b"") == 400


@pytest.mark.long
@pytest.mark.timeout(900)
def test_all_visits_together_hold_so_much_and_the_page_says_so(tmp_path: Path) -> None:
    data = bytes(58_000_000)
    with ExitStack() as open_visits:
        environ = {"XRAYLIB_MODE": "demo"}
        server = open_visits.enter_context(
            LabServer(tmp_path / "workspace", tmp_path / "server.log", environ=environ)
        )
        visitors = [open_visits.enter_context(Visitor(server.port)) for _ in range(6)]
        for visitor in visitors:
            visitor.look().click(ACCEPT)
        statuses = [
            visitor.put(uuid.uuid4().hex, "one.png", data) for visitor in visitors for _ in range(5)
        ]
        assert statuses[:25] == [204] * 25
        assert set(statuses[25:]) <= {429, HUNG_UP}
        last = visitors[-1]
        said = "5 files were not taken: the server holds as many files for all visitors as it may."
        until(lambda: said in last.look().words(), what=last.words)
        assert "Try again in half a minute." in last.words()
