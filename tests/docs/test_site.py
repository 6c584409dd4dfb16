"""The site is whole: nothing public is missing in it, no link is broken, nothing is fetched."""

from __future__ import annotations

import ast
import html
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import xraylib
from scripts.reference import commands, error_source, http_api, rooms
from xraylib.networks.layers import LAYERS
from xraylib.settings import PROJECT, VARIABLES


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; it fails to build at a broken link, an unknown target or a page left out."""
    pytest.importorskip("sphinx", reason="the extra docs is not installed")
    pytest.importorskip("furo", reason="the extra docs is not installed")
    pytest.importorskip("myst_parser", reason="the extra docs is not installed")
    out = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, str(PROJECT / "scripts" / "docs.py"), "build", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def words(page: Path) -> str:
    """What a reader sees of a page, without marks and line ends."""
    text = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))
    return " ".join(html.unescape(text).split())


@pytest.fixture(scope="session")
def index(site: Path) -> set[str]:
    """The Python names that can be linked to from other sites."""
    data = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    return {
        line.split()[0] for line in zlib.decompress(data).decode().splitlines() if " py:" in line
    }


@pytest.mark.parametrize("name", xraylib.__all__)
def test_every_public_name_has_its_entry(index: set[str], name: str) -> None:
    assert f"xraylib.{name}" in index


def test_every_layer_has_its_entry(index: set[str]) -> None:
    assert {f"{layer.__module__}.{kind}" for kind, layer in LAYERS.items()} <= index


def test_every_command_and_option_is_told(site: Path) -> None:
    page = site / "reference" / "commands.html"
    text, seen = page.read_text(encoding="utf-8"), words(page)
    for name, command in commands.commands().items():
        assert f'id="command-{name}"' in text
        for option in commands.options(command):
            assert commands.spelling(option) in seen
            assert " ".join(option.help.split()) in seen, f"{name} {option.name}"


def test_every_setting_is_told(site: Path) -> None:
    seen = words(site / "settings.html")
    assert all(variable.name in seen for variable in VARIABLES)


def test_every_error_code_is_told_with_what_to_do(site: Path) -> None:
    page = site / "reference" / "errors.html"
    text, seen = page.read_text(encoding="utf-8"), words(page)
    for one in error_source.told():
        assert f'id="error-{one.code}"' in text
        assert " ".join(one.remedy.split()) in seen


def test_every_module_is_told(site: Path) -> None:
    seen = words(site / "reference" / "modules.html")
    for file in rooms.modules():
        if file.stem != "__init__":
            assert file.relative_to(rooms.PACKAGE).as_posix() in seen


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    loading = re.compile(r"<(?:script|img|iframe|source|audio|video)\b[^>]*\bsrc=\"([^\"]+)\"")
    linked = re.compile(
        r"<link\b[^>]*\brel=\"(?:stylesheet|preload|preconnect|icon|shortcut icon)\"[^>]*>"
    )
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        found = loading.findall(text) + linked.findall(text)
        assert not [one for one in found if re.search(r"(^|\")(https?:)?//", one)], page.name
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\([\"']?(https?:)?//", text), sheet.name


def _codes_in(folder: str, pattern: str) -> Iterator[str]:
    for file in (PROJECT / folder).rglob("*.py"):
        yield from re.findall(pattern, file.read_text(encoding="utf-8"))


def test_no_code_that_a_docstring_promises_is_missing() -> None:
    known = {one.code for one in error_source.told()}
    for file in (PROJECT / "xraylib").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            raised = (ast.get_docstring(node) or "").partition("Raises:")[2]
            for sentence in re.findall(r"codes? ((?:``[a-z-]+``(?:,? and |, | or )?)+)", raised):
                promised = set(re.findall(r"``([a-z-]+)``", sentence))
                assert promised <= known, f"{file.name}: {promised - known}"


def test_no_code_that_a_test_expects_of_an_error_is_missing() -> None:
    known = {one.code for one in error_source.told()}
    expected = set(_codes_in("tests", r"caught\.value\.code == \"([a-z-]+)\""))
    assert expected
    assert expected <= known


def test_each_class_that_raises_by_itself_is_in_the_tree_of_the_page(site: Path) -> None:
    seen = words(site / "reference" / "errors.html")
    assert all(one.kind in seen for one in error_source.told())


def test_every_refusal_of_the_http_api_is_told(site: Path) -> None:
    seen = words(site / "reference" / "http-api.html")
    assert len(http_api.refusals()) > 10
    for status, code, _ in http_api.refusals():
        assert f"{code} {status}" in seen


def test_a_maker_of_errors_is_told_in_the_words_of_its_callers() -> None:
    (one,) = [
        one for one in error_source.told() if one.code == "train-config" and "seed" in one.what
    ]
    assert one == error_source.Told(
        code="train-config",
        kind="ConfigError",
        what="The training setting seed is {value}",
        expected="a whole number from 0 to 4294967295",
        remedy="change seed",
        module="xraylib/training/config.py",
    )


def test_a_maker_looks_up_the_row_of_its_table_for_the_code_of_its_caller() -> None:
    (one,) = [one for one in error_source.told() if one.code == "archive-encrypted"]
    assert one == error_source.Told(
        code="archive-encrypted",
        kind="DatasetError",
        what="The entry {…} of the archive is encrypted",
        expected="an archive without a password",
        remedy="pack the folder without a password",
        module="xraylib/datasets/strict_zip.py",
    )


def test_the_picture_of_the_rooms_shows_the_real_imports() -> None:
    picture = (PROJECT / "docs" / "pictures" / "rooms.svg").read_text(encoding="utf-8")
    assert picture == rooms.picture(), "draw it again: python scripts/docs.py rooms"


def test_an_arrow_that_another_way_says_is_not_drawn() -> None:
    graph = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()}
    assert rooms.reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": frozenset()}
    assert rooms.storeys(graph) == [["a"], ["b"], ["c"]]
