"""Each example of docs/extending.md, followed in a copy of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from extended_copy import examples, extended, sections

MOST_FILES: Final = 2


@pytest.mark.slow
@pytest.mark.parametrize("section", sections())
def test_an_example_arrives_wherever_people_meet_it(section: str, tmp_path: Path) -> None:
    extended(section, tmp_path / "project")


@pytest.mark.parametrize("section", sections())
def test_an_example_touches_two_files_at_most(section: str) -> None:
    files = {block.partition("\n")[0].removeprefix("# add to ") for block in examples(section)[:-1]}
    assert 1 <= len(files) <= MOST_FILES, files
