"""Folders named as public data sets are, when they are unpacked: how each is read."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from xraylib.datasets.reading.folds import folds_in_paths
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.walk import Tree, walk
from xraylib.datasets.scan import scan


def touch(root: Path, *names: str) -> Path:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"meant to be a picture")
    return root


def numbered(form: str, count: int) -> list[str]:
    return [form.format(number) for number in range(1, count + 1)]


def counts(tree: Tree) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    rows = tree.table.select(["split", "label"]).to_pylist()
    for row in rows:
        found.setdefault(row["split"], Counter())[row["label"]] += 1
    return {split: dict(n) for split, n in found.items()}


def left_out(tree: Tree) -> dict[str, int]:
    return {part.path: part.images for part in tree.plan.left_out}


def hints(tree: Tree) -> list[str]:
    return [hint.code for hint in tree.plan.hints]


def test_a_wrapper_and_a_second_copy_inside_it(tmp_path: Path) -> None:
    for top in ("chest_xray", "chest_xray/chest_xray"):
        for split, count in (("train", 4), ("val", 1), ("test", 2)):
            touch(tmp_path, *numbered(f"{top}/{split}/NORMAL/IM-{{:04d}}-0001.jpeg", count))
            touch(tmp_path, *numbered(f"{top}/{split}/PNEUMONIA/person{{}}_virus_1.jpeg", count))
    touch(tmp_path, "chest_xray/__MACOSX/chest_xray/._train", "chest_xray/train/.DS_Store")
    tree = walk(tmp_path)
    assert tree.plan.root == "chest_xray"
    assert counts(tree) == {
        "train": {"NORMAL": 4, "PNEUMONIA": 4},
        "val": {"NORMAL": 1, "PNEUMONIA": 1},
        "test": {"NORMAL": 2, "PNEUMONIA": 2},
    }
    assert left_out(tree) == {"chest_xray/chest_xray": 14}
    assert "second copy" in tree.plan.left_out[0].reason
    assert tree.passed_over == 3 - 1  # the folder __MACOSX counts once, and is not looked into


def test_a_stray_picture_in_a_wrapper(tmp_path: Path) -> None:
    touch(
        tmp_path, "set/cover.png", *(f"set/{name}/{number}.png" for name in "ab" for number in "12")
    )
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"a": 2, "b": 2}}
    assert left_out(tree) == {"set/*": 1}


def test_images_and_masks_below_each_class(tmp_path: Path) -> None:
    for name in ("COVID", "Lung_Opacity", "Viral Pneumonia"):
        touch(tmp_path, *numbered(f"Radiography/{name}/images/{name}-{{}}.png", 3))
        touch(tmp_path, *numbered(f"Radiography/{name}/masks/{name}-{{}}.png", 3))
        touch(tmp_path, f"Radiography/{name}.metadata.xlsx")
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"COVID": 3, "Lung_Opacity": 3, "Viral Pneumonia": 3}}
    assert {part.role for part in tree.plan.left_out} == {"masks"}
    assert sum(left_out(tree).values()) == 9
    assert "masks/ in 3 folders (9 masks)" in tree.plan.sentence()
    assert tree.plan.tables == tuple(
        f"Radiography/{name}.metadata.xlsx" for name in ("COVID", "Lung_Opacity", "Viral Pneumonia")
    )


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("training", "validation", "testing"), ("train", "val", "test")),
        (("Training", "Testing"), ("train", "test")),
        (("train", "valid", "test"), ("train", "val", "test")),
        (("train_set", "dev-set", "test set"), ("train", "val", "test")),
        (("TRAIN1", "eval", "Val2"), ("train", "test", "val")),
        (("train_images", "holdout"), ("train", "test")),
        (("train", "hold-out"), ("train", "test")),
    ],
)
def test_splits_by_name(tmp_path: Path, names: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    for name in names:
        touch(tmp_path, f"{name}/Covid/1.png", f"{name}/Normal/1.png")
    assert counts(walk(tmp_path)) == {split: {"Covid": 1, "Normal": 1} for split in wanted}


def test_splits_below_the_classes_of_a_whole_repository(tmp_path: Path) -> None:
    for name in ("NORMAL", "PNEUMONIA"):
        touch(tmp_path, *numbered(f"data/{name}/train/{{}}.jpeg", 3))
        touch(tmp_path, f"data/{name}/test/1.jpeg")
    aside = ("static/images/logo.png", "docs/matrix.png", "notebooks/1.png", "screenshots/a.png")
    touch(tmp_path, *aside, "app.py")
    tree = walk(tmp_path)
    assert tree.plan.root == "data"
    assert counts(tree) == {
        "train": {"NORMAL": 3, "PNEUMONIA": 3},
        "test": {"NORMAL": 1, "PNEUMONIA": 1},
    }
    assert left_out(tree) == {"static": 1, "docs": 1, "notebooks": 1, "screenshots": 1}


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("images_{:03d}/images/{:08d}_000.png", "parts of one large set"),
        ("part{}/{}.png", "parts of one large set"),
        ("patient{:05d}/study{}/view1_frontal.jpg", "patients"),
        ("p{}/{}.png", "patients"),
        ("{:08d}/{}.png", "patients"),
        ("1.2.840.113654.2.{}/{}.dcm", "patients"),
        ("AB-{:03d}/{}.png", "patients"),
    ],
)
def test_folders_that_are_no_classes(tmp_path: Path, form: str, kind: str) -> None:
    touch(tmp_path, *(form.format(number, number) for number in range(1, 13)))
    touch(tmp_path, "Data_Entry.csv")
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"": 12}}
    (hint,) = (hint for hint in tree.plan.hints if hint.code == "folders-look-like")
    assert kind in hint.message
    assert "Data_Entry.csv" in hint.remedy


@pytest.mark.parametrize(
    "names",
    [("0", "1", "2"), ("grade0", "grade1", "grade2"), ("class_1", "class_2"), ("KL 0", "KL 1")],
)
def test_numbered_classes_stay_classes(tmp_path: Path, names: tuple[str, ...]) -> None:
    touch(tmp_path, *(f"{name}/{number}.png" for name in names for number in range(3)))
    assert counts(walk(tmp_path)) == {"train": dict.fromkeys(names, 3)}


def test_masks_beside_the_images_and_labels_in_names(tmp_path: Path) -> None:
    for number in range(8):
        name = f"MCUCXR_{number:04d}_{number % 2}.png"
        touch(tmp_path, f"Set/CXR_png/{name}", f"Set/ManualMask/leftMask/{name}")
        touch(tmp_path, f"Set/ManualMask/rightMask/{name}", f"Set/Clinical/{name[:-4]}.txt")
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"": 8}}
    assert left_out(tree) == {"Set/ManualMask": 16}
    assert "_0 and _1" in next(h.message for h in tree.plan.hints if h.code == "labels-in-names")


def test_one_class_in_two_spellings(tmp_path: Path) -> None:
    touch(tmp_path, *numbered("Train/NORMAL/{}.PNG", 3), *numbered("Train/COVID-19/{}.PNG", 3))
    touch(tmp_path, "TEST/normal/1.PNG", "TEST/Covid 19/1.PNG")
    tree = walk(tmp_path)
    assert counts(tree) == {
        "train": {"NORMAL": 3, "COVID-19": 3},
        "test": {"NORMAL": 1, "COVID-19": 1},
    }
    assert tree.plan.spellings == {
        "NORMAL": ("NORMAL", "normal"),
        "COVID-19": ("COVID-19", "Covid 19"),
    }
    as_written = walk(tmp_path, choice=ReadingChoice(merge=False))
    assert counts(as_written)["test"] == {"normal": 1, "Covid 19": 1}


def test_a_class_without_training_images_can_be_unlabelled(tmp_path: Path) -> None:
    touch(tmp_path, "train/A/1.png", "train/B/1.png", "test/unknown/1.png")
    tree = walk(tmp_path)
    assert "class-without-training" in hints(tree)
    tree = walk(tmp_path, choice=ReadingChoice(classes={"unknown": ""}))
    assert counts(tree) == {"train": {"A": 1, "B": 1}}
    assert left_out(tree) == {"test/unknown": 1}


def test_folds_are_folds(tmp_path: Path) -> None:
    touch(tmp_path, *(f"fold_{fold}/{name}/1.png" for fold in range(1, 6) for name in "ab"))
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"a": 5, "b": 5}}
    assert [part.fold for part in tree.plan.read if part.label == "a"] == [1, 2, 3, 4, 5]
    as_classes = walk(tmp_path, choice=ReadingChoice(folds=False))
    assert set(counts(as_classes)["train"]) == {f"fold_{fold}" for fold in range(1, 6)}


def test_boxes_as_text_beside_images(tmp_path: Path) -> None:
    for split, count in (("train", 4), ("valid", 2)):
        touch(tmp_path, *numbered(f"{split}/images/{{}}.jpg", count))
        touch(tmp_path, *numbered(f"{split}/labels/{{}}.txt", count))
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"": 4}, "val": {"": 2}}
    assert "no-classes" in hints(tree)


def test_a_folder_beside_the_splits_is_named_and_can_be_a_split(tmp_path: Path) -> None:
    touch(tmp_path, *(f"{top}/A/1.png" for top in ("train", "val", "extra")), "loose.png")
    tree = walk(tmp_path)
    assert left_out(tree) == {"extra": 1, "*": 1}
    assert hints(tree).count("unread-folder") == 2
    tree = walk(tmp_path, choice=ReadingChoice(splits={"extra": "test"}))
    assert counts(tree) == {"train": {"A": 1}, "val": {"A": 1}, "test": {"A": 1}}


def test_a_class_of_people_with_masks_is_a_class(tmp_path: Path) -> None:
    touch(tmp_path, "with_mask/1.png", "without_mask/1.png")
    assert counts(walk(tmp_path)) == {"train": {"with_mask": 1, "without_mask": 1}}


def test_masks_alone_are_read(tmp_path: Path) -> None:
    touch(tmp_path, "leftMask/1.png", "rightMask/1.png")
    assert counts(walk(tmp_path)) == {"train": {"leftMask": 1, "rightMask": 1}}


@pytest.mark.parametrize("seed", range(60))
def test_every_image_is_read_or_counted_among_those_left_out(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    words = (
        "train", "Test", "valid", "extra", "masks", "images", "labels", "A", "a", "B", "fold_1",
        "fold_2", "docs", "p1", "p2", "images_1", "images_2", "data",
    )  # fmt: skip
    names = {
        "/".join([*draw.choices(words, k=draw.randint(0, 4)), f"{number}.png"])
        for number in range(draw.randint(1, 40))
    }
    touch(tmp_path, *names)
    tree = walk(tmp_path)
    read = set(tree.table["path"].to_pylist())
    assert read <= names
    assert len(tree) == sum(part.images for part in tree.plan.read)
    assert len(names) - len(tree) == sum(left_out(tree).values())
    assert tree.passed_over == 0
    assert all(part.images >= 0 for part in tree.plan.parts)


def of_each(*folders: str, classes: tuple[str, ...] = ("A", "B"), count: int = 2) -> list[str]:
    """Images of each class in each of these folders."""
    return [
        f"{folder}/{name}/{number}.png"
        for folder in folders
        for name in classes
        for number in range(count)
    ]


BOTH = {"A": 2, "B": 2}


@pytest.mark.parametrize(
    ("names", "read", "hint"),
    [
        (of_each("covid_train", "covid_test"), {"train": BOTH, "test": BOTH}, ""),
        (of_each("stage_2_train_images", "stage_2_test_images"), {"train": BOTH, "test": BOTH}, ""),
        (
            numbered("train_a/{}.png", 2) + numbered("train-b/{}.png", 3) + ["test_a/1.png"],
            {"train": {"a": 2, "b": 3}, "test": {"a": 1}},
            "",
        ),
        (of_each("Training", "Validierung"), {"train": BOTH, "val": BOTH}, ""),
        (of_each("train_val", "test"), {"train": BOTH, "test": BOTH}, ""),
        (of_each("set/train/train", "set/test/test"), {"train": BOTH, "test": BOTH}, ""),
        (["k/plot.png", *of_each("k/working/split/train", "k/working/split/val")],
         {"train": BOTH, "val": BOTH}, ""),
        (of_each("train/fold1", "train/fold2", "test"), {"train": {"A": 4, "B": 4}, "test": BOTH},
         "folders-look-like"),
        (of_each("fold_1", "fold_2", "test"), {"train": {"A": 4, "B": 4}, "test": BOTH},
         "folders-look-like"),
        (of_each("fold_1/train", "fold_1/val", "fold_2/train", "fold_2/val"),
         {"train": BOTH, "val": BOTH}, "folders-look-like"),
        ([*of_each("test"), *of_each(".")], {"train": BOTH, "test": BOTH}, ""),
        (of_each("hospital_A", "hospital_B"), {"train": {"A": 4, "B": 4}}, "folders-look-like"),
        (of_each("batch_1", "batch_2"), {"train": {"A": 4, "B": 4}}, "folders-look-like"),
        (of_each("data", "data_cleaned"), {"train": {"A": 4, "B": 4}}, "folders-look-like"),
        (of_each("A", "B", classes=("left", "right")), {"train": {"A": 4, "B": 4}}, ""),
        (of_each("A", "B", classes=("x", "y")), {"train": {"A": 4, "B": 4}}, "folders-look-like"),
        (["me/readme.png", "me/assets/logo.png", *of_each("me/src/data/train", "me/src/data/test")],
         {"train": BOTH, "test": BOTH}, ""),
        (numbered("v1/Images/{}.png", 3) + numbered("v1/Ground-truths/{}.png", 3),
         {"train": {"": 3}}, "no-classes"),
        (of_each("imgs", classes=("tb", "sick", "test", "extra")),
         {"train": {"tb": 2, "sick": 2}, "test": {"": 2}}, ""),
        ([*of_each("."), "test/unknown/1.png", "docs/1.png"],
         {"train": BOTH, "test": {"unknown": 1}}, "class-without-training"),
        (of_each("set", classes=("CXR_png", "masks", "test")),
         {"train": {"": 2}, "test": {"": 2}}, "no-classes"),
        (of_each("set/A", "set/B", "set/set/A", "set/set/B", classes=(".",)),
         {"train": BOTH}, "unread-folder"),
        (of_each("sample/images", "sample/sample/images", classes=(".",)),
         {"train": {"": 2}}, "unread-folder"),
        ([*of_each("dataset"), "static/uploads/1.jpg", "static/css/x.png"], {"train": BOTH}, ""),
        (of_each("DICOM/PA000001", "DICOM/PA000002", classes=("ST000001",)),
         {"train": {"": 4}}, "folders-look-like"),
        (of_each("photos/jsrt", "photos/scr/masks", classes=(".",)), {"train": {"jsrt": 2}}, ""),
        (of_each("VOC", classes=("JPEGImages", "SegmentationClass")), {"train": {"": 2}}, ""),
        (of_each("covid", classes=("images", "volumes", "docs")), {"train": {"": 2}}, ""),
        ([*of_each("train/labeled", "test"), "train/unlabeled/1.png"],
         {"train": BOTH, "test": BOTH}, "unread-folder"),
        (of_each("imagesTr", "imagesTs", "labelsTr", classes=(".",)),
         {"train": {"": 2}, "test": {"": 2}}, "no-classes"),
        (of_each("trainA", "trainB", "testA", "testB", classes=(".",)),
         {"train": BOTH, "test": BOTH}, ""),
        (of_each("训练", "测试集"), {"train": BOTH, "test": BOTH}, ""),
        (of_each("1", "2", "3"), {"train": {"A": 6, "B": 6}}, "folders-look-like"),
        (of_each("hospital_A", "hospital_B", classes=("patient1", "patient2")),
         {"train": {"": 8}}, "folders-look-like"),
        (["train/Normals/1.png", "train/Mass/1.png", "test/normal/1.png", "test/mass/1.png"],
         {"train": {"Normals": 1, "Mass": 1}, "test": {"Normals": 1, "Mass": 1}}, ""),
    ],
)  # fmt: skip
def test_layouts_of_the_same_kinds(
    tmp_path: Path, names: list[str], read: dict[str, dict[str, int]], hint: str
) -> None:
    tree = walk(touch(tmp_path, *names))
    assert counts(tree) == read
    assert not hint or hint in hints(tree)
    assert hint or "folders-look-like" not in hints(tree)
    told = sum(part.images for part in (*tree.plan.read, *tree.plan.left_out))
    assert told == len(names)


def test_masks_among_their_images_are_left_out(tmp_path: Path) -> None:
    """BUSI, and sets like it; a mask without its image is an image."""
    for name in ("benign", "normal"):
        touch(tmp_path, *numbered(f"{name}/{name} ({{}}).png", 3))
        touch(tmp_path, *numbered(f"{name}/{name} ({{}})_mask.png", 3), f"{name}/{name}_mask.png")
    touch(tmp_path, "benign/benign (1)_mask_1.png", "normal/mask_normal (2).png")
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"benign": 4, "normal": 4}}
    assert left_out(tree) == {"benign/*mask*": 4, "normal/*mask*": 4}
    kept = walk(tmp_path, choice=ReadingChoice(keep=("benign",)))
    assert counts(kept) == {"train": {"benign": 8, "normal": 4}}


def test_another_set_is_read_where_its_name_says_x_rays(tmp_path: Path) -> None:
    touch(
        tmp_path, *of_each("CellData/OCT/train", "CellData/OCT/test", classes=("CNV", "DME", "N"))
    )
    touch(tmp_path, *of_each("CellData/chest_xray/train", "CellData/chest_xray/test"))
    tree = walk(tmp_path)
    assert counts(tree) == {"train": BOTH, "test": BOTH}
    assert left_out(tree) == {"CellData/OCT": 12}
    assert any("several sets" in hint.message for hint in tree.plan.hints)


def test_tables_are_found_where_no_image_lies_and_the_likeliest_is_named(tmp_path: Path) -> None:
    touch(tmp_path, *numbered("vindr/train/{}.dicom", 3), *numbered("vindr/test/{}.dicom", 2))
    names = ("annotations_train", "image_labels_test", "image_labels_train")
    touch(tmp_path, *(f"vindr/annotations/{name}.csv" for name in names), "vindr/BBox_labels.csv")
    plan = walk(tmp_path).plan
    assert plan.tables[0] == "vindr/BBox_labels.csv"  # the nearest first
    assert len(plan.tables) == 4
    (hint,) = (hint for hint in plan.hints if hint.code == "no-classes")
    assert "(vindr/annotations/annotations_train.csv)" in hint.remedy


def test_the_name_of_the_only_folder_is_no_class_beside_a_table(tmp_path: Path) -> None:
    touch(tmp_path, *numbered("pneumonia_png/{}.png", 3))
    assert counts(walk(tmp_path)) == {"train": {"pneumonia_png": 3}}
    touch(tmp_path, "labels.csv")
    assert counts(walk(tmp_path)) == {"train": {"": 3}}
    said = ReadingChoice(classes={"pneumonia_png": "Pneumonia"})
    assert counts(walk(tmp_path, choice=said)) == {"train": {"Pneumonia": 3}}


def test_grades_beside_a_table_are_classes_and_the_table_is_named(tmp_path: Path) -> None:
    touch(tmp_path, *of_each(".", classes=("0", "1", "2")), "labels.csv")
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"0": 2, "1": 2, "2": 2}}
    (hint,) = tree.plan.hints
    assert "0, 1 and 2 are read as classes" in hint.message


@pytest.mark.parametrize(
    ("folders", "patients"),
    [
        (numbered("{:03d}", 3), {"001", "002", "003"}),
        (numbered("train/COVID-19-AR-{:08d}/1-AP", 9), {"COVID-19-AR-00000001"}),
        (numbered("{:032x}", 3), {f"{3:032x}"}),
        # Short numbers begin anew in every class, long ones are somebody's everywhere.
        ([*numbered("TB/{:03d}", 3), *numbered("N/{:03d}", 2)], {"TB/001", "N/001"}),
        ([*numbered("TB/{:08d}", 3), *numbered("N/{:08d}", 2)], {"00000001", "00000002"}),
    ],
)
def test_folders_that_look_like_patients_tell_them(
    tmp_path: Path, folders: list[str], patients: set[str]
) -> None:
    touch(tmp_path, *(f"{folder}/{view}.png" for folder in folders for view in ("ap", "pa")))
    index = scan(tmp_path)
    told = index.table["patient"].to_pylist()
    assert patients <= set(told)
    assert max(Counter(told).values()) == (4 if patients == {"00000001", "00000002"} else 2)
    assert index.reading.patients == "the patients' folders"


@pytest.mark.slow
@pytest.mark.timeout(120)  # what looks at each pair of folders needs hours
@pytest.mark.parametrize("form", ["folder{:05d}/a.png", "{:04x}k/x/a.png", "class{}/b{}/a.png"])
def test_ten_thousand_folders(tmp_path: Path, form: str) -> None:
    touch(tmp_path, *(form.format(number, number % 7) for number in range(10_000)))
    assert len(walk(tmp_path)) == 10_000


def test_folds_are_told_image_by_image(tmp_path: Path) -> None:
    touch(tmp_path, *of_each("set/fold 2", "set/fold 10", "set/fold 1"))
    tree = walk(tmp_path)
    paths = tree.table["path"].to_pylist()
    folds = folds_in_paths(tree.plan, paths)
    assert folds is not None
    assert {path.split("/")[1]: fold for path, fold in zip(paths, folds.tolist(), strict=True)} == {
        "fold 1": 0,
        "fold 2": 1,
        "fold 10": 2,
    }
    named = walk(touch(tmp_path / "b", *of_each("north", "south")), None, ReadingChoice(folds=True))
    told = folds_in_paths(named.plan, named.table["path"].to_pylist())
    assert told is not None
    assert told.tolist() == [0] * 4 + [1] * 4
    plain = walk(touch(tmp_path / "c", *of_each("train", "test")))
    assert folds_in_paths(plain.plan, plain.table["path"].to_pylist()) is None


def test_two_sets_with_splits_of_their_own_are_not_classes(tmp_path: Path) -> None:
    """COVID-QU-Ex: the images of the one are in the other as well."""
    for top, kinds in (("Infection", ("images", "infection masks")), ("Lung", ("images",))):
        for split in ("Train", "Val", "Test"):
            for label in ("COVID-19", "Normal"):
                for kind in kinds:
                    folder = f"{top} Segmentation Data/{top} Segmentation Data/{split}/{label}"
                    touch(tmp_path, *numbered(f"{folder}/{kind}/{{}}.png", 2 + (top == "Lung")))
    tree = walk(tmp_path)
    each = {"COVID-19": 3, "Normal": 3}
    assert counts(tree) == {"train": each, "val": each, "test": each}
    assert left_out(tree)["Infection Segmentation Data"] == 24  # its masks as well
    assert "folders-look-like" in hints(tree)


def test_places_with_splits_of_their_own_are_read_together(tmp_path: Path) -> None:
    for place in "AB":
        for split, count in (("train", 3), ("test", 1)):
            for label in ("x", "y"):
                touch(tmp_path, *numbered(f"hospital_{place}/{split}/{label}/{{}}.png", count))
    tree = walk(tmp_path)
    assert counts(tree) == {"train": {"x": 6, "y": 6}, "test": {"x": 2, "y": 2}}
    assert left_out(tree) == {}


def test_the_one_split_in_a_split_says_which_it_is(tmp_path: Path) -> None:
    for outer, inner in (("Training_Set", "Training"), ("Evaluation_Set", "Validation")):
        touch(tmp_path, *numbered(f"{outer}/{inner}/{{}}.png", 2))
    touch(tmp_path, "Test_Set/Test/1.png")
    assert counts(walk(tmp_path)) == {"train": {"": 2}, "val": {"": 2}, "test": {"": 1}}


def test_short_numbers_in_a_row_are_shards_and_a_few_are_classes(tmp_path: Path) -> None:
    for number in range(55):
        touch(tmp_path / "shards", f"{number}/2168401113669640_{number}.png")
    for number in range(5):
        touch(tmp_path / "grades", f"{number}/9001{number}L.png")
    for number in range(1, 31):
        touch(tmp_path / "people", f"{number}/film_{number}.png")
    shards, grades, people = (walk(tmp_path / n) for n in ("shards", "grades", "people"))
    assert counts(shards) == {"train": {"": 55}}
    assert any("parts of one large set" in hint.message for hint in shards.plan.hints)
    assert counts(grades) == {"train": {str(number): 1 for number in range(5)}}
    assert counts(people) == {"train": {"": 30}}
    assert any("patients" in hint.message for hint in people.plan.hints)
