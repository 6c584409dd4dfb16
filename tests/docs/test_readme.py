"""What the README tells people to do works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doc_pages import PAGES

from scripts.docs import REFERENCE
from xraylib.settings import PROJECT
from xraylib.version import VERSION

README = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("workspace")
@pytest.mark.xdist_group("tensorflow")
def test_the_python_example_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = re.findall(r"```python\n(.+?)```", README, flags=re.S)
    monkeypatch.chdir(PROJECT)
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("712\n")


def test_every_command_of_the_readme_exists() -> None:
    from typer.main import get_command

    from xraylib.cli import app

    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^xraylib (\w+)", README, flags=re.M))
    assert "ui" in named
    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    made = {f"reference/{name}.md" for name in REFERENCE}  # when the site is built
    on_the_site = {*made, "contributing.md", "changelog.md"} if page.parent.name == "docs" else {}
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert target in on_the_site or (page.parent / target).exists(), target


def test_start_and_test_commands_set_up_the_same_way() -> None:
    start, test = re.findall(r"^python3 -m venv .+$", README, flags=re.M)
    tools = " -r requirements-dev.lock"
    assert test.count(tools) == 1
    assert start.rsplit(" && ", 1)[0] == test.replace(tools, "").rsplit(" && ", 1)[0]
    assert start.endswith(".venv/bin/xraylib ui")
    assert test.endswith(".venv/bin/python -m pytest")


def test_the_wheel_of_the_readme_has_the_name_that_it_gets() -> None:
    assert f"pip install dist/xray_lab-{VERSION}-py3-none-any.whl\n" in README
