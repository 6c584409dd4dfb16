"""What the pages show works: Python blocks run, commands parse, modules and pages exist."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from doc_pages import PAGES, blocks
from typer.main import get_command

from scripts.reference import commands, error_source
from xraylib import cli
from xraylib.settings import PROJECT

RUN = [
    page
    for page in PAGES
    if blocks(page, "python") and page.name != "extending.md"  # test_extending.py runs that one
]


@pytest.mark.usefixtures("workspace")
@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_every_python_block_runs_one_after_the_other(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sample_data").symlink_to(PROJECT / "sample_data")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in blocks(page, "python"):
        if not block.reason:
            # The lines of the page, so that a failure points at them.
            code = "\n" * (block.line - 1) + block.code
            exec(compile(code, str(page), "exec"), names)


def _commands(page: Path) -> Iterator[str]:
    """Command lines of ours: in blocks, and in backticks where they have an option."""
    for block in blocks(page, "sh"):
        yield from re.findall(r"(?:^|/)(xraylib .+)$", block.code, flags=re.M)
    text = re.sub(r"^```.+?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    for line in re.findall(r"`(xraylib [a-z][^`]*)`", text):
        yield line.replace("\n", " ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_is_one_that_the_command_takes(page: Path) -> None:
    known = commands.commands()
    for line in _commands(page):
        words = [
            word for word in shlex.split(line, comments=True) if word not in ("…", "COMMAND", "...")
        ][1:]
        if not words or words[0].startswith("-"):
            continue
        assert words[0] in known, f"{page.name}: {line}"
        options = [
            word.partition("=")[0].strip("[]") for word in words if word.startswith(("-", "[-"))
        ]
        spelled = {
            spelling
            for option in commands.options(known[words[0]])
            for spelling in (*option.opts, *option.secondary_opts)
        }
        assert {*options} <= spelled | {"--help"}, f"{page.name}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_whole_command_line_parses(page: Path) -> None:
    group: Any = get_command(cli.app)
    for block in blocks(page, "sh"):
        for line in re.findall(r"(?:^|/)(xraylib .+)$", block.code, flags=re.M):
            words = shlex.split(line, comments=True)[1:]
            command = group.commands[words[0]]
            context = command.context_class(command, info_name=words[0])
            _, left, _ = command.make_parser(context).parse_args(args=words[1:])
            assert not left, f"{page.name}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_module_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"^```python\n.+?^```", "", text, flags=re.S | re.M)  # may be of a file to add
    for path in re.findall(r"\b((?:xraylib|tests|scripts|benchmarks|pages)/[\w./]*\w)", text):
        assert (PROJECT / path).exists(), f"{page.name}: {path}"
    for name in re.findall(r"`(xraylib(?:\.\w+)+)", text):
        assert _there(name), f"{page.name}: {name}"


def _there(name: str) -> bool:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module = ".".join(parts[:end])
        if importlib.util.find_spec(parts[0]) and _is_module(module):
            value: Any = import_module(module)
            for part in parts[end:]:
                if not hasattr(value, part):
                    return False
                value = getattr(value, part)
            return True
    return False


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_error_code_that_is_named_is_one_that_is_given(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`error\[([a-z-]+)\]", text))
    listed = re.findall(r"(?:refused(?: by name)?|listed)[:,]? \(?((?:`[a-z-]+`(?:, )?)+)", text)
    named |= {code for row in listed for code in re.findall(r"`([a-z-]+)`", row)}
    assert named <= {one.code for one in error_source.told()}
