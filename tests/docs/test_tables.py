"""The tables of the documentation list exactly what the package has."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any, Final

import pytest

from xraylib.settings import PROJECT

SCRIPT: Final = PROJECT / "scripts" / "write_docs.py"
PAGES: Final = sorted((PROJECT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_its_tables_as_the_package_has_them(page: Path, script: dict[str, Any]) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == script["filled"](text), "run python scripts/write_docs.py"


def test_every_table_stands_in_a_page(script: dict[str, Any]) -> None:
    everything = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in script["TABLES"]:
        assert everything.count(f"<!-- {name} -->\n") == 1, name


def test_every_test_that_the_table_of_attacks_names_is_there() -> None:
    page = (PROJECT / "docs" / "attacks.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    assert len(named) > 15
    for file, name in named:
        assert f"def {name}(" in (PROJECT / file).read_text(encoding="utf-8"), (file, name)
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    heads = [line for line in rows if line.endswith("| before | now | test |")]
    assert [line for line in rows if "`tests/" not in line] == heads
    assert all(line.count(" | ") == 3 for line in rows)
