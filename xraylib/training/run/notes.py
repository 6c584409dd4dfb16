"""What people write about a run: the only thing of a run that changes after its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from xraylib.arguments import checked_fields
from xraylib.errors import RunError
from xraylib.records import read_if_kept, texts
from xraylib.training.run.runs import Run
from xraylib.workspace import write_json

MAX_NAME = 60
MAX_NOTE = 2_000
MAX_TAGS = 10
MAX_TAG = 30


@checked_fields
@dataclass(frozen=True, kw_only=True)
class Notes:
    """A run's name, remarks and tags.

    Attributes:
        name: For lists, at most 60 characters on one line; may be empty.
        note: Anything worth remembering, at most 2,000 characters.
        tags: Words to find it by, at most 10 of 30 characters, without commas.
    """

    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()


def read_notes(run: Run) -> Notes:
    """The notes of ``run``; empty where nobody wrote any.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    found = read_if_kept(
        run.folder / "notes.json",
        lambda value: Notes(
            name=value.get("name", ""),
            note=value.get("note", ""),
            tags=texts(value.get("tags", ())),
        ),
    )
    return found or Notes()


def write_notes(run: Run, notes: Notes) -> None:
    """Replaces the notes of ``run`` in one step; weights, curves and results stay as they were.

    Raises:
        RunError: code ``notes``: the name has a line break, or a text is too long; code ``tags``.
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
    if len(notes.tags) > MAX_TAGS or not all(map(_is_tag, notes.tags)):
        raise RunError(
            f"The tags are {', '.join(notes.tags)[:80]!r}",
            expected=f"at most {MAX_TAGS}, each of 1 to {MAX_TAG} characters without a comma",
            remedy="shorten them, or take some away",
            code="tags",
        )
    write_json(run.folder / "notes.json", asdict(notes))


def tags_in(text: str) -> tuple[str, ...]:
    """The tags in a text, separated by commas, each once."""
    found = (part.strip() for part in text.split(","))
    return tuple(dict.fromkeys(part for part in found if part))


def _is_tag(tag: str) -> bool:
    return 1 <= len(tag) <= MAX_TAG and tag.isprintable() and "," not in tag and bool(tag.strip())
