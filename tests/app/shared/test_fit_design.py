"""The draft's network follows the data that was chosen."""

from __future__ import annotations

from dataclasses import replace

from xraylib.app.shared.fit_design import fitted_to_classes
from xraylib.app.shell.state import Draft
from xraylib.networks.presets import preset
from xraylib.networks.trace import trace


def test_the_lessons_network_is_left_alone_on_three_classes() -> None:
    draft = Draft()
    assert fitted_to_classes(draft, ("a", "b", "c")).spec == draft.spec


def test_another_number_of_classes_changes_the_output() -> None:
    fitted = fitted_to_classes(Draft(), ("a", "b", "c", "d"))
    assert trace(fitted.spec).output_shape == (4,)
    assert fitted.classes == ("a", "b", "c", "d")


def test_an_output_that_was_changed_on_purpose_stays_while_the_classes_stay() -> None:
    draft = replace(Draft(), classes=("a", "b", "c"), spec=preset("lesson-cnn", classes=7))
    assert fitted_to_classes(draft, ("a", "b", "c")).spec == draft.spec


def test_binary_is_kept_for_two_classes_only() -> None:
    draft = replace(
        Draft(), class_mode="binary", spec=preset("lesson-cnn", classes=2, class_mode="binary")
    )
    assert trace(fitted_to_classes(draft, ("a", "b")).spec).output_shape == (1,)
    three = fitted_to_classes(draft, ("a", "b", "c"))
    assert three.class_mode == "categorical"
    assert trace(three.spec).output_shape == (3,)


def test_a_single_class_changes_nothing_but_the_name() -> None:
    draft = Draft()
    fitted = fitted_to_classes(draft, ("",))
    assert fitted.spec == draft.spec
    assert fitted.classes == ("",)


def test_findings_get_a_sigmoid_unit_each_and_classes_after_them_a_softmax() -> None:
    draft = fitted_to_classes(Draft(), ("Effusion", "Mass"), several=True)
    assert draft.class_mode == "multilabel"
    assert trace(draft.spec).output_shape == (2,)
    assert draft.spec.layers[-1].ends_in == "sigmoid"
    back = fitted_to_classes(draft, ("a", "b", "c"))
    assert back.class_mode == "categorical"
    assert back.spec.layers[-1].ends_in == "softmax"
