"""The Dataset page, as its visitors meet it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from small_images import make_images
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.catalog import add_dataset, list_datasets
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.loading.loader import Batches, build_cache
from xraylib.settings import PROJECT
from xraylib.training.process import queue
from xraylib.training.run.runs import list_runs
from xraylib.workspace import Workspace


@pytest.fixture
def images(tmp_path: Path, workspace: Workspace) -> Path:
    """A small data set that the workspace knows as ``tiny``."""
    root = make_images(tmp_path / "tiny")
    add_dataset(root, "tiny", workspace=workspace)
    return root


def _open(view: str = "X-rays", **query: str) -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "tiny"
    page.query_params["view"] = view
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def _metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: str(metric.value) for metric in page.metric}


def test_the_first_visit_shows_the_sample_data_and_says_that_they_are_synthetic(
    workspace: Workspace,
) -> None:
    assert [ref.name for ref in list_datasets(workspace=workspace)] == ["sample"]
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py").run()
    assert not page.exception
    assert _metrics(page)["X-rays"] == "300"
    captions = " ".join(caption.value for caption in page.caption)
    assert "Synthetic chest phantoms" in captions
    assert "X-rays 1 to 24 of 300, synthetic" in captions


@pytest.mark.usefixtures("images")
def test_the_figures_count_images_classes_patients_and_what_was_left_out() -> None:
    assert _metrics(_open()) == {
        "X-rays": "14",
        "Classes": "2",
        "Patients": "14",
        "Unreadable": "1",
        "Passed over": "1",
        "Findings": "–",
    }


@pytest.mark.slow
@pytest.mark.usefixtures("images")
def test_the_chosen_data_set_becomes_the_drafts_and_the_network_follows() -> None:
    page = _open()
    draft = page.session_state["draft"]
    assert draft.dataset == "tiny"
    assert draft.classes == ("Bright", "Dark")
    assert draft.spec.layers[-1].units == 2
    # The tasks are open, so the step's state is what its link says where the pointer is over it.
    assert any(link.proto.help.startswith("tiny") for link in page.sidebar.get("page_link"))


@pytest.mark.usefixtures("images")
def test_the_gallery_follows_split_and_class() -> None:
    page = _open(split="Test", **{"class": "Dark"})
    assert any("X-rays 1 to 2 of 2" in caption.value for caption in page.caption)
    assert sum(button.key.startswith("image-") for button in page.button if button.key) == 2


@pytest.mark.slow
@pytest.mark.usefixtures("images")
def test_the_gallery_searches_and_sorts_by_any_column() -> None:
    page = _open(text="p1 bright", sort="Path")
    assert any("X-rays 1 to 2 of 2" in caption.value for caption in page.caption)
    page = _open()
    shown = []
    for descending in (False, True):
        page.selectbox(key="sort").set_value("mean")
        page.toggle(key="down").set_value(descending).run()
        assert not page.exception
        shown.append([b.help for b in page.button if (b.key or "").startswith("image-")])
    assert len(shown[0]) == 14
    assert shown[0] != shown[1]
    assert "Dark" in shown[0][0]
    assert "Bright" in shown[1][0]
    assert page.toggle(key="findings").disabled


@pytest.mark.usefixtures("images")
def test_an_image_opens_large_with_its_facts_and_what_the_network_sees() -> None:
    page = _open()
    next(b for b in page.button if (b.key or "").startswith("image-")).click().run()
    assert not page.exception
    facts = page.table[0].value["Value"]
    assert facts["File"] == "test/Bright/p10_1.png"
    assert facts["Size"] == "24 × 24 pixels"
    assert facts["Patient"] == "p10"
    assert page.get("plotly_chart")
    assert any("256 × 256 pixels, grey" in caption.value for caption in page.caption)


@pytest.mark.usefixtures("images")
def test_an_open_image_leafs_in_the_order_of_the_gallery_and_shows_what_looks_like_it() -> None:
    page = _open(sort="Brightness")
    tiles = [b for b in page.button if (b.key or "").startswith("image-")]
    second = tiles[1].help
    tiles[0].click().run()
    next(b for b in page.button if b.label == "Next").click().run()
    assert not page.exception
    name = page.table[0].value["Value"]["File"]
    assert name.rpartition("/")[2].removesuffix(".png") in second.replace("\\", "")
    near = [b for b in page.button if (b.key or "").startswith("near-")]
    assert len(near) == 6
    assert "of 64" in near[0].label
    near[0].click().run()
    assert page.table[0].value["Value"]["File"] != name


@pytest.mark.usefixtures("images")
def test_numbers_are_told_by_class() -> None:
    page = _open("Numbers")
    table = page.dataframe[0].value
    assert table["X-rays"].tolist() == [5, 5, 2, 2]
    charts = page.get("arrow_vega_lite_chart") or page.get("vega_lite_chart")
    assert len(charts) == 5
    assert any("Of 14 X-rays" in caption.value for caption in page.caption)


@pytest.mark.usefixtures("images")
def test_unreadable_files_are_listed_with_their_reason() -> None:
    table = _open("Unreadable").dataframe[0].value
    assert table["File"].tolist() == ["train/Dark/broken.png"]
    assert table["Code"].tolist() == ["not-an-image"]
    assert table["Reason"].str.len().min() > 20


@pytest.mark.usefixtures("images")
def test_a_slider_changes_the_pictures_and_the_draft() -> None:
    page = _open("Augmentation")
    page.segmented_control(key="augment-preset").set_value("none").run()
    before = _pictures(page)
    assert len(before) == 15  # the original, twelve variants, both ends of one range
    assert len(set(before)) == 1  # nothing varies yet
    page.slider(key="augment-rotation_range").set_value(40.0).run()
    assert not page.exception
    after = _pictures(page)
    assert after[0] == before[0]
    assert len(set(after)) == 15
    assert page.session_state["draft"].augment.rotation_range == 40
    captions = [caption.value for caption in page.caption]
    assert any(text.endswith("°") and ("−" in text or "+" in text) for text in captions)


@pytest.mark.slow
@pytest.mark.usefixtures("images")
def test_the_tones_of_x_rays_change_the_pictures_and_the_words_under_them() -> None:
    page = _open("Augmentation")
    page.slider(key="augment-noise_range").set_value(12.0).run()
    page.slider(key="augment-gamma_range").set_value((0.8, 1.25)).run()
    assert not page.exception
    pictures = _pictures(page)
    assert len(set(pictures[:13])) == 13  # the original and twelve variants
    draft = page.session_state["draft"].augment
    assert (draft.noise_range, draft.gamma_range) == (12, (0.8, 1.25))
    captions = [caption.value for caption in page.caption]
    assert sum("gamma " in text and "noise " in text for text in captions) == 12
    page.button_group(key="augment-preset").set_value("none").run()
    assert page.slider(key="augment-noise_range").value == 0
    assert page.session_state["draft"].augment.is_identity


@pytest.mark.usefixtures("images")
def test_a_preset_moves_the_sliders() -> None:
    page = _open("Augmentation")
    page.button_group(key="augment-preset").set_value("lesson").run()
    assert not page.exception
    assert page.slider(key="augment-rotation_range").value == 15
    assert page.slider(key="augment-zoom_range").value == (0.8, 1.2)
    assert page.session_state["draft"].augment == AUGMENT_PRESETS["lesson"]


def test_the_preview_shows_the_very_pixels_that_training_gets(
    images: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[bytes] = []
    image = DeltaGenerator.image

    def watched(self: DeltaGenerator, picture: bytes, **options: Any) -> DeltaGenerator:
        shown.append(picture)
        return image(self, picture, **options)

    monkeypatch.setattr(DeltaGenerator, "image", watched)
    page = _open("Augmentation")
    page.number_input(key="augment-image").set_value(3)
    page.button_group(key="augment-preset").set_value("strong").run()
    variants = shown[-14:-2]  # the last two are both ends of one range

    index = scan(images)
    split = make_split(index)
    prepared = build_cache(index, index.rows("train"), Preparation(), workspace.cache)
    row = int(index.rows("train")[2])
    batches = Batches(
        pixels=prepared.pixels,
        labels=index.label_numbers[prepared.rows],
        augment=AUGMENT_PRESETS["strong"],
        seed=0,
        batch_size=len(prepared.rows),
        numbers=prepared.rows,
    )
    assert row in split.train
    for epoch, variant in enumerate(variants):
        place = int(np.flatnonzero(prepared.rows[batches.order(epoch)] == row)[0])
        pixels, _ = batches.batch(epoch, 0)
        seen = cv2.imdecode(np.frombuffer(variant, np.uint8), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(seen, pixels[place, :, :, 0])


@pytest.mark.slow
@pytest.mark.usefixtures("images")
def test_another_size_reaches_the_draft_and_the_networks_input() -> None:
    page = _open("Preparation")
    page.number_input(key="prepare-height").set_value(128).run()
    page.number_input(key="prepare-width").set_value(96).run()
    page.button_group(key="prepare-color").set_value("rgb").run()
    assert not page.exception
    draft = page.session_state["draft"]
    assert draft.preparation == Preparation(image_size=(128, 96), color_mode="rgb")
    assert draft.spec.input_shape == (128, 96, 3)


@pytest.mark.usefixtures("images")
def test_the_split_is_told_with_images_and_patients() -> None:
    page = _open("Preparation")
    table = page.table[0].value
    assert table["X-rays"].to_dict() == {"Training": 8, "Validation": 2, "Test": 4}
    assert table["Patients"]["Validation"] == 2
    assert any("20% of the training X-rays" in caption.value for caption in page.caption)


def test_a_folder_that_is_gone_is_an_error_with_a_remedy_and_no_crash(
    images: Path, tmp_path: Path
) -> None:
    images.rename(tmp_path / "elsewhere")
    page = _open()
    assert any("tiny" in error.value for error in page.error)
    assert page.info
    assert page.selectbox(key="data").value == "tiny"


def test_a_data_set_is_forgotten_and_its_images_stay(images: Path, workspace: Workspace) -> None:
    page = _open()
    next(b for b in page.button if b.label == "Forget this data set").click().run()
    assert not page.exception
    assert [ref.name for ref in list_datasets(workspace=workspace)] == ["sample"]
    assert page.session_state["draft"].dataset == "sample"
    assert (images / "train").is_dir()


def test_a_folder_under_a_data_root_is_found_shown_and_added_by_one_click(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_images(tmp_path / "images" / "chest")
    monkeypatch.setenv("XRAYLIB_DATA_ROOTS", str(tmp_path / "images"))
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    next(b for b in page.button if b.label == "Use my own").click().run()
    assert not page.exception
    source = page.selectbox(key="data")
    assert source.value == "+0/chest"
    assert source.options[1] == "chest: 15 X-rays, not added"
    words = " ".join(one.value for one in page.markdown).replace("\\", "")
    assert "Read as: train Bright 5, Dark 6; test Bright 2, Dark 2." in words
    assert "from p<N>_ in file names" in words
    assert list_datasets(workspace=workspace)[1:] == []  # nothing happened yet
    page.text_input(key=f"add-pattern-{root}").set_value("(?P<patient>p[0-9]").run()
    assert any("cannot be used" in caption.value for caption in page.caption)
    page.text_input(key=f"add-pattern-{root}").set_value("(?P<patient>p[0-9])").run()
    told = page.table[0].value.set_index("For example")["Patient"].to_dict()
    assert told["test/Bright/p10_1.png"] == "p1"
    assert "not told" in told.values()  # broken.png
    next(b for b in page.button if b.label == "Use these X-rays").click().run()
    assert not page.exception
    (ref,) = list_datasets(workspace=workspace)[1:]
    assert (ref.root, ref.patient_pattern) == (root, "(?P<patient>p[0-9])")
    assert page.session_state["draft"].dataset == "chest"
    assert _metrics(page)["X-rays"] == "14"
    assert "not added" not in " ".join(page.selectbox(key="data").options)
    again = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    assert again.session_state["draft"].dataset == "chest"  # the next visit begins with it


@pytest.mark.usefixtures("images")
def test_a_first_run_on_ones_own_images_is_one_click(workspace: Workspace) -> None:
    page = _open()
    next(b for b in page.button if b.label == "Train on these").click().run()
    assert not page.exception
    (run,) = list_runs(workspace=workspace)
    queue.stop(run)
    assert (run.data.name, run.data.classes) == ("tiny", ("Bright", "Dark"))
    assert any(link.value == "See it learn" for link in page.main.get("page_link"))
    queue.wait(run)


def test_a_folder_that_looks_like_nothing_can_be_looked_at_all_the_same(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_images(tmp_path / "images" / "chest")
    monkeypatch.setenv("XRAYLIB_DATA_ROOTS", str(tmp_path / "images"))
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py").run()
    page.selectbox(key="other-folder-path").select("chest/train").run()
    next(b for b in page.button if b.label == "Look at this folder").click().run()
    assert page.selectbox(key="data").value == "+0/chest/train"
    next(b for b in page.button if b.label == "Use these X-rays").click().run()
    assert not page.exception
    assert [ref.root for ref in list_datasets(workspace=workspace)][1] == root / "train"


def test_without_any_folder_the_way_to_ones_own_data_is_told(workspace: Workspace) -> None:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    next(b for b in page.button if b.label == "Use my own").click().run()
    assert not page.exception
    assert any("No folder with X-rays was found" in info.value for info in page.info)
    assert any("XRAYLIB_DATA_ROOTS" in one.value for one in page.markdown)
    assert workspace.root.is_dir()


def _pictures(page: AppTest) -> list[str]:
    """The addresses of the pictures shown, which Streamlit makes from their content."""
    return [image.proto.imgs[0].url for image in page.get("image")]
