"""The answer to a command that was given before, where nothing that it was made of has changed.

Looking whether a folder changed takes milliseconds, loading NumPy and Arrow to count again what
was counted half a second. So a command may keep what it said, with the state of all that it
looked at; the same words in the same place are answered from there while that state is the same.
A folder's state is the name, kind, size and time of the last change of everything in it, as an
index takes an image for unchanged. Only the standard library is loaded here.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from xraylib.errors import XrayError
from xraylib.regular import read_regular
from xraylib.settings import read_settings
from xraylib.version import VERSION

ANSWERS: Final = "answers"
"""The folder of the workspace."""

_COMMANDS: Final = ("scan",)
_MOST_ANSWERS: Final = 64
_MOST_BYTES: Final = 8 * 2**20
_FORM: Final = 1
_LOOKS: Final = ("COLUMNS", "TERM", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "PYTHONUTF8")
"""What else of the environment decides how a table looks."""
_PACKAGE: Final = Path(__file__).resolve().parents[2]
_ROOMS: Final = ("", "cli", "datasets", "images", "audit")


class Answer:
    """What a command said, and what it was made of.

    Args:
        file: Where it is kept.
        workspace: The folder whose data sets it may be made of.
    """

    def __init__(self, file: Path, workspace: Path) -> None:
        self.file = file
        self.workspace = workspace
        self._made_of: dict[str, Any] | None = None
        self._said: list[tuple[str, str]] = []

    def is_given(self) -> bool:
        """Whether the answer still holds; then it has been given.

        Raises:
            BrokenPipeError: Nobody reads it.
        """
        try:
            kept = json.loads(read_regular(self.file, _MOST_BYTES))
            root, files, said = kept["root"], kept["files"], kept["said"]
            if kept["made_of"] != self._state(root, files) or not _are_words(said):
                return False
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return False
        for where, text in said:
            (sys.stdout if where == "out" else sys.stderr).write(text)
        sys.stdout.flush()
        return True

    def made_of(self, root: Path, files: Iterable[str] = ()) -> None:
        """What the command is going to look at; without this nothing is kept.

        It has to be told before the command looks: what changes after it is seen next time.

        Args:
            root: The folder of images.
            files: Tables outside of it.
        """
        named = sorted({str(file) for file in files})
        with suppress(OSError):
            state = self._state(str(root), named)
            if state is not None:
                self._made_of = {"root": str(root), "files": named, "made_of": state}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Whatever is written to the standard streams meanwhile is the answer."""
        before = sys.stdout, sys.stderr
        sys.stdout = _Heard(before[0], "out", self._said)
        sys.stderr = _Heard(before[1], "err", self._said)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = (sys.stdout and before[0]), before[1]

    def keep(self) -> None:
        """Keeps what was said. A workspace that cannot be written to only costs time."""
        if self._made_of is None:
            return
        from xraylib.workspace import write_atomic

        text = json.dumps({**self._made_of, "said": self._said})
        if len(text) > _MOST_BYTES:
            return
        with suppress(XrayError, OSError):
            write_atomic(self.file, text.encode())
            kept = sorted(self.file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
            for old in kept[:-_MOST_ANSWERS]:
                old.unlink()

    def _state(self, root: str, files: Sequence[str]) -> str | None:
        """Of the folder, of the files and of all that is known of data sets; None is never kept."""
        told = hashlib.sha256(os.path.realpath(root).encode("utf-8", "surrogateescape"))
        records = sorted((self.workspace / "datasets").glob("*/dataset.json"))
        for file in (*map(str, records), *files):
            facts = os.stat(file)  # noqa: PTH116
            told.update(f"\0{file}\0{facts.st_size}\0{facts.st_mtime_ns}".encode(errors="replace"))
        return told.hexdigest() if _add_folder(told, root) else None


def answer_to(words: Sequence[str]) -> Answer | None:
    """The place of the answer to a command line of this process; None where none is kept."""
    if not words or words[0] not in _COMMANDS:
        return None
    try:
        workspace = _named_workspace(words) or read_settings().workspace
        looks: list[Any] = [_FORM, VERSION, sys.version, os.getcwd(), *words]  # noqa: PTH109
        for name in sorted(os.environ):
            if name in _LOOKS or name.startswith("XRAYLIB_"):
                looks.append((name, os.environ[name]))
        for stream in (sys.stdout, sys.stderr):
            looks += [stream.encoding, stream.isatty()]
            if stream.isatty():
                looks.append(os.get_terminal_size(stream.fileno()))
        key = hashlib.sha256(json.dumps(looks).encode())
        for room in _ROOMS:
            _add_folder(key, str(_PACKAGE / room), deep=room != "", only=".py")
    except (XrayError, OSError, AttributeError, ValueError):
        return None
    return Answer(workspace / ANSWERS / f"{key.hexdigest()[:32]}.json", workspace)


class _Heard:
    """A stream whose text is put down too."""

    def __init__(self, stream: IO[str], name: str, said: list[tuple[str, str]]) -> None:
        self._stream, self._name, self._said = stream, name, said

    def write(self, text: str) -> int:
        self._said.append((self._name, text))
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _named_workspace(words: Sequence[str]) -> Path | None:
    for place, word in enumerate(words):
        if word == "--workspace" and place + 1 < len(words):
            return Path(words[place + 1]).expanduser().absolute()
        if word.startswith("--workspace="):
            return Path(word.partition("=")[2]).expanduser().absolute()
    return None


def _add_folder(told: Any, top: str, *, deep: bool = True, only: str = "") -> bool:
    """Adds a folder's state to a hash; False where a link in it may lead to what changes unseen."""
    pending = [top]
    while pending:
        place = pending.pop()
        lines, below = [], []
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_symlink():
                    return False
                if entry.is_dir(follow_symlinks=False):
                    if not only:
                        lines.append(f"{entry.name}/")
                    if deep:
                        below.append(entry.path)
                elif entry.name.endswith(only):
                    facts = entry.stat(follow_symlinks=False)
                    kind = stat.S_IFMT(facts.st_mode)
                    lines.append(f"{entry.name}\0{kind}\0{facts.st_size}\0{facts.st_mtime_ns}")
        pending += sorted(below)
        lines.sort()
        told.update("\0\0".join((place, *lines)).encode("utf-8", "surrogateescape"))
    return True


def _are_words(said: Any) -> bool:
    """Raises ``ValueError`` where a word is no text that can be written."""
    return isinstance(said, list) and all(
        isinstance(one, list)
        and len(one) == 2
        and all(isinstance(part, str) and part.encode() is not None for part in one)
        for one in said
    )
