"""The options that say how images are read: the same for every command, and what they decide."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import encoded, make_folder, picture
from typer.testing import CliRunner

from xraylib.cli import app, main
from xraylib.cli.options.sources import decided, open_external
from xraylib.datasets.reading.split_file import SplitFile


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Another hospital's images, whose classes have other names."""
    pictures = {
        f"{name}/{number}.png": encoded(picture(number))
        for place, name in enumerate(("NORMAL", "viral-pneumonia", "Tuberculosis", "Covid19"))
        for number in range(3 * place, 3 * place + 3)
    }
    return make_folder(tmp_path / "elsewhere", pictures)


@pytest.mark.usefixtures("workspace")
def test_classes_of_another_place_are_taken_for_the_runs(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = ("Covid", "Normal", "Viral Pneumonia")
    options = decided(classes=["Covid19=Covid", "Elsewhere=Normal"])
    source, renamed = open_external(elsewhere, None, options, ours, quiet=False)
    assert renamed == {
        "Covid19": "Covid", "NORMAL": "Normal", "viral-pneumonia": "Viral Pneumonia",
    }  # fmt: skip
    said = capsys.readouterr().err
    assert source.chosen.counts() == {
        "train": {"Covid": 3, "Normal": 3, "Tuberculosis": 3, "Viral Pneumonia": 3}
    }
    assert (
        "Read as classes of the run: NORMAL as Normal, viral-pneumonia as Viral Pneumonia." in said
    )
    assert "Left out, no class of the run: Tuberculosis; name them by --class." in said
    assert not source.chosen.reading.has_splits


@pytest.mark.parametrize("command", ["scan", "audit", "train", "evaluate"])
def test_every_command_that_reads_images_has_the_options(command: str) -> None:
    told = CliRunner(env={"COLUMNS": "200"}).invoke(app, [command, "--help"]).output
    for option in (
        "--dataset", "--root", "--split", "--split-file", "--class", "--classes", "--leave-out",
        "--as-written", "--patients", "--patient-pattern",
    ):  # fmt: skip
        assert option in told, option


def test_options_become_decisions() -> None:
    told = decided(
        order="B, A", split_files=["a.txt=val", "b.csv:Film:Part", "c.txt"], patients="who.csv"
    )
    assert told.curation.reading.order == ("B", "A")
    assert told.curation.reading.split_files == (
        SplitFile(file="a.txt", split="val"),
        SplitFile(file="b.csv", image="Film", column="Part"),
        SplitFile(file="c.txt"),
    )
    assert told.curation.patients is not None
    assert told.curation.patients.file == "who.csv"
    assert not decided()


@pytest.mark.usefixtures("workspace")
def test_what_cannot_be_meant_is_refused(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", str(elsewhere), "--dataset", "sample"]) == 1
    assert main(["scan", str(elsewhere), "--classes", "A,A"]) == 1
    assert main(["scan", str(elsewhere), "--split-file", "none.txt"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said] == [
        "error[audit-what]",
        "error[reading]",
        "error[table]",
    ]
