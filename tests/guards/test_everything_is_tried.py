"""A new page, tab or command is tried with every damage of every file it looks at."""

from __future__ import annotations

from every_page import every_command, every_place
from tried_commands import NO_FILES, QUICK, WITH_TENSORFLOW


def test_every_command_is_tried_or_reads_nothing() -> None:
    tried = {command.split()[0] for command in (*QUICK, *WITH_TENSORFLOW)}
    assert not tried & NO_FILES.keys()
    assert sorted(tried | NO_FILES.keys()) == every_command()


def test_every_page_is_opened_with_each_of_its_tabs() -> None:
    places = every_place()
    assert {place.page for place in places} == {
        *("home", "dataset", "architecture", "training", "results", "classify", "card")
    }
    assert {("view", "Map"), ("tab", "Robustness")} <= {place.tab for place in places}
    assert len(places) > 20
