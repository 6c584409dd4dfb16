"""How far somebody is with the tasks, kept in the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from xraylib.json_values import JsonObject
from xraylib.records import moment, read_if_kept
from xraylib.workspace import Workspace, WorkspaceLike, write_json, writing

KEPT: Final = "lesson.json"
_MOST_LETTERS: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A task that was begun.

    Attributes:
        guess: What was predicted.
        at: When, seconds since 1970.
        answer: What came out; empty as long as it is not done.
        because: Why, in the words that belong to what was done.
    """

    guess: str
    at: float
    answer: str = ""
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """All of it.

    Attributes:
        tried: By the task's key.
        folded: Whether the tasks are put away.
    """

    tried: Mapping[str, Tried] = field(default_factory=dict)
    folded: bool = False

    def done(self, key: str) -> bool:
        """Whether this task is done."""
        return key in self.tried and bool(self.tried[key].answer)

    def with_tried(self, key: str, tried: Tried) -> Progress:
        """With one task further."""
        return Progress(tried={**self.tried, key: tried}, folded=self.folded)

    def to_json(self) -> JsonObject:
        """The content of ``lesson.json``."""
        tried: JsonObject = {key: asdict(one) for key, one in self.tried.items()}
        return {"folded": self.folded, "tried": tried}


def read_progress(*, workspace: WorkspaceLike | None = None) -> Progress:
    """What is kept; nothing was done where there is no file.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    remedy = "delete it; the tasks then begin anew"
    return read_if_kept(_file(workspace), _progress, remedy=remedy) or Progress()


def keep_progress(progress: Progress, *, workspace: WorkspaceLike | None = None) -> None:
    """Writes it.

    Raises:
        PathError: The workspace cannot be written.
    """
    write_json(_file(workspace), progress.to_json())


def forget_progress(*, workspace: WorkspaceLike | None = None) -> None:
    """Begins anew.

    Raises:
        PathError: It cannot be deleted.
    """
    file = _file(workspace)
    with writing("The progress with the tasks", file):
        file.unlink(missing_ok=True)


def _file(workspace: WorkspaceLike | None) -> Path:
    return Workspace.open(workspace).root / KEPT


def _progress(value: dict[str, Any]) -> Progress:
    folded = value["folded"]
    if type(folded) is not bool:
        raise TypeError("folded is neither true nor false")
    tried = value["tried"].items()
    return Progress(folded=folded, tried={str(key): _tried(one) for key, one in tried})


def _tried(value: dict[str, Any]) -> Tried:
    texts = {name: value[name] for name in ("guess", "answer", "because")}
    if not all(type(one) is str and len(one) <= _MOST_LETTERS for one in texts.values()):
        raise TypeError("a guess or an answer is no text")
    return Tried(at=moment(value["at"]), **texts)
