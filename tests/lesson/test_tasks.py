"""The tasks that come with it, counted by hand and by Keras; and a teacher's file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.errors import ConfigError
from xraylib.images.prepare import Preparation
from xraylib.lesson.task_facts import Fact, facts_of, fill, missing
from xraylib.lesson.tasks import Task, read_tasks
from xraylib.networks.layers import Conv2D, MaxPooling2D
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace

TASKS = {task.key: task for task in read_tasks(workspace="no-such-workspace")}
ONE = """
[[task]]
key = "mine"
title = "Mine"
question = "How many?"
do = "Count."
because = "So many: {network layers}."
page = "architecture"
answer = "{network layers}"
[task.done]
"network layers" = "> 3"
"""


def swapped(spec: ModelSpec, index: int, **changes: object) -> ModelSpec:
    layers = list(spec.layers)
    layers[index] = replace(layers[index], **changes)  # type: ignore[arg-type]
    return spec.with_layers(layers)


def behind(spec: ModelSpec, index: int, layer: Conv2D | MaxPooling2D) -> ModelSpec:
    return spec.with_layers([*spec.layers[: index + 1], layer, *spec.layers[index + 1 :]])


# What the learner is asked to do, and the answer counted by hand.
DONE: dict[str, tuple[Callable[[ModelSpec], ModelSpec], str, int]] = {
    "dense": (lambda net: swapped(net, 3, units=10), "655,370", 256 * 256 * 10 + 10),
    "filters": (lambda net: swapped(net, 2, kernel_size=(3, 3)), "50", 5 * 3 * 3 + 5),
    "stride": (lambda net: swapped(net, 2, strides=(2, 2)), "126", len(range(0, 256 - 5 + 1, 2))),
    "stacking": (lambda net: behind(net, 2, Conv2D.new()), "368", 8 * 5 * 3 * 3 + 8),
    "pooling": (lambda net: behind(net, 2, MaxPooling2D.new()), "8,820", 5 * (84 // 2) ** 2),
}


def facts(spec: ModelSpec, preparation: Preparation | None = None) -> dict[str, Fact]:
    return facts_of(
        dataset="sample",
        preparation=preparation or Preparation(),
        augment=AUGMENT_PRESETS["lesson"],
        network=trace(spec),
    )


def test_there_are_eight_in_the_lesson_s_own_order() -> None:
    assert list(TASKS) == [
        "pixels", "augmentation", "loading", "dense", "filters", "stride", "stacking", "pooling",
    ]  # fmt: skip


@pytest.mark.parametrize("key", DONE)
def test_a_task_about_a_network_comes_out_as_counted_by_hand(key: str) -> None:
    task, (act, answer, count) = TASKS[key], DONE[key]
    begun = preset(task.network)
    assert missing(task.done, facts(begun))
    now = facts(act(begun))
    assert missing(task.done, now) == []
    assert fill(task.answer, now) == answer == f"{count:,}"
    assert "?" not in fill(task.because, now)


@pytest.mark.parametrize("key", DONE)
def test_keras_gives_the_same_answer(key: str) -> None:
    from xraylib.networks.render.keras_model import build

    act, answer, _ = DONE[key]
    spec = act(preset(TASKS[key].network))
    kinds = {"dense": "Dense", "filters": "Conv2D", "stride": "Conv2D", "stacking": "Conv2D"}
    model = build(spec)
    kind = kinds.get(key, "Flatten")
    layers = [layer for layer in model.layers if type(layer).__name__ == kind]
    layer = layers[1 if key == "stacking" else 0]
    if key == "stride":
        assert layer.output.shape[1] == int(answer)
    elif key == "pooling":
        assert math.prod(layer.output.shape[1:]) == int(answer.replace(",", ""))
    else:
        assert layer.count_params() == int(answer.replace(",", ""))


def test_the_task_about_pixels_counts_a_quarter_of_them_between_0_and_1() -> None:
    task, spec = TASKS["pixels"], preset("lesson-cnn")
    assert missing(task.done, facts(spec)) == [
        "image height is 256, not yet 128",
        "image width is 256, not yet 128",
    ]
    small = Preparation(image_size=(128, 128))
    now = facts(spec.with_input_shape(small.input_shape), small)
    assert missing(task.done, now) == []
    assert fill(task.answer, now) == "16,384: 0 to 1"
    assert fill(task.answer, now) in task.answers


def test_a_guess_with_words_of_its_own_is_a_wrong_one() -> None:
    answers = {key: answer for key, (_, answer, _) in DONE.items()}
    for task in TASKS.values():
        assert answers.get(task.key) not in task.mistakes
        assert not task.answers or set(task.mistakes) <= set(task.answers)


@pytest.mark.parametrize(
    ("wanted", "fact", "words"),
    [
        ("> 3", 4, []),
        ("> 3", 3, ["n is 3, not yet more than 3"]),
        ("<= 0.5", 0.6, ["n is 0.6, not yet at most 0.5"]),
        ("!= 3", 3, ["n is 3, not yet other than 3"]),
        ("valid", "same", ["n is same, not yet valid"]),
        (True, False, ["n is no, not yet yes"]),
    ],
)
def test_what_does_not_hold_yet_is_said(wanted: Fact, fact: Fact, words: list[str]) -> None:
    assert missing({"n": wanted}, {"n": fact}) == words
    assert missing({"n": wanted}, {}) == ["there is no n yet"]


def write(workspace: Path, text: str) -> Workspace:
    workspace.mkdir(exist_ok=True)
    (workspace / "lesson.toml").write_text(text, encoding="utf-8")
    return Workspace(workspace)


def test_a_teacher_s_file_takes_the_place_of_ours(tmp_path: Path) -> None:
    (task,) = read_tasks(workspace=write(tmp_path, ONE))
    assert (task.key, task.done, task.answers) == ("mine", {"network layers": "> 3"}, ())
    assert isinstance(task, Task)


def test_the_example_of_the_documentation_is_one(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "lesson.md").read_text(encoding="utf-8")
    (task,) = read_tasks(workspace=write(tmp_path, page.split("```toml\n")[1].split("```")[0]))
    now = facts(swapped(preset(task.network), 2, strides=(1, 1)))
    assert missing(task.done, now) == []
    assert fill(task.answer, now) == f"{256 - 5 + 1}"
    told = {*now, "training images", "run epochs", "run batch size", "run learning rate"}
    told |= {"run images", "run steps"}
    for name in re.findall("`((?:dataset|training|image|augmentation|network|run) [a-z ]+)`", page):
        assert name in told


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "it has no [[task]]"),
        ("task = 3", "it has not 1 to 50 tasks"),
        ("[[task", "Expected"),
        ("a = " + "[" * 100_000, "nested"),
        ("#" * 300_000, "it has more than 256 KiB"),
        (ONE + ONE, "two tasks have one key"),
        (ONE.replace("[task.done]", "[task.finished]"), "has finished, which no task has"),
        (ONE.replace('title = "Mine"', "title = 3"), "has no text as title"),
        (ONE.replace('"mine"', '"My Own"'), "is not made of a to z, 0 to 9 and -"),
        (ONE.replace('"architecture"', '"results"'), "is none of dataset, architecture, training"),
        (ONE.replace("[task.done]", "size = 5\n[task.done]"), "is no number from 32 to 1024"),
        (ONE.replace('"{network layers}"', '"many"'), "is not one fact, as {Conv2D 1 height}"),
        (ONE.replace('"> 3"', "[3]"), "is no number, text, true or false"),
    ],
)  # fmt: skip
def test_a_file_that_makes_no_sense_says_why(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_tasks(workspace=write(tmp_path, text))
    assert caught.value.code == "lesson"
    assert caught.value.what.startswith("The tasks in lesson.toml cannot be used: ")
    assert what in caught.value.what
    assert "delete it to have the tasks that come with it" in caught.value.remedy
