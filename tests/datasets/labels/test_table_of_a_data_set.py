"""A table that is kept with its data set holds for everything that is made of it."""

from __future__ import annotations

import pytest
from made_images import encoded, picture

from xraylib.datasets.catalog import add_dataset, change_dataset, find_dataset, open_dataset
from xraylib.datasets.correction.decided import Correction
from xraylib.datasets.curation import Curation
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.errors import ConfigError
from xraylib.training.planning.plan import find_images
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A data set ``chest`` of five X-rays in one folder, of which a table labels four."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "chest" / "images").mkdir(parents=True)
    for number in range(5):
        file = folder / "chest" / "images" / f"{number:04}.png"
        file.write_bytes(encoded(picture(number)))
    rows = [f"{number:04},{'AB'[number % 2]},w{number // 2},{30 + number}" for number in range(4)]
    (folder / "chest" / "labels.csv").write_text("\n".join(["id,class,patient,age", *rows, ""]))
    workspace = Workspace.open(folder / "workspace")
    add_dataset(folder / "chest", workspace=workspace)
    labels = LabelChoice(file="labels.csv")
    change_dataset("chest", curation=Curation(label_table=labels), workspace=workspace)
    return workspace


def test_a_folder_without_class_folders_becomes_a_data_set(kept: Workspace) -> None:
    ref = find_dataset("chest", workspace=kept)
    assert ref.curation.label_table == LabelChoice(file="labels.csv")
    whole = open_dataset("chest", workspace=kept)
    assert whole.classes == ("",)
    index = ref.curation.apply(whole)
    assert index.counts() == {"train": {"A": 2, "B": 2}}
    assert index.table["patient"].to_pylist() == ["w0", "w0", "w1", "w1"]
    assert index.metadata is not None
    assert index.metadata["age"].to_pylist() == [30, 31, 32, 33]
    assert [hint.code for hint in index.reading.hints] == ["images-without-row"]


def test_a_run_to_come_has_these_labels(kept: Workspace) -> None:
    images = find_images("chest", workspace=kept)
    assert images.index.classes == ("A", "B")
    assert images.index.findings is not None
    assert images.curation is not None
    assert images.curation.label_table == LabelChoice(file="labels.csv")
    assert images.source_fingerprint == images.index.fingerprint


def test_images_left_out_are_left_out_of_the_table_too(kept: Workspace) -> None:
    curation = Curation(label_table=LabelChoice(file="labels.csv"), excluded=("images/0001.png",))
    index = curation.apply(open_dataset("chest", workspace=kept))
    assert index.findings is not None
    assert index.findings.values.tolist() == [[1, 0], [1, 0], [0, 1]]


def test_a_class_given_by_hand_goes_before_the_table(kept: Workspace) -> None:
    whole = open_dataset("chest", workspace=kept)
    corrections = (Correction(path="images/0001.png", label="C", was="B"),)
    curation = Curation(label_table=LabelChoice(file="labels.csv"), corrections=corrections)
    index = curation.apply(whole)
    assert index.counts() == {"train": {"A": 2, "B": 1, "C": 1}}
    assert index.findings is not None
    assert index.findings.names == ("A", "B", "C")
    assert index.findings.values.tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_a_table_is_joined_once(kept: Workspace) -> None:
    curation = find_dataset("chest", workspace=kept).curation
    whole = open_dataset("chest", workspace=kept)
    joined = curation.whose(whole)
    assert curation.whose(whole) is joined
    assert curation.whose(joined) is joined


def test_what_is_no_choice_of_labels_is_refused() -> None:
    for wrong in ({"file": ""}, {"file": "t.csv", "kind": "two"}, {"file": "t.csv", "labels": "a"}):
        with pytest.raises(ConfigError) as refused:
            LabelChoice(**wrong)
        assert refused.value.code == "argument"
    with pytest.raises(ConfigError):
        Curation(label_table="t.csv")  # type: ignore[arg-type]
