"""Single images corrected by hand: obeyed by all that reads the set, and given out as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from small_images import make_images

from xraylib.datasets.catalog import add_dataset, change_dataset, find_dataset
from xraylib.datasets.correction.decided import Correction
from xraylib.datasets.correction.edit import give_class, leave_out, tag, undo
from xraylib.datasets.correction.export import COLUMNS, corrected_links, corrected_table
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.scan import scan
from xraylib.errors import ConfigError, DatasetError
from xraylib.training.config import TrainConfig
from xraylib.training.planning.plan import plan_run
from xraylib.training.run.create import create_run
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

ONE, TWO, TEST = "train/Bright/p00_1.png", "train/Dark/p20_1.png", "test/Dark/p30_1.png"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_images(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture(scope="module")
def whole(folder: Path) -> DatasetIndex:
    return scan(folder)


def decided(whole: DatasetIndex) -> Curation:
    """One image of another class, one of a new one, one left out, one marked."""
    curation = give_class(Curation(), whole, [ONE], "Dark", why="=2+3, seen twice")
    curation = give_class(curation, whole, [TWO], "Lateral")
    curation = leave_out(curation, whole, [TEST], why="a hand")
    return tag(curation, whole, [ONE], "second look")


def label_of(index: DatasetIndex, path: str) -> str:
    return {image.path: image.label for image in index}[path]


def test_a_given_class_replaces_that_of_the_folder_and_keeps_it_on_record(
    whole: DatasetIndex,
) -> None:
    curation = decided(whole)
    index = curation.apply(whole)
    assert index.classes == ("Bright", "Dark", "Lateral")
    assert label_of(index, ONE) == "Dark"
    assert index.counts()["train"] == {"Bright": 4, "Dark": 5, "Lateral": 1}
    assert {one.path: one.was for one in curation.corrections} == {
        ONE: "Bright",
        TWO: "Dark",
        TEST: "",
    }
    assert label_of(whole, ONE) == "Bright"
    assert curation.apply(curation.whose(whole)).same_as(index)  # told twice is told once


def test_a_class_that_nothing_is_left_of_is_gone(whole: DatasetIndex) -> None:
    paths = [image.path for image in whole if image.label == "Dark"]
    assert give_class(Curation(), whole, paths, "Bright").apply(whole).classes == ("Bright",)


def test_a_second_correction_remembers_the_class_of_the_folder_and_can_return_to_it(
    whole: DatasetIndex,
) -> None:
    first = give_class(Curation(), whole, [ONE], "Dark")
    second = give_class(first, first.whose(whole), [ONE], "Lateral")
    assert second.corrections == (Correction(path=ONE, label="Lateral", was="Bright"),)
    assert give_class(second, second.whose(whole), [ONE], "Bright") == Curation()


def test_what_was_decided_is_taken_back_for_some_images(whole: DatasetIndex) -> None:
    curation = undo(decided(whole), [ONE, TEST])
    assert curation.excluded == ()
    assert curation.labels == ((TWO, "Lateral"),)


def test_corrections_are_kept_with_the_data_set_and_obeyed_by_a_run(
    folder: Path, whole: DatasetIndex, workspace: Workspace
) -> None:
    add_dataset(folder, "tiny", workspace=workspace)
    change_dataset("tiny", curation=decided(whole), workspace=workspace)
    assert find_dataset("tiny", workspace=workspace).curation == decided(whole)
    train = TrainConfig(epochs=1)
    runs: list[Run] = []
    for data in ("tiny", str(folder)):
        plan = plan_run(data, model="lesson-cnn", train=train, workspace=workspace)
        assert plan.curation is not None
        runs.append(
            create_run(
                spec=plan.spec,
                train=train,
                index=plan.index,
                split=plan.split,
                preparation=plan.preparation,
                augment=plan.augment,
                curation=plan.curation,
                workspace=workspace,
            )
        )
    lines = csv.DictReader(io.StringIO((runs[0].folder / "split.csv").read_text()))
    told = {line["path"]: line["label"] for line in lines}
    assert (told[ONE], told[TWO], TEST in told) == ("Dark", "Lateral", False)
    assert runs[0].data.curation.labels == ((ONE, "Dark"), (TWO, "Lateral"))
    moved = give_class(Curation(excluded=(TEST,)), whole, [ONE], "Dark")
    assert moved.apply(whole).fingerprint == runs[0].data.fingerprint
    assert runs[0].data.same_lesson == runs[1].data.same_lesson, "a folder of a data set obeys it"
    uncorrected = replace(runs[0].data, curation=Curation())
    assert runs[0].data.same_lesson != uncorrected.same_lesson


def test_the_table_says_what_was_changed_and_why_and_no_cell_is_a_formula(
    whole: DatasetIndex,
) -> None:
    text = corrected_table(whole, decided(whole), reasons={TWO: "Odd one out"})
    heads, *lines = csv.reader(io.StringIO(text))
    assert tuple(heads) == COLUMNS
    rows = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}
    assert len(rows) == 14
    assert rows[ONE]["why"] == "class changed from Bright: =2+3, seen twice"
    assert rows[ONE]["label_of_folder"] == "Bright"
    assert rows[ONE]["tags"] == "second look"
    assert (rows[TWO]["label"], rows[TWO]["why"]) == (
        "Lateral",
        "class changed from Dark: Odd one out",
    )
    assert (rows[TEST]["split"], rows[TEST]["why"]) == ("left out", "left out: a hand")
    formula = give_class(Curation(), whole, [ONE], "=HYPERLINK(0)")
    assert "'=HYPERLINK(0)" in corrected_table(whole, formula)


def test_the_folder_of_links_is_read_as_the_set_was_corrected(
    folder: Path,
    whole: DatasetIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "deep" / "corrected"
    assert corrected_links(whole, decided(whole), target) == 13
    monkeypatch.setenv("XRAYLIB_DATA_ROOTS", str(folder.parent))
    assert scan(target).counts() == decided(whole).apply(whole).counts()
    with pytest.raises(DatasetError) as refused:
        corrected_links(whole, Curation(), target)
    assert refused.value.code == "name-taken"
    assert [one.name for one in target.parent.iterdir()] == ["corrected"]


@pytest.mark.parametrize("label", ["", "  ", "a/b", "..", "a\nb", "x" * 81])
def test_a_class_that_cannot_be_a_folder_is_refused(whole: DatasetIndex, label: str) -> None:
    with pytest.raises(ConfigError) as refused:
        give_class(Curation(), whole, [ONE], label)
    assert refused.value.code == "correction"


def test_a_path_that_is_not_there_is_refused_by_name(whole: DatasetIndex) -> None:
    with pytest.raises(DatasetError, match=r"no image 'train/Bright/gone\.png'") as refused:
        leave_out(Curation(), whole, ["train/Bright/gone.png", ONE])
    assert refused.value.code == "no-such-films"
