"""How a folder was read, on the Dataset page: told, and changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import encoded, picture
from streamlit.testing.v1 import AppTest

from xraylib.app.dataset.reading_panel import Branch, branches, decide, tree_text
from xraylib.datasets.catalog import add_dataset, find_dataset, open_dataset
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.scan import scan
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace

FOLDERS = ("set/train/NORMAL", "set/train/COVID", "set/Test/normal", "set/extra/COVID", "set/masks")


@pytest.fixture
def folder(tmp_path: Path, workspace: Workspace) -> Path:
    for number, name in enumerate(FOLDERS):
        for copy in range(2):
            file = tmp_path / "tiny" / name / f"{number}_{copy}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(encoded(picture(10 * number + copy)))
    add_dataset(tmp_path / "tiny", "tiny", workspace=workspace)
    return tmp_path / "tiny"


def _open() -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "tiny"
    page.run()
    assert not page.exception
    return page


def _words(page: AppTest) -> str:
    return " ".join(one.value for one in page.markdown).replace("\\", "")


@pytest.mark.usefixtures("folder")
def test_the_plan_is_told_before_anything_is_trained() -> None:
    page = _open()
    words = _words(page)
    assert "Read as in set/: train COVID 2, NORMAL 2; test NORMAL 2." in words
    assert "Left out: set/extra/ (2 images), set/masks/ (2 masks)." in words
    assert "NORMAL and normal are read as one class" in words
    tree = next(code.value for code in page.code if "training" in code.value)
    assert tree.splitlines()[0] == "set/"
    assert "    NORMAL  2  training, NORMAL" in tree
    assert "  masks  2  masks, left out" in tree
    assert {metric.label: metric.value for metric in page.metric}["Patients"] == "unknown"


@pytest.mark.usefixtures("folder")
def test_a_folder_and_a_class_are_changed_and_changed_back(workspace: Workspace) -> None:
    page = _open()
    next(box for box in page.selectbox if box.label.startswith("extra")).set_value("test")
    next(box for box in page.text_input if box.label.endswith("named COVID")).set_value("Covid")
    next(button for button in page.button if button.label == "Read it so").click().run()
    assert not page.exception
    kept = find_dataset("tiny", workspace=workspace).curation.reading
    assert kept == ReadingChoice(splits={"set/extra": "test"}, classes={"COVID": "Covid"})
    assert "test NORMAL 2, Covid 2." in _words(page) or "test Covid 2, NORMAL 2." in _words(page)
    next(b for b in page.button if b.label.startswith("Read it by its names")).click().run()
    assert not find_dataset("tiny", workspace=workspace).curation.reading
    assert "Left out: set/extra/ (2 images)" in _words(page)


@pytest.mark.usefixtures("folder")
def test_a_plan_that_leaves_nothing_is_refused_and_nothing_is_lost(workspace: Workspace) -> None:
    page = _open()
    for box in page.selectbox:
        if box.label.partition(" ")[0] in ("train", "Test"):
            box.set_value("left out")
    next(button for button in page.button if button.label == "Read it so").click().run()
    assert not page.exception
    assert any("Nothing would be left" in error.value for error in page.error)
    assert not find_dataset("tiny", workspace=workspace).curation.reading


def test_lists_of_the_splits_are_offered_without_the_commands_option_and_used(
    tmp_path: Path, workspace: Workspace
) -> None:
    names = [f"{number}.png" for number in range(6)]
    for number, name in enumerate(names):
        file = tmp_path / "tiny/images" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encoded(picture(number)))
    (tmp_path / "tiny/train_val_list.txt").write_text("\n".join(names[:4]))
    (tmp_path / "tiny/test_list.txt").write_text("\n".join(names[4:]))
    (tmp_path / "tiny/test_none.txt").write_text("x.png\ny.png\n")
    add_dataset(tmp_path / "tiny", "tiny", workspace=workspace)
    page = _open()
    assert "To do: use them as lists of the splits." in _words(page)
    assert "--" not in _words(page)
    (lists,) = (box for box in page.multiselect if box.label == "Lists of the splits")
    lists.set_value(["test_list.txt", "test_none.txt"])
    next(button for button in page.button if button.label == "Read it so").click().run()
    assert "test_none.txt names an image" in page.error[0].value.replace("\\", "")
    assert not find_dataset("tiny", workspace=workspace).curation.reading
    (lists,) = (box for box in page.multiselect if box.label == "Lists of the splits")
    lists.set_value(["test_list.txt", "train_val_list.txt"])
    next(button for button in page.button if button.label == "Read it so").click().run()
    kept = find_dataset("tiny", workspace=workspace).curation
    assert {one.file for one in kept.reading.split_files} == {
        "test_list.txt",
        "train_val_list.txt",
    }
    index = kept.apply(open_dataset("tiny", workspace=workspace))
    assert index.table["split"].to_pylist() == ["train"] * 4 + ["test"] * 2


def test_decisions_of_the_form(folder: Path) -> None:
    plan = scan(folder).reading
    assert branches(plan) == [
        Branch(path="set/Test", images=2, shown_as="test"),
        Branch(path="set/extra", images=2, shown_as="left out"),
        Branch(path="set/masks", images=2, shown_as="left out", masks=True),
        Branch(path="set/train", images=4, shown_as="train"),
    ]
    rows = branches(plan)
    same = {row.path: row.shown_as for row in rows}
    written = {"COVID": "COVID"}
    nothing = decide(ReadingChoice(), rows, same, written, written, merge=True)
    assert nothing == ReadingChoice()
    changed = decide(
        ReadingChoice(leave_out=("set/extra",)),
        rows,
        same | {"set/extra": "val", "set/masks": "class", "set/Test": "left out"},
        written,
        {"COVID": " "},
        merge=False,
    )
    assert changed == ReadingChoice(
        splits={"set/extra": "val"},
        keep=("set/masks",),
        leave_out=("set/Test",),
        classes={"COVID": ""},
        merge=False,
    )
    assert tree_text(plan).count("\n") == 7
