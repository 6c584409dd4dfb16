"""Every command with a file whose decoder ends its process: it costs that file, not the command.

The decoder is made: a format of its own in a copy of the project, which ends whatever process reads
it. A command that decoded in its own process would be gone.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from extended_copy import copied, python_of

from xraylib.settings import SAMPLE_DATA

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ended")]

ENDED: Final = ["test/Covid/p900_1.ends", "train/Normal/p901_1.ends"]
ENDING: Final = '''
"""A format whose decoder ends its process."""

import os

from xraylib.images.format import ImageFormat


def _read(data):
    os.abort() if data[8:] == b"abort" else os._exit(0)


ENDING = ImageFormat(
    name="Ending", endings=("ends",), signature=b"I END!..", says="nothing", order=99, read=_read
)
'''


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with that format, and ``images``: phantoms and two such files."""
    folder = copied(tmp_path_factory.mktemp("ended") / "copy")
    (folder / "xraylib/images/formats/ending.py").write_text(ENDING, encoding="utf-8")
    images = folder / "images"
    for source in sorted(SAMPLE_DATA.glob("t*/*/*_1.png")):
        place = images / source.relative_to(SAMPLE_DATA)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
    (images / ENDED[0]).write_bytes(b"I END!..")
    (images / ENDED[1]).write_bytes(b"I END!..abort")
    return folder


def command(lab: Path, *words: str, code: int = 0) -> Any:
    done = subprocess.run(
        [str(python_of(lab)), "-m", "xraylib", "--workspace", "workspace", *words, "--json"],
        cwd=lab,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_scan_lists_both_files_with_the_reason(lab: Path) -> None:
    report = command(lab, "scan", "images")
    assert [(one["path"], one["code"]) for one in report["unreadable"]] == [
        (path, "decoder-died") for path in ENDED
    ]
    for split, counts in report["splits"].items():
        assert sum(counts.values()) == len(list(lab.glob(f"images/{split}/*/*.png")))


def test_the_audit_finds_them_and_goes_on(lab: Path) -> None:
    findings = command(lab, "audit", "images")["findings"]
    (unreadable,) = [one for one in findings if one["code"] == "unreadable"]
    assert unreadable["paths"] == ENDED
    assert "The decoder crashed or ran out of memory on this file" in unreadable["message"]


def test_classify_has_an_answer_for_every_file(lab: Path) -> None:
    good = sorted(lab.glob("images/test/Covid/*.png"))[0]
    files = [str(lab / "images" / ENDED[0]), str(good), str(lab / "images" / ENDED[1])]
    answers = command(lab, "classify", *files, code=1)
    assert [(one["status"], (one["error"] or {}).get("code")) for one in answers] == [
        ("refused", "decoder-died"),
        ("ok", None),
        ("refused", "decoder-died"),
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_classify_has_a_row_for_every_file_of_a_folder(lab: Path, workers: str) -> None:
    out = f"results-{workers}.csv"
    told = command(lab, "classify", "images", "--out", out, "--workers", workers, code=1)
    with (lab / out).open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert (told["refused"], told["films"]) == (2, len(rows))
    assert [path for path in sorted(rows) if rows[path]["status"] == "refused"] == ENDED
    assert rows[ENDED[0]]["error"].startswith("The decoder crashed or ran out of memory")


def test_training_evaluation_maps_and_publishing_leave_them_out(lab: Path) -> None:
    """The run never sees them; what comes after reads its images in children, too."""
    options = ("--epochs", "1", "--image-size", "64,64")
    run = command(lab, "train", "images", "--model", "lesson-cnn", *options)["run"]
    assert command(lab, "evaluate", run)["accuracy"] is not None
    good = "./" + str(sorted(lab.glob("images/test/Covid/*.png"))[0].relative_to(lab / "images"))
    assert list(command(lab, "explain", run, good)["maps"]) == [good.removeprefix("./")]
    assert command(lab, "evaluate", run, "--data", "images")
    assert command(lab, "publish", run, "ended")["name"] == "ended"
    assert command(lab, "export", "ended", "litert", "exported")["files"]


def test_no_command_decodes_in_its_own_process(lab: Path) -> None:
    """The one function that decodes is called by child processes alone."""
    script = (
        "import sys; from pathlib import Path; import xraylib\n"
        "from xraylib.errors import ImageError\n"
        "try: xraylib.read_image(Path('images') / sys.argv[1])\n"
        "except ImageError as error: print(error.code)"
    )
    done = subprocess.run(
        [str(python_of(lab)), "-c", script, ENDED[1]],
        cwd=lab, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "decoder-died\n"
