"""What people write about a run: the only thing of a run that changes after its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from xraylib.arguments import checked_fields
from xraylib.errors import RunError
from xraylib.records import read_if_kept
from xraylib.training.run.runs import Run
from xraylib.workspace import write_json

MAX_NAME = 60
MAX_NOTE = 2_000


@checked_fields
@dataclass(frozen=True, kw_only=True)
class Notes:
    """A run's name and remarks.

    Attributes:
        name: For lists, at most 60 characters on one line; may be empty.
        note: Anything worth remembering, at most 2,000 characters.
    """

    name: str = ""
    note: str = ""


def read_notes(run: Run) -> Notes:
    """The notes of ``run``; empty where nobody wrote any.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    found = read_if_kept(
        run.folder / "notes.json",
        lambda value: Notes(name=value.get("name", ""), note=value.get("note", "")),
    )
    return found or Notes()


def write_notes(run: Run, notes: Notes) -> None:
    """Replaces the notes of ``run`` in one step; weights, curves and results stay as they were.

    Raises:
        RunError: code ``notes``: the name has a line break, or a text is too long.
        PathError: code ``cannot-write``.
    """
    one_line = notes.name.isprintable()
    if not one_line or len(notes.name) > MAX_NAME or len(notes.note) > MAX_NOTE:
        raise RunError(
            f"The name has {len(notes.name)} and the note {len(notes.note):,} characters",
            expected=f"a name of at most {MAX_NAME} characters on one line and a note of at most "
            f"{MAX_NOTE:,}",
            remedy="shorten them",
            code="notes",
        )
    write_json(run.folder / "notes.json", asdict(notes))
