"""The Classify page with the model that comes with the project."""

from __future__ import annotations

import csv
import html
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from made_images import dicom as dicom_file
from streamlit.testing.v1 import AppTest

from xraylib.app.classify import judging, many_results
from xraylib.app.classify.visit_state import Visit
from xraylib.images.notes import NOTES
from xraylib.models.bundle import Bundle
from xraylib.models.which_model import models_in_use
from xraylib.settings import PROJECT, SAMPLE_DATA
from xraylib.workspace import Workspace

pytestmark = pytest.mark.usefixtures("workspace")

PHANTOM = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[0]
DICOM = sorted(SAMPLE_DATA.rglob("*.dcm"))[0]


@pytest.fixture(scope="module", autouse=True)
def decoder_ends() -> Iterator[None]:
    """The shared child process must not outlive the tests."""
    yield
    judging.decoder().close()
    judging.decoder.clear()


@pytest.fixture
def page() -> AppTest:
    """The page after the notice was accepted."""
    app = at_the_door()
    next(b for b in app.button if b.label == "I understand, continue").click().run()
    assert not app.exception
    return app


def at_the_door() -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page("pages/5_Classify.py").run()
    assert not app.exception
    return app


def hand_in(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    for name, data in files:
        app.file_uploader[0].upload(name, data)
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.subheader, *app.error, *app.warning, *app.info]
    parts += [*app.text]
    return "\n".join(str(part.value) for part in parts)


def visit(app: AppTest) -> Visit:
    kept: Visit = app.session_state["visit"]
    return kept


def test_nothing_can_be_handed_in_before_the_notice_is_accepted() -> None:
    app = at_the_door()
    assert "not a medical device" in texts(app)
    assert not app.file_uploader
    assert not app.selectbox


def test_a_phantom_gets_a_sentence_bars_and_the_models_own_score(page: AppTest) -> None:
    words = texts(hand_in(page, ("image.png", PHANTOM.read_bytes())))
    assert "More like Pneumonia than the others" in words
    plain = words.replace("\\", "")
    assert plain.count("In testing it called 19 phantoms Pneumonia: all of them were.") == 1
    assert "Where 2 of 100 phantoms have it, at least " in plain
    assert (
        "The threshold for Pneumonia is 0.20 (chosen on 17 phantoms, which are few, so that"
        in plain
    )
    assert "phantom-demo" in words.replace("\\", "")
    assert "test phantoms (synthetic) that it had not seen" in words
    assert "It says nothing about patients." in words
    assert words.count("Research and education only, not a medical device.") == 1
    assert "100 %" not in words
    assert "PNG, 8 bit, 256 × 256 pixels" in words
    assert len(page.get("plotly_chart")) == 1
    assert len(page.get("vega_lite_chart")) == 1


def test_a_dicom_file_without_an_ending_is_read_by_its_content(page: AppTest) -> None:
    words = texts(hand_in(page, ("IM000001", DICOM.read_bytes())))
    assert "DICOM, 12 bit, 512 × 512 pixels" in words
    assert "More like " in words


def test_a_text_file_with_an_images_name_is_refused_with_a_reason(page: AppTest) -> None:
    words = texts(hand_in(page, ("image.png", b"Dear colleague,\nhere is my letter.\n" * 9)))
    assert "The file is text. Expected a PNG, JPEG, TIFF, WebP, BMP or DICOM file." in words
    assert "More like" not in words
    assert not page.get("plotly_chart")


