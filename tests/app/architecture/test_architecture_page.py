"""The Architecture page: every edit is on show at once, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from xraylib.app.architecture.layer_table import layer_table
from xraylib.app.architecture.layer_words import explain
from xraylib.networks.designs import design_to_link
from xraylib.networks.layers import (
    LAYERS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dropout,
    GroupNormalization,
    Input,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
    ZeroPadding2D,
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.render.html_table import COLUMNS
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.settings import PROJECT

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page("pages/2_Architecture.py").run()
    assert not app.exception
    return app


def _metric(page: AppTest, label: str) -> str:
    return str(next(m.value for m in page.metric if m.label == label))


def _press(page: AppTest, label: str) -> None:
    next(b for b in page.button if b.label.strip("*").startswith(label)).click().run()
    assert not page.exception


def _go_to(page: AppTest) -> Selectbox:
    return next(s for s in page.selectbox if s.label.startswith("Layer (of"))


def test_it_opens_with_the_lessons_network(page: AppTest) -> None:
    assert _metric(page, "Parameters") == "712"
    assert _metric(page, "Output") == "3"


def test_a_changed_setting_changes_the_numbers_and_can_be_undone(page: AppTest) -> None:
    _press(page, "2  Conv2D")
    next(n for n in page.number_input if n.label == "Filters").set_value(10).run()
    # 10 × (1×5×5+1) = 260 and 3 × (10×3×3+1) = 273 and 3 × (147+1) = 444
    assert _metric(page, "Parameters") == "977"
    assert next(m.delta for m in page.metric if m.label == "Parameters") == "+265"
    _press(page, "Undo")
    assert _metric(page, "Parameters") == "712"
    _press(page, "Redo")
    assert _metric(page, "Parameters") == "977"


def test_a_field_that_the_design_changes_becomes_a_new_one_and_the_others_stay(
    page: AppTest,
) -> None:
    def keys() -> dict[str, str | None]:
        return {n.label: n.key for n in page.number_input}

    _press(page, "2  Conv2D")
    first = keys()
    next(n for n in page.number_input if n.label == "Filters").set_value(10).run()
    assert keys() == first  # what was typed stands there already
    _press(page, "Undo")
    assert {label for label, key in keys().items() if key != first[label]} == {"Filters"}
    assert next(n for n in page.number_input if n.label == "Filters").value == 5
    assert page.session_state["draft"].spec.layers[2].filters == 5


def test_an_impossible_layer_says_why_and_offers_what_would_fit(page: AppTest) -> None:
    _press(page, "4  Conv2D")
    next(n for n in page.number_input if n.label == "Kernel (px)").set_value(31).run()
    assert any("31" in error.value and "16" in error.value for error in page.error)
    assert _column(page, "Output")[3:] == ["16×16×5", "impossible", "–", "–", "–"]
    # Nothing of it is praised or sent on.
    assert not page.metric
    assert "Train this network" not in [one.value for one in page.main.get("page_link")]
    assert "kernel 31 does not fit into 16×16" in _column(page, "Arithmetic")[4]
    assert _rows(_table_of(page))[5].get("class") == "impossible"
    fix = next(b for b in page.button if b.label == "Set kernel size to 16")
    fix.click().run()
    # A kernel of 16 leaves one pixel, so now the pooling behind it is the first impossible layer.
    assert all("31" not in error.value for error in page.error)
    assert any("1×1" in error.value for error in page.error)


def test_a_value_that_makes_no_sense_leaves_the_network_as_it_was(page: AppTest) -> None:
    before = page.session_state["draft"].spec
    next(n for n in page.number_input if n.label == "Scale").set_value(0.0).run()
    assert any("other than 0" in error.value for error in page.error)
    assert page.session_state["draft"].spec == before


def test_a_choice_of_none_is_shown_as_such_and_can_be_made(page: AppTest) -> None:
    _press(page, "2  Conv2D")
    activation = next(s for s in page.selectbox if s.label == "Activation")
    assert activation.value == "relu"
    activation.select_index(0).run()
    assert page.session_state["draft"].spec.layers[2].activation is None
    activation = next(s for s in page.selectbox if s.label == "Activation")
    assert activation.options[activation.index] == "none"


def test_height_and_width_can_differ(page: AppTest) -> None:
    _press(page, "2  Conv2D")
    next(c for c in page.checkbox if c.label == "Height and width alike").uncheck().run()
    next(n for n in page.number_input if n.label == "Kernel (px), across").set_value(9).run()
    assert any("5×9" in b.label for b in page.button)
    assert _column(page, "Output")[2] == "84×83×5"


def test_the_window_of_a_pooling_layer_can_overlap(page: AppTest) -> None:
    _press(page, "3  MaxPooling2D")
    next(c for c in page.checkbox if c.label.startswith("Stride")).uncheck().run()
    next(n for n in page.number_input if n.label == "Stride (px)").set_value(3).run()
    # ⌊(84 − 5) / 3⌋ + 1 = 27
    assert _column(page, "Output")[3] == "27×27×5"


@pytest.mark.slow
def test_every_kind_of_layer_can_be_added_and_opened(page: AppTest) -> None:
    from xraylib.networks.layers import LAYERS

    for kind in LAYERS:
        if kind != "Input":
            page.selectbox(key="new_kind").select(kind).run()
            _press(page, "Add below")
            assert any(kind in b.label for b in page.button)
            _press(page, "Undo")
    assert _metric(page, "Parameters") == "712"


@pytest.mark.slow
def test_every_value_that_a_layer_takes_can_be_opened(page: AppTest) -> None:
    layers = (
        Input((64, 64, 1)),
        ZeroPadding2D(((1, 2), (3, 4))),
        ZeroPadding2D(((1, 2), (1, 2))),
        Dropout(0.97),
        BatchNormalization(momentum=0.9999, epsilon=1e-9),
        Activation("linear"),
        LayerNormalization((2, 3)),
    )
    spec = ModelSpec(name="edges", layers=layers)
    page.query_params["design"] = design_to_link(spec)
    page.switch_page("pages/2_Architecture.py").run()
    for index in range(1, len(layers)):
        _press(page, f"{index}  {layers[index].kind}")
        if index == 1:
            next(n for n in page.number_input if n.label == "Border (px), right").set_value(5).run()
            assert not page.exception
    found = page.session_state["draft"].spec.layers
    assert found == (layers[0], ZeroPadding2D(((1, 2), (3, 5))), *layers[2:])


def test_layers_are_added_copied_moved_and_deleted(page: AppTest) -> None:
    _press(page, "1  Rescaling")
    _press(page, "Copy")
    assert _metric(page, "Layers") == "9"
    _press(page, "Delete")
    assert _metric(page, "Parameters") == "712"
    page.selectbox(key="new_kind").select("Dropout").run()
    _press(page, "Add below")
    assert _metric(page, "Layers") == "9"
    labels = [b.label for b in page.button]
    place = next(i for i, label in enumerate(labels) if "Dropout" in label)
    _press(page, "Up")
    labels_after = [b.label for b in page.button]
    assert next(i for i, label in enumerate(labels_after) if "Dropout" in label) < place


@pytest.mark.parametrize("name", ["lesson-dense", "lesson-stacked", "small-cnn"])
def test_a_preset_replaces_the_network(page: AppTest, name: str) -> None:
    next(s for s in page.selectbox if s.label == "Start from").select(name).run()
    _press(page, "Use it")
    assert _metric(page, "Parameters") == f"{trace(preset(name)).total_params:,}"


def test_standardising_takes_the_place_of_rescaling(page: AppTest) -> None:
    page.toggle[0].set_value(True).run()
    assert any("LayerNormalization" in b.label for b in page.button)
    assert _metric(page, "Parameters") == "712"


@pytest.mark.slow
def test_an_output_that_does_not_fit_the_classes_is_told_and_mended(page: AppTest) -> None:
    page.switch_page("pages/1_Dataset.py").run()
    page.switch_page("pages/2_Architecture.py").run()
    _press(page, "7  Dense 3")
    next(n for n in page.number_input if n.label == "Units").set_value(5).run()
    assert any("3 classes" in warning.value for warning in page.warning)
    _press(page, "Make it end in 3 classes")
    assert not page.warning
    assert _metric(page, "Output") == "3"


def test_the_classes_are_known_without_a_visit_to_the_dataset_page(page: AppTest) -> None:
    spec = preset("lesson-cnn").with_head(5)
    page.session_state["draft"] = type(page.session_state["draft"])(spec=spec)
    page.run()
    assert any("3 classes" in warning.value for warning in page.warning)
    assert "5 values, and 3 classes" in page.expander[0].label
    _press(page, "Make it end in 3 classes")
    assert not page.warning
    assert _metric(page, "Output") == "3"


def test_advice_stands_under_the_totals_with_its_reason(page: AppTest) -> None:
    assert page.expander[0].label.startswith("Layer 2: valid padding drops 2 rows and 2 columns")
    next(s for s in page.selectbox if s.label == "Start from").select("lesson-dense").run()
    _press(page, "Use it")
    assert "99 % of the parameters are in the first Dense layer" in page.expander[0].label
    assert "weighs all 65,536 values" in page.expander[0].markdown[0].value.replace("\\", "")


def test_what_follows_from_a_layers_settings_is_said_with_its_numbers() -> None:
    spec = preset("lesson-cnn")
    rows = trace(spec).rows
    for index, words in (
        (1, "each value x becomes x/255"),
        (2, "5 × (1×5×5 + 1) = 130"),
        (2, "⌊(256−5)/3⌋+1 = 84"),
        (3, "35,280 become 1,280"),
        (6, "147 values at once"),
        (7, "148 parameters a unit"),
    ):
        assert words in " ".join(explain(spec.layers[index], rows[index], rows[index - 1]))


def test_another_design_stands_beside(page: AppTest) -> None:
    page.session_state["outcome"] = "Compare"
    page.run()
    page.selectbox(key="compare-with").select("lesson-dense").run()
    assert not page.exception
    assert page.table[0].value.loc["Parameters"].tolist() == ["712", "6,558,903", "9,212 ×"]


def test_the_code_and_the_picture_can_be_taken_away(page: AppTest) -> None:
    page.session_state["outcome"] = "Code"
    page.run()
    assert not page.exception
    assert {b.label for b in page.get("download_button")} >= {"model.py", "spec.json", "Picture"}
    assert "layers.Conv2D(filters=5" in page.code[0].value


def test_a_preset_that_is_edited_no_longer_has_its_description(page: AppTest) -> None:
    def said() -> list[str]:
        return [
            c.value for c in page.caption if "enough for X-rays" in c.value or "Edited" in c.value
        ]

    assert said() == [PRESETS.note("lesson-cnn")]
    _press(page, "2  Conv2D")
    next(n for n in page.number_input if n.label == "Filters").set_value(10).run()
    assert said() == ["Edited: its layers are no longer those of this network."]
    _press(page, "Undo")
    assert said() == [PRESETS.note("lesson-cnn")]


def test_a_long_network_shows_the_open_layer_and_its_neighbours(page: AppTest) -> None:
    draft = page.session_state["draft"]
    first, rest = draft.spec.layers[:2], draft.spec.layers[2:]
    same = Conv2D(filters=1, kernel_size=3, padding="same")
    long = draft.spec.with_layers((*first, *([same] * 20), *rest))
    page.session_state["draft"] = replace(draft, spec=long)
    page.run()
    _go_to(page).select(15).run()
    rows = [
        b.label.strip("*").split()[0] for b in page.button if (b.key or "").startswith("layer-")
    ]
    assert rows == ["13", "14", "15", "16", "17"]
    next(n for n in page.number_input if n.label == "Filters").set_value(4).run()
    assert _column(page, "Output")[15] == "256×256×4"
    next(n for n in page.number_input if n.label == "Filters").set_value(2).run()
    # The layer that is impossible is on show wherever one is.
    _go_to(page).select(24).run()
    next(n for n in page.number_input if n.label == "Kernel (px)").set_value(31).run()
    _go_to(page).select(3).run()
    assert any("31" in error.value for error in page.error)
    assert any(b.label == "Set kernel size to 16" for b in page.button)


def test_no_word_of_a_layer_is_markup_in_the_table() -> None:
    spec, word = preset("lesson-cnn"), '<img src=x onerror="alert(1)">'
    result = trace(spec)
    rows = (result.rows[0], replace(result.rows[1], shape_arithmetic=word), *result.rows[2:])
    table = layer_table(spec, replace(result, rows=rows), dark=False)
    assert "<img" not in table
    assert _rows(table)[2][5].text == word


def test_the_longest_name_may_be_broken_so_that_no_column_is_cut_off() -> None:
    spec = preset("small-cnn")
    assert "<td>GlobalAverage<wbr/>Pooling2D<" in layer_table(spec, trace(spec), dark=False)


def _table_of(page: AppTest) -> str:
    """The HTML of the table of layers."""
    (found,) = (html.proto.body for html in page.get("html") if "<table>" in html.proto.body)
    assert isinstance(found, str)
    return found


def _rows(table: str) -> list[Element]:
    return list(fromstring(table[table.index("<table>") : table.index("</div>")]).iter("tr"))


def _column(page: AppTest, name: str) -> list[str]:
    place = COLUMNS.index(name)
    return ["".join(row[place].itertext()) for row in _rows(_table_of(page))[1:]]


def test_every_kind_of_layer_has_a_sentence_that_teaches() -> None:
    for layer in LAYERS.values():
        assert layer.meaning.endswith(".")
        assert layer.meaning[:1].isupper()


@pytest.mark.parametrize(
    ("use_bias", "words"), [(True, "and a bias: 148"), (False, "no bias: 147")]
)
def test_the_words_of_a_dense_layer_count_the_bias_that_it_has(use_bias: bool, words: str) -> None:
    spec = preset("lesson-cnn")
    last = replace(spec.layers[7], use_bias=use_bias)
    result = trace(spec.with_layers([*spec.layers[:7], last]))
    lines = explain(last, result.rows[7], result.rows[6])
    assert any(words in line for line in lines)


def test_the_words_of_a_convolution_without_bias_say_so() -> None:
    spec = preset("lesson-cnn")
    layers = [*spec.layers]
    layers[2] = Conv2D(filters=5, kernel_size=5, strides=3, use_bias=False)
    result = trace(spec.with_layers(layers))
    lines = explain(layers[2], result.rows[2], result.rows[1])
    assert any(line.endswith("which this layer does without.") for line in lines)


def test_only_what_changes_the_size_is_called_output_size() -> None:
    layers = (
        Input(shape=(32, 32, 1)),
        Rescaling(),
        Conv2D(filters=4, kernel_size=3, padding="same"),
        LeakyReLU(),
        GroupNormalization(groups=2),
        MaxPooling2D(pool_size=2),
    )
    result = trace(ModelSpec(name="words", layers=layers))
    said = [explain(layers[i], result.rows[i], result.rows[max(0, i - 1)]) for i in range(6)]
    assert said[1] == ["What it does: each value x becomes x/255; the size stays."]
    assert said[2][0].startswith("Output size: ")
    assert said[3][0] == LeakyReLU.meaning
    assert said[4][0] == "What it does: 4/2 = 2 a group; the size stays."
    assert said[5][0] == "Output size: ⌊(32−2)/2⌋+1 = 16."
