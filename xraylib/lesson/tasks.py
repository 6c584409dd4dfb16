"""What a task is, and the small file that tasks are read from: ours, or a teacher's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from xraylib.errors import ConfigError
from xraylib.lesson.task_facts import FACTS_IN, Fact
from xraylib.networks.presets import PRESETS
from xraylib.records import WRONG
from xraylib.regular import read_head
from xraylib.workspace import Workspace, WorkspaceLike

OWN: Final = "lesson.toml"
"""In the workspace: a teacher's tasks, in place of ours."""
_OURS: Final = Path(__file__).with_name("tasks.toml")
_MOST: Final = 256 * 1024
_MOST_TASKS: Final = 50
_MOST_LETTERS: Final = 2_000
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PAGES: Final = ("dataset", "architecture", "training")
_VIEWS: Final = ("X-rays", "Audit", "Map", "Numbers", "Unreadable", "Augmentation", "Preparation")
_SIDES: Final = (32, 1024)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task.

    Attributes:
        key: Under which progress is kept.
        title: A few words.
        question: What is to be predicted.
        do: What is to be done then.
        because: Why it comes out so; may name facts as ``{Conv2D 1 height}``.
        page: Where it is done: ``dataset``, ``architecture`` or ``training``.
        done: Facts that hold once it is done. A text that begins with ``>``, ``<`` or ``!=``
            compares.
        answer: What comes out: text with facts in it, and one fact alone where a number is asked.
        answers: What can be chosen as a guess; a number is asked where this is empty.
        mistakes: What to say of a guess.
        view: Tab of the Dataset page.
        network: Name of the preset that it begins with.
        size: Pixels of height and width that it begins with.
    """

    key: str
    title: str
    question: str
    do: str
    because: str
    page: str
    done: Mapping[str, Fact]
    answer: str
    answers: tuple[str, ...] = ()
    mistakes: Mapping[str, str]
    view: str = ""
    network: str = ""
    size: int = 0


def read_tasks(*, workspace: WorkspaceLike | None = None) -> tuple[Task, ...]:
    """The teacher's tasks where the workspace has some, else ours, in order.

    Raises:
        ConfigError: code ``lesson``: the file cannot be read, or a task makes no sense.
    """
    own = Workspace.open(workspace).root / OWN
    file = own if own.exists() else _OURS
    try:
        text = read_head(file, _MOST + 1)
        if len(text) > _MOST:
            raise ValueError(f"it has more than {_MOST // 1024} KiB")
        told = tomllib.loads(text.decode("utf-8"))
        tasks = told["task"]
        if not isinstance(tasks, list) or not 0 < len(tasks) <= _MOST_TASKS:
            raise ValueError(f"it has not 1 to {_MOST_TASKS} tasks")
    except KeyError:
        raise _refused("it has no [[task]]") from None
    except OSError as error:
        raise _refused(error.strerror or "it cannot be read") from None
    except RecursionError:
        raise _refused("it is nested too deeply") from None
    except WRONG as error:
        raise _refused(str(error)) from None
    made = tuple(_task(number, one) for number, one in enumerate(tasks, start=1))
    if len({task.key for task in made}) < len(made):
        raise _refused("two tasks have one key")
    return made


def _task(number: int, told: Any) -> Task:
    """A task of the file."""
    if not isinstance(told, dict):
        raise _refused(f"task {number} is no table")
    where = f"task {number} ({told['key']})" if isinstance(told.get("key"), str) else None
    where = where or f"task {number}"
    names = {field.name for field in fields(Task)}
    if unknown := sorted(set(told) - names):
        raise _refused(f"{where} has {unknown[0]}, which no task has")
    texts = ("key", "title", "question", "do", "because", "page", "answer")
    for name in (*texts, "view", "network"):
        value = told.get(name, "" if name not in texts else None)
        if not isinstance(value, str) or (name in texts and not value.strip()):
            raise _refused(f"{where} has no text as {name}")
        if len(value) > _MOST_LETTERS:
            raise _refused(f"{name} of {where} has more than {_MOST_LETTERS:,} letters")
    if not _KEY.fullmatch(told["key"]):
        raise _refused(f"the key of {where} is not made of a to z, 0 to 9 and -")
    for name, allowed in (("page", _PAGES), ("view", ("", *_VIEWS)), ("network", ("", *PRESETS))):
        if told.get(name, "") not in allowed:
            raise _refused(f"{name} of {where} is none of {', '.join(filter(None, allowed))}")
    size = told.get("size", 0)
    if type(size) is not int or (size and not _SIDES[0] <= size <= _SIDES[1]):
        raise _refused(f"size of {where} is no number from {_SIDES[0]} to {_SIDES[1]}")
    done, mistakes = told.get("done"), told.get("mistakes", {})
    if not isinstance(done, dict) or not done:
        raise _refused(f"{where} does not say with [task.done] what holds once it is done")
    for name, value in done.items():
        if type(value) not in (int, float, bool, str):
            raise _refused(f"{name} of {where} is no number, text, true or false")
    if not isinstance(mistakes, dict) or not all(isinstance(one, str) for one in mistakes.values()):
        raise _refused(f"{where} has mistakes that are no text")
    answers = told.get("answers", [])
    if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        raise _refused(f"{where} has answers that are no list of texts")
    if not answers and not FACTS_IN.fullmatch(told["answer"]):
        raise _refused(f"the answer of {where} is not one fact, as {{Conv2D 1 height}}")
    given = {**told, "answers": tuple(answers), "mistakes": mistakes}
    return Task(**given)


def _refused(what: str) -> ConfigError:
    return ConfigError(
        f"The tasks in {OWN} cannot be used: {what}",
        expected="a file of tasks as docs/lesson.md shows one",
        remedy=f"mend {OWN} in the workspace, or delete it to have the tasks that come with it",
        code="lesson",
    )