def upside_down() -> bytes:
    pixels = cv2.imdecode(np.frombuffer(PHANTOM.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    return bytes(cv2.imencode(".png", pixels[::-1, ::-1])[1])


def test_many_files_stand_in_a_table_what_got_no_answer_last(page: AppTest) -> None:
    data = PHANTOM.read_bytes()
    hand_in(
        page,
        ("turned.png", upside_down()),
        ("good.png", data),
        ("cut.png", data[:500]),
        ("dicom", DICOM.read_bytes()),
    )
    table = page.dataframe[0].value
    assert list(table["File"].iloc[2:]) == ["turned.png", "cut.png"]
    assert list(table["To look at"].iloc[2:]) == [
        "Cannot be judged: turned?", "Refused: damaged file"
    ]  # fmt: skip
    assert list(table["More like"].iloc[2:]) == ["–", "–"]
    assert list(table["Probability"].iloc[2:]) == ["–", "–"]
    assert set(table["More like"].iloc[:2]) <= {"Covid", "Normal", "Pneumonia"}
    assert "**4 files**: " in texts(page)
    assert ", 1 cannot be judged, 1 refused." in texts(page)

    pills = next(one for one in page.get("button_group") if "many-filter" in str(one.key))
    pills.set_value("\0refused").run()
    assert list(page.dataframe[0].value["File"]) == ["cut.png"]
    assert "This file was refused" in [error.proto.title for error in page.error]
    button(page, "Forget everything now").click().run()
    assert [toast.value for toast in page.toast] == ["Forgotten: 4 X-rays."]


def test_a_picture_that_cannot_be_judged_has_a_reason_and_no_class_until_asked(
    page: AppTest,
) -> None:
    hand_in(page, ("turned.png", upside_down()))
    words = texts(page).replace("\\", "")
    assert page.subheader[0].value == "This model cannot judge this picture"
    assert "it seems to lie on its side or upside down. Turn it upright." in words
    assert "In testing" not in words
    assert not page.get("vega_lite_chart")
    assert not [slider for slider in page.slider if slider.label.startswith("Heat map")]
    (view,) = visit(page).views.values()
    assert view.heat is None

    def anyway() -> Any:
        return next(t for t in page.toggle if t.label == "Show what it would have said")

    report, _ = many_results.report(next(iter(visit(page).opened.values())), view, bundle(), None)
    assert b"This model cannot judge this picture" in report
    anyway().set_value(True).run()
    assert not page.exception
    words = texts(page).replace("\\", "")
    assert "No answer: of such a picture this means nothing. It would have said" in words
    assert "That was of pictures like its training phantoms." in words
    assert len(page.get("vega_lite_chart")) == 1
    assert [slider for slider in page.slider if slider.label.startswith("Heat map: what would")]
    (view,) = visit(page).views.values()
    assert view.heat is not None
    assert (view.heat[..., 0] == view.heat[..., 2]).all(), "it is in colour"
    anyway().set_value(False).run()
    assert not [slider for slider in page.slider if slider.label.startswith("Heat map")]
    assert not page.get("vega_lite_chart")


def bundle() -> Bundle:
    model = models_in_use(workspace=Workspace.open())["phantom-demo"]
    return judging.classifier(Workspace.open(), model).bundle


def test_a_few_coloured_pixels_do_not_switch_the_check_off(page: AppTest) -> None:
    pixels = cv2.imdecode(np.frombuffer(upside_down(), np.uint8), cv2.IMREAD_GRAYSCALE)
    coloured = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    coloured[:12, :120] = (0, 200, 255)  # 2 % of it
    hand_in(page, ("screenshot.png", bytes(cv2.imencode(".png", coloured)[1])))
    words = texts(page)
    assert page.subheader[0].value == "This model cannot judge this picture"
    assert "2% of the picture is in colour" in words
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    page.file_uploader[0].set_value([])
    page.run()
    hand_in(page, ("noise.png", bytes(cv2.imencode(".png", noise)[1])))
    assert page.subheader[0].value == "This model cannot judge this picture"
    assert "> 0.99" not in texts(page).replace("\\", "").partition("Accuracy")[0]


def test_a_reader_says_how_frequent_the_disease_is(page: AppTest) -> None:
    hand_in(page, ("image.png", PHANTOM.read_bytes()))
    (field,) = page.number_input
    assert field.label == "Of 100 such phantoms, how many have Pneumonia?"
    field.set_value(0.5).run()
    assert not page.exception
    assert "Where 5 of 1,000 phantoms have it, at least " in texts(page).replace("\\", "")


def test_a_sample_is_judged_without_an_upload(page: AppTest) -> None:
    next(b for b in page.button if b.label == "A DICOM phantom").click().run()
    assert not page.exception
    assert "DICOM, 12 bit" in texts(page)


def test_forgetting_drops_images_and_results(page: AppTest) -> None:
    hand_in(page, ("image.png", PHANTOM.read_bytes()))
    assert len(visit(page).opened) == 1
    next(b for b in page.button if b.label == "Forget everything now").click().run()
    assert visit(page).opened == {}
    assert "No X-ray at hand?" in texts(page)
    assert page.file_uploader[0].value == []


def test_an_image_that_was_taken_away_is_forgotten_at_once(page: AppTest) -> None:
    hand_in(page, ("image.png", PHANTOM.read_bytes()))
    page.file_uploader[0].set_value([])
    page.run()
    assert visit(page).opened == {}


def test_a_file_name_is_shown_as_text_and_never_as_markup(page: AppTest) -> None:
    name = "![x](http://example.org/x.png) **bold**.png"
    hand_in(page, (name, PHANTOM.read_bytes()))
    assert name in [element.value for element in page.text]
    assert not [m for m in page.markdown if "example.org" in str(m.value)]


def test_the_csv_holds_every_file_and_its_name_holds_the_sha256(page: AppTest) -> None:
    hand_in(page, ("=image.png", PHANTOM.read_bytes()), ("notes.png", b"text"))
    images = sorted(visit(page).opened.values(), key=lambda image: image.needs_a_look)[::-1]
    workspace = Workspace.open()
    model = models_in_use(workspace=workspace)["phantom-demo"]
    bundle = judging.classifier(workspace, model).bundle
    data, name = many_results.csv_download(images, bundle)
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [row["status"] for row in rows] == ["refused", "ok"]
    assert rows[1]["file"] == "'=image.png"
    assert rows[1]["more_like"] == "Pneumonia"
    assert sum(float(rows[1][f"p_{c}"]) for c in bundle.classes) == pytest.approx(1, abs=1e-5)
    assert name.startswith("xray-lab-")
    assert len(name) == len("xray-lab-") + 16 + len(".csv")


def test_the_json_holds_the_notice_the_model_and_the_records(page: AppTest) -> None:
    hand_in(page, ("image.png", PHANTOM.read_bytes()))
    workspace = Workspace.open()
    model = models_in_use(workspace=workspace)["phantom-demo"]
    bundle = judging.classifier(workspace, model).bundle
    data, name = many_results.json_download(list(visit(page).opened.values()), bundle)
    value = json.loads(data)
    assert value["notice"] == "Research and education only, not a medical device."
    assert value["model"]["name"] == "phantom-demo"
    assert value["model"]["operating"]["Covid"]["test"]["found"] == [19, 20]
    assert f"{value['model']['how_good']}." in judging.model_sentence(bundle)
    assert value["model"]["how_good"].startswith("Accuracy 0.98 (0.")
    (image,) = value["films"]
    assert (image["file"], image["status"], image["label"]) == ("image.png", "ok", "Pneumonia")
    assert sum(image["probabilities"].values()) == pytest.approx(1)
    assert name.endswith(".json")


def packed(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_a_zip_archive_is_its_images_and_stays_in_memory(page: AppTest) -> None:
    archive = packed(
        good=PHANTOM.read_bytes(), bad=PHANTOM.read_bytes()[:500], dicom=DICOM.read_bytes()
    )
    hand_in(page, ("ward.zip", archive))
    table = page.dataframe[0].value
    assert table["File"].iloc[2] == "ward.zip/bad"
    assert set(table["File"]) == {"ward.zip/bad", "ward.zip/dicom", "ward.zip/good"}
    assert table["X-ray"].isna().tolist() == [False, False, True]
    assert table["X-ray"].iloc[1].startswith("data:image/jpeg;base64,")


def test_an_archive_that_is_refused_says_why_and_costs_no_other_image(page: AppTest) -> None:
    hand_in(
        page, ("evil.zip", packed(**{"../image.png": b"x"})), ("image.png", PHANTOM.read_bytes())
    )
    assert "2 files" in texts(page)
    reason = "The entry '../image.png' of the archive has a name with an empty part"
    assert reason in page.dataframe[0].value["To look at"].iloc[1]


def test_the_page_steps_through_many_images_without_a_mouse(page: AppTest) -> None:
    hand_in(page, ("a.png", PHANTOM.read_bytes()), ("b.png", DICOM.read_bytes()))
    first = page.text[0].value
    button(page, "Next X-ray").click().run()
    assert {first, page.text[0].value} == {"a.png", "b.png"}
    button(page, "Previous X-ray").click().run()
    assert page.text[0].value == first
    assert button(page, "Previous X-ray").disabled


def test_the_history_holds_what_every_model_said_until_it_is_forgotten(page: AppTest) -> None:
    hand_in(page, ("a.png", PHANTOM.read_bytes()))
    page.session_state["visit"].take_sample(DICOM)
    page.run()
    images = visit(page).opened.values()
    table = many_results.history(images, "Europe/Berlin")
    assert list(table["File"]) == [DICOM.name, "a.png"]
    assert set(table["Model"]) == {"phantom-demo 1"}
    assert list(many_results.history(images, "No/Where")["File"]) == [DICOM.name, "a.png"]
    assert page.expander[-1].label == "History of this visit"
    button(page, "Forget everything now").click().run()
    assert not page.expander
    assert not visit(page).views


def test_only_the_images_on_show_are_kept_large(page: AppTest) -> None:
    data = PHANTOM.read_bytes()
    hand_in(page, *((f"{number}.png", data + bytes(number)) for number in range(4)))
    for _ in range(3):
        button(page, "Next X-ray").click().run()
    assert len(visit(page).views) == 2
    for image in visit(page).opened.values():
        assert image.prediction.heat_map is None
        assert image.prediction.prepared.base is None, "it holds on to the X-ray's pixels"


def test_an_image_that_took_too_long_can_be_tried_again(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xraylib.images.radiograph import refuse

    class Slow:
        def decode(self, _data: bytes, **_owner: object) -> None:
            raise refuse("too-slow", "Decoding was stopped after 10 seconds")

    with monkeypatch.context() as patch:
        patch.setattr(judging, "decoder", Slow)
        hand_in(page, ("image.png", PHANTOM.read_bytes()))
        assert "Decoding was stopped after 10 seconds" in texts(page)
    button(page, "Try again").click().run()
    assert "More like Pneumonia than the others" in texts(page)


def test_the_report_holds_the_image_and_its_name_the_sha256(page: AppTest) -> None:
    hand_in(page, ("<b>image</b>.png", PHANTOM.read_bytes()))
    (image,) = visit(page).opened.values()
    (shown,) = visit(page).views.values()
    workspace = Workspace.open()
    model = models_in_use(workspace=workspace)["phantom-demo"]
    bundle = judging.classifier(workspace, model).bundle
    data, name = many_results.report(image, shown, bundle, None)
    document = data.decode("utf-8")
    assert document.count("data:image/jpeg;base64,") == 2
    assert "&lt;b&gt;image&lt;/b&gt;.png" in document
    assert "<b>image" not in document
    assert image.sha256 in document
    assert name.endswith(".html")


def test_what_was_decided_about_greys_is_said_wherever_the_answer_is(page: AppTest) -> None:
    ramp = np.arange(256 * 256, dtype=np.uint32).reshape(256, 256) // 16
    data = dicom_file(ramp.astype(np.uint16), PresentationLUTShape="INVERSE")
    note = NOTES["presentation-shape"]
    hand_in(page, ("chest.dcm", data))
    assert note.says in texts(page).replace("\\", "")
    (image,), (shown,) = visit(page).opened.values(), visit(page).views.values()
    workspace = Workspace.open()
    model = models_in_use(workspace=workspace)["phantom-demo"]
    bundle = judging.classifier(workspace, model).bundle
    assert note.says in html.unescape(many_results.report(image, shown, bundle, None)[0].decode())
    (row,) = csv.DictReader(io.StringIO(many_results.csv_download([image], bundle)[0].decode()))
    assert note.name in row["warnings"].split()
    (record,) = json.loads(many_results.json_download([image], bundle)[0])["films"]
    told = {"code": note.name, "message": note.message, "refuses": False}
    assert told in record["warnings"]


def test_the_table_of_many_says_it_in_words(page: AppTest) -> None:
    ramp = np.arange(256 * 256, dtype=np.uint32).reshape(256, 256) // 16
    data = dicom_file(ramp.astype(np.uint16), PresentationLUTShape="INVERSE")
    hand_in(page, ("chest.dcm", data), ("other.png", PHANTOM.read_bytes()))
    note = NOTES["presentation-shape"]
    table = page.dataframe[0].value.set_index("File")
    assert note.title.lower() in table.loc["chest.dcm", "To look at"].lower()


def button(app: AppTest, label: str) -> Any:
    return next(b for b in app.button if b.label == label)


def test_an_acceptance_test_that_is_damaged_is_said_on_the_card(workspace: Workspace) -> None:
    file = workspace.root / "accepted" / "phantom-demo" / "1" / "ward-0a1b2c.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"when": 1e300}')
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    app.switch_page("pages/6_Model_card.py").run()
    assert not app.exception
    assert any("0a1b2c.json is damaged" in one.value.replace("\\", "") for one in app.error)
