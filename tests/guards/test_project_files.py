"""The files at the root say of the project what is true of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from xraylib.settings import PROJECT
from xraylib.version import VERSION


def text(name: str) -> str:
    """A file of the project."""
    return (PROJECT / name).read_text(encoding="utf-8")


def test_one_cites_and_reports_the_version_that_is_here() -> None:
    (cited,) = re.findall(r"(?m)^version: (.+)$", text("CITATION.cff"))
    assert cited == VERSION
    assert f"\n| {VERSION.rpartition('.')[0]}.x | yes |\n" in text("SECURITY.md")


def test_a_commit_is_checked_as_a_change_is_and_by_the_locked_tools() -> None:
    entries = re.findall(
        r"(?m)^ +entry: \.venv/bin/python -m (.+)$", text(".pre-commit-config.yaml")
    )
    assert len(entries) == len(re.findall(r"(?m)^ +- id: ", text(".pre-commit-config.yaml")))
    assert re.findall(r"(?m)^ +- repo: (.+)$", text(".pre-commit-config.yaml")) == ["local"]
    script = text(".ci/run")
    for tool in ("ruff check", "ruff format", "mypy"):
        assert tool in script
        assert [entry for entry in entries if entry.startswith(tool)]


def test_the_hooks_of_a_commit_can_be_run_on_a_file() -> None:
    hooks = re.findall(r"entry: \.venv/bin/python -m (ruff .+)", text(".pre-commit-config.yaml"))
    for hook in hooks:
        check = ["--check"] if "format" in hook else []
        command = [sys.executable, "-m", *hook.split(), *check, __file__]
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)


def test_a_forge_runs_the_same_script_and_is_told_no_secret() -> None:
    (workflow,) = (PROJECT / ".github" / "workflows").glob("*.yml")
    lines = workflow.read_text(encoding="utf-8")
    assert "run: bash .ci/run\n" in lines
    assert "contents: read" in lines
    assert "secrets." not in lines


def test_every_test_is_in_the_room_of_what_it_tests() -> None:
    tests = PROJECT / "tests"
    elsewhere = {"before_0_2", "browser", "docs", "guards", "install", "live", "samples"}
    package = PROJECT / "xraylib"
    rooms: dict[str, set[Path]] = {}
    for file in package.rglob("*.py"):
        rooms.setdefault(file.name, set()).add(file.parent.relative_to(package))
    every = set().union(*rooms.values())
    for file in tests.rglob("test_*.py"):
        room = file.parent.relative_to(tests)
        if not room.parts or room.parts[0] in elsewhere:
            continue
        assert room in every, file
        namesakes = rooms.get(file.name.removeprefix("test_"))
        assert namesakes is None or room in namesakes, file
