"""Networks as values: making, saving, changing them, and the ones that come with the project."""

from __future__ import annotations

import json
from xml.etree.ElementTree import fromstring

import pytest

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.errors import SpecError, XrayError
from xraylib.networks.layers import (
    Activation,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    LayerNormalization,
    Rescaling,
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.spec import ModelSpec, head
from xraylib.networks.trace import Trace, trace

IMAGE = Input(shape=(64, 64, 1))


def test_the_presets_are_those_of_the_lesson_and_a_better_one() -> None:
    assert list(PRESETS) == [
        "lesson-dense",
        "lesson-conv",
        "lesson-stacked",
        "lesson-cnn",
        "small-cnn",
    ]


def test_the_lessons_network_has_712_parameters() -> None:
    traced = trace(preset("lesson-cnn"))
    assert [(row.kind, row.output_shape, row.params) for row in traced.rows] == [
        ("Input", (256, 256, 1), 0),
        ("Rescaling", (256, 256, 1), 0),
        ("Conv2D", (84, 84, 5), 130),
        ("MaxPooling2D", (16, 16, 5), 0),
        ("Conv2D", (14, 14, 3), 138),
        ("MaxPooling2D", (7, 7, 3), 0),
        ("Flatten", (147,), 0),
        ("Dense", (3,), 444),
    ]
    assert traced.total_params == 712


def test_the_lessons_other_networks_by_hand() -> None:
    dense = 100 * (256 * 256 + 1) + 50 * (100 + 1) + 3 * (50 + 1)
    assert trace(preset("lesson-dense")).total_params == dense == 6_558_903
    conv = 5 * (25 + 1) + 3 * (84 * 84 * 5 + 1)
    assert trace(preset("lesson-conv")).total_params == conv == 105_973
    stacked = 8 * (25 + 1) + 4 * (8 * 9 + 1) + 2 * (4 * 9 + 1) + 3 * (13 * 13 * 2 + 1)
    assert trace(preset("lesson-stacked")).total_params == stacked == 1_591


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_possible_and_says_why_in_one_sentence(name) -> None:
    spec = preset(name)
    assert trace(spec).error is None
    assert trace(spec).output_shape == (3,)
    assert spec.layers[1] == Rescaling()
    assert spec.layers[-1] == Dense(units=3, activation="softmax")
    note = PRESETS.note(name)
    assert note.endswith(".")
    assert note.count(". ") == 0


@pytest.mark.parametrize("name", PRESETS)
def test_standardising_takes_the_place_of_rescaling_and_costs_nothing(name) -> None:
    plain, standardised = preset(name), preset(name, standardise=True)
    assert standardised.layers[1] == LayerNormalization(axis=(1, 2, 3), center=False, scale=False)
    assert standardised.layers[2:] == plain.layers[2:]
    assert trace(standardised).total_params == trace(plain).total_params


def test_the_better_network_ends_in_means_and_fits_small_images() -> None:
    spec = preset("small-cnn")
    assert [layer.kind for layer in spec.layers if layer.kind != "Dropout"][-2:] == [
        "GlobalAveragePooling2D",
        "Dense",
    ]
    assert trace(preset("small-cnn", input_shape=(16, 24, 3))).error is None


def test_two_classes_can_end_in_one_sigmoid_unit() -> None:
    spec = preset("lesson-cnn", classes=2, class_mode="binary")
    assert spec.layers[-1] == Dense(units=1, activation="sigmoid")
    assert preset("lesson-cnn", classes=4, class_mode="sparse").layers[-1] == Dense(
        units=4, activation="softmax"
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: preset("lesson_cnn"),
            "There is no network called 'lesson_cnn'. Expected one of lesson-dense, lesson-conv, "
            "lesson-stacked, lesson-cnn, small-cnn. Do this: write lesson-cnn if that was meant.",
        ),
        (
            lambda: PRESETS.note("zzz"),
            "There is no network called 'zzz'. Expected one of lesson-dense, lesson-conv, "
            "lesson-stacked, lesson-cnn, small-cnn. Do this: choose one of them.",
        ),
        (
            lambda: head(3, "binary"),
            "The class mode is binary and there are 3 classes. Expected two classes. "
            "Do this: use categorical, or a data set with two classes.",
        ),
        (
            lambda: head(1),
            "The number of classes is 1. Expected a whole number of at least 2. "
            "Do this: choose a data set with at least two classes.",
        ),
        (
            lambda: head(2, "multi"),
            "The class mode is 'multi'. Expected categorical, binary, sparse or multilabel. "
            "Do this: choose one of them.",
        ),
        (
            lambda: ModelSpec(name="", layers=(IMAGE,)),
            "The network's name is ''. Expected 1 to 80 characters on one line. "
            "Do this: give the network another name.",
        ),
        (
            lambda: ModelSpec(name="n", layers=()),
            "The network has 0 layers. Expected 1 to 200, the Input first. Do this: add an Input.",
        ),
        (
            lambda: ModelSpec(name="n", layers=(Flatten(),)),
            "Layer 0 is Flatten. Expected an Input first. Do this: put an Input in first place.",
        ),
        (
            lambda: ModelSpec(name="n", layers=(IMAGE, IMAGE)),
            "Layer 1 is Input. Expected the only Input in first place. Do this: remove this Input.",
        ),
        (
            lambda: ModelSpec(name="n", layers=(IMAGE, "Flatten")),
            "Layer 1 is 'Flatten'. Expected a layer, for example Flatten(). "
            "Do this: put a layer there.",
        ),
        (
            lambda: ModelSpec(name="n", layers=7),
            "The network's layers are 7. Expected a list of layers, the Input first. "
            "Do this: write the layers as a list.",
        ),
        (
            lambda: ModelSpec.from_json([]),
            'The network is []. Expected a JSON object with "name" and a list of "layers". '
            "Do this: choose a spec.json that this program wrote.",
        ),
        (
            lambda: ModelSpec.from_json({"schema": 2, "layers": []}),
            "The network's schema is 2. Expected 1, the only one that this version knows. "
            "Do this: use the version of the program that wrote it.",
        ),
        (
            lambda: ModelSpec.from_json({"layers": [], "code": "x"}),
            "The network has an unknown entry, 'code'. Expected only schema, name and layers. "
            "Do this: leave it out.",
        ),
        (
            lambda: ModelSpec.from_json({"layers": [{}] * 100_000}),
            "The network has 100,000 layers. Expected 1 to 200, the Input first. "
            "Do this: remove some layers.",
        ),
    ],
)
def test_what_is_no_network_is_refused(call, message) -> None:
    with pytest.raises(SpecError) as caught:
        call()
    assert caught.value.message == message


