"""A command that is given again answers from what it said, while nothing it looked at changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from made_images import encoded, make_folder, picture

import xraylib.cli
from xraylib.cli.start.again import ANSWERS, answer_to
from xraylib.datasets.catalog import add_dataset, change_dataset
from xraylib.datasets.curation import Curation
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow  # its tests take some seconds together

TABLE = "image;who\n1.png;Ann\n2.png;Ann\n"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    names = ("train/Covid/1.png", "train/Covid/2.png", "train/Normal/3.png", "test/Normal/4.png")
    pictures = {name: encoded(picture(number)) for number, name in enumerate(names)}
    return make_folder(tmp_path / "images", pictures)


class Command:
    """``xraylib`` as the command of this process, and whether it had to look at the images."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.patch, self.capsys = patch, capsys
        self.looked = 0
        run = xraylib.cli._run

        def counted(*given: object, **told: object) -> int:
            self.looked += 1
            return run(*given, **told)  # type: ignore[arg-type]

        patch.setattr("xraylib.cli._run", counted)
        # This process is the tests', which do hand pandas to Arrow.
        patch.setattr("xraylib.cli.start.commands.do_without_pandas", lambda: None)

    def __call__(self, *words: str | Path, code: int = 0) -> tuple[str, str]:
        self.patch.setattr(sys, "argv", ["xraylib", *map(str, words)])
        assert xraylib.cli.main() == code
        said = self.capsys.readouterr()
        return said.out, said.err


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], workspace: Workspace
) -> Command:
    assert workspace
    return Command(monkeypatch, capsys)


@pytest.mark.parametrize("words", [(), ("--json",), ("--class", "Covid=Ill", "--json")], ids=str)
def test_the_same_words_get_the_same_answer_without_another_look(
    command: Command, images: Path, words: tuple[str, ...]
) -> None:
    first = command("scan", images, *words)
    assert command("scan", images, *words) == first
    assert command.looked == 1
    assert first[0]


def test_notes_are_told_again_where_they_were_told(
    command: Command, images: Path, workspace: Workspace
) -> None:
    name = add_dataset(images, workspace=workspace).name
    curation = Curation(excluded=("train/Covid/1.png",))
    change_dataset(name, curation=curation, workspace=workspace)
    first = command("scan", images)
    assert first == command("scan", images)
    assert command.looked == 1
    assert first[1] == f"This is the data set {name}; what was decided there holds.\n"
    assert "1 images are left out by hand" in first[0]


def _add(images: Path) -> None:
    shutil.copy(images / "train/Covid/1.png", images / "train/Covid/9.png")


def _remove(images: Path) -> None:
    (images / "train/Covid/2.png").unlink()


def _rename(images: Path) -> None:
    (images / "train/Covid").rename(images / "train/Ill")


def _damage(images: Path) -> None:
    file = images / "train/Normal/3.png"
    file.write_bytes(file.read_bytes()[:-20])


def _note(images: Path) -> None:
    (images / "README.txt").write_text("not an image")


@pytest.mark.parametrize("change", [_add, _remove, _rename, _damage, _note])
def test_whatever_changes_in_the_folder_is_looked_at(
    command: Command, images: Path, change: Callable[[Path], None]
) -> None:
    before = command("scan", images, "--json")
    change(images)
    after = command("scan", images, "--json")
    assert command.looked == 2
    assert after != before
    assert command("scan", images, "--json") == after
    assert command.looked == 2


def test_a_table_elsewhere_and_decisions_on_the_page_count_too(
    command: Command, images: Path, tmp_path: Path, workspace: Workspace
) -> None:
    table = tmp_path / "patients.csv"
    table.write_text(TABLE)
    words = ("scan", images, "--patients", f"{table}:image:who", "--json")
    command(*words)
    assert command(*words)
    assert command.looked == 1
    table.write_text(TABLE.replace("2.png;Ann", "2.png;Berta"))
    assert command(*words)
    assert command.looked == 2
    name = add_dataset(images, workspace=workspace).name
    told = json.loads(command("scan", name, "--json")[0])
    change_dataset(name, curation=Curation(excluded=("train/Covid/1.png",)), workspace=workspace)
    again = json.loads(command("scan", name, "--json")[0])
    assert command.looked == 4
    assert (told["splits"]["train"]["Covid"], again["splits"]["train"]["Covid"]) == (2, 1)


def test_what_is_kept_with_a_data_set_is_kept_each_time(
    command: Command, images: Path, workspace: Workspace
) -> None:
    for words in (("--name", "mine"), ("--class", "Covid=Ill"), ("--grey-range", "announced")):
        command("scan", images, *words)
        command("scan", images, *words)
    assert command.looked == 6
    assert not (workspace.root / ANSWERS).exists()


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_are_always_looked_at(command: Command, images: Path) -> None:
    (images / "train/Covid/7.png").symlink_to(images / "train/Covid/1.png")
    first = command("scan", images, "--json")
    assert command("scan", images, "--json") == first
    assert command.looked == 2


@pytest.mark.parametrize("damage", [b"", b"[1]", b'{"said": [["out", "x"]]}', b"[" * 10**6, None])
def test_a_damaged_answer_is_none(
    command: Command, images: Path, workspace: Workspace, damage: bytes | None
) -> None:
    first = command("scan", images, "--json")
    (file,) = (workspace.root / ANSWERS).iterdir()
    if damage is None:
        file.unlink()
        os.mkfifo(file)
    else:
        file.write_bytes(damage)
    assert command("scan", images, "--json") == first
    assert command.looked == 2


def test_an_answer_that_no_stream_can_write_is_none(
    command: Command, images: Path, workspace: Workspace
) -> None:
    first = command("scan", images, "--json")
    (file,) = (workspace.root / ANSWERS).iterdir()
    kept = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**kept, "said": [["out", "\ud800"]]}), encoding="utf-8")
    assert command("scan", images, "--json") == first
    assert command.looked == 2


def test_answers_do_not_pile_up(
    command: Command, images: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xraylib.cli.start.again._MOST_ANSWERS", 2)
    for name in "abcd":
        command("scan", images, "--class", f"Covid={name}", "--json")
    assert len([*(workspace.root / ANSWERS).iterdir()]) == 2


def test_only_a_scan_is_answered_so() -> None:
    assert answer_to(["scan", "x"]) is not None
    assert answer_to(["train", "x"]) is None
    assert answer_to([]) is None


@pytest.mark.slow
def test_the_commands_own_process_loads_what_it_needs(images: Path, workspace: Workspace) -> None:
    assert workspace
    look = (
        "import sys; sys.argv = ['xraylib', 'scan', sys.argv[1], '--json']\n"
        "from xraylib.cli import main; code = main()\n"
        "names = ('typer', 'rich', 'numpy', 'pyarrow', 'pandas', 'streamlit')\n"
        "print(code, *(name for name in names if name in sys.modules))"
    )

    def loaded() -> list[str]:
        words = [sys.executable, "-c", look, str(images)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    first, names = loaded()
    assert names == "0 typer numpy pyarrow"
    assert loaded() == [first, "0"]