@pytest.mark.parametrize("name", PRESETS)
def test_a_network_survives_json(name) -> None:
    spec = preset(name, standardise=True)
    value = json.loads(json.dumps(spec.to_json()))
    assert ModelSpec.from_json(value) == spec
    assert value["schema"] == 1


def test_a_network_can_take_other_images() -> None:
    spec = preset("lesson-cnn").with_input_shape((128, 96, 3))
    assert spec.input_shape == (128, 96, 3)
    assert spec.layers[1:] == preset("lesson-cnn").layers[1:]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ((Flatten(), Dense(units=5)), (Flatten(), Dense(units=3, activation="softmax"))),
        (
            (Flatten(), Dense(units=5), Activation(activation="sigmoid")),
            (Flatten(), Dense(units=3), Activation(activation="softmax")),
        ),
        ((Flatten(),), (Flatten(), Dense(units=3, activation="softmax"))),
        (
            (Conv2D(filters=4, kernel_size=3),),
            (
                Conv2D(filters=4, kernel_size=3),
                GlobalAveragePooling2D(),
                Dense(units=3, activation="softmax"),
            ),
        ),
        ((), (GlobalAveragePooling2D(), Dense(units=3, activation="softmax"))),
        (
            (Conv2D(filters=4, kernel_size=3), Dense(units=3, activation="softmax")),
            (
                Conv2D(filters=4, kernel_size=3),
                GlobalAveragePooling2D(),
                Dense(units=3, activation="softmax"),
            ),
        ),
        (
            (Dense(units=5), Activation(activation="sigmoid")),
            (GlobalAveragePooling2D(), Dense(units=3), Activation(activation="softmax")),
        ),
    ],
)
def test_a_network_gets_the_output_that_the_classes_need(body, expected) -> None:
    spec = ModelSpec(name="n", layers=(IMAGE, *body)).with_head(3)
    assert spec.layers == (IMAGE, *expected)
    assert trace(spec).output_shape == (3,)


def test_a_head_keeps_the_other_settings_of_the_last_layer() -> None:
    spec = ModelSpec(name="n", layers=(IMAGE, Flatten(), Dense(units=5, use_bias=False)))
    assert spec.with_head(2, "binary").layers[-1] == Dense(
        units=1, activation="sigmoid", use_bias=False
    )


NONSENSE = [None, "", -1, 3.5, [], {}, object(), b"x", 10**400]
KINDS = [type(value).__name__ for value in NONSENSE]  # the same in every process


@pytest.mark.parametrize("value", NONSENSE, ids=KINDS)
@pytest.mark.parametrize(
    "call",
    [
        lambda value: ModelSpec(name=value, layers=(IMAGE,)),
        lambda value: ModelSpec(name="n", layers=value),
        lambda value: ModelSpec(name="n", layers=[IMAGE, value]),
        lambda value: ModelSpec.from_json(value),
        lambda value: ModelSpec(name="n", layers=[IMAGE]).with_layers(value),
        lambda value: ModelSpec(name="n", layers=[IMAGE]).with_input_shape(value),
        lambda value: ModelSpec(name="n", layers=[IMAGE]).with_head(value),
        lambda value: ModelSpec(name="n", layers=[IMAGE]).with_head(3, value),
        lambda value: trace(value),
        lambda value: Trace(rows=value),
        lambda value: Trace(rows=trace(preset("lesson-cnn")).rows, error=value or 1),
        lambda value: PRESETS[value],
        lambda value: PRESETS.note(value),
        lambda value: preset(value),
        lambda value: preset("lesson-cnn", input_shape=value),
        lambda value: preset("lesson-cnn", input_shape=(value, 9, 1)),
        lambda value: preset("lesson-cnn", classes=value),
        lambda value: preset("lesson-cnn", class_mode=value),
        lambda value: preset("lesson-cnn", standardise=value),
        lambda value: ModelSpec(title=value, layers=(IMAGE,)),
    ],
)
def test_wrong_types_and_values_are_refused_in_three_parts(call, value) -> None:
    with pytest.raises(XrayError) as caught:
        call(value)
    assert all((caught.value.what, caught.value.expected, caught.value.remedy))


def test_a_setting_that_a_network_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(SpecError) as caught:
        ModelSpec(names="n", layers=(IMAGE,))
    assert caught.value.message == (
        "ModelSpec has an unknown setting, 'names'. Expected only name, layers. "
        "Do this: write name if that was meant."
    )


def test_a_network_and_its_trace_say_themselves_on_one_line() -> None:
    assert repr(PRESETS["lesson-cnn"]) == (
        "ModelSpec('lesson-cnn', Trace(8 layers, 256×256×1 → 3, 712 parameters, "
        "908,901 multiply-adds))"
    )
    # 84 × 84 × 125 + 14 × 14 × 135 + 147 × 3
    assert 84 * 84 * 125 + 14 * 14 * 135 + 147 * 3 == 908_901
    broken = ModelSpec(name="n", layers=(IMAGE, Conv2D(1, 99)))
    assert repr(trace(broken)) == (
        "Trace(1 layers, 64×64×1 → 64×64×1, then impossible: Layer 1, Conv2D: kernel 99 does not "
        "fit into 64×64, 0 parameters, 0 multiply-adds)"
    )


def test_a_notebook_shows_a_network_as_its_table_without_markup_of_others() -> None:
    spec = ModelSpec(name="<b>", layers=(IMAGE, Flatten(), Dense(2), Conv2D(1, 3)))
    html = spec._repr_html_()
    assert html.startswith("<p><strong>&lt;b&gt;</strong></p><table>")
    table = fromstring(html[html.index("<table>") : html.index("</table>") + 8])
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    # 64 × 64 = 4096 values, 2 × (4096 + 1) = 8194
    assert rows[3][1:6] == ["Dense 2", "2", "8,194", "100%", "2 × (4,096 + 1) = 8,194"]
    assert rows[4][1:3] == ["Conv2D", "impossible"]
    assert "Conv2D needs a map" in rows[4][5]
    assert html.endswith(
        "<p>8,194 parameters, 8,194 of them trained; 8,192 multiply-adds an image</p>"
    )


@pytest.mark.parametrize("presets", [PRESETS, AUGMENT_PRESETS], ids=["networks", "augmentation"])
def test_presets_are_read_only_mappings_from_names_to_values_with_a_reason(presets) -> None:
    assert dict(presets) == {name: presets[name] for name in presets}
    for name in presets:
        assert presets.note(name).endswith(".")
        assert f"{name}: {presets.note(name)}" in repr(presets)
        assert f"<td><code>{name}</code></td>" in presets._repr_html_()
    assert "zzz" not in presets
    assert [] not in presets
    assert presets.get("zzz") is None
    with pytest.raises(TypeError):
        presets["zzz"] = 1
    with pytest.raises(XrayError) as caught:
        presets[next(iter(presets))[:-1]]
    assert caught.value.remedy == f"write {next(iter(presets))} if that was meant"


def test_a_preset_is_what_its_function_makes() -> None:
    for name, spec in PRESETS.items():
        assert spec == preset(name)
    assert AUGMENT_PRESETS["lesson"].rotation_range == 15
