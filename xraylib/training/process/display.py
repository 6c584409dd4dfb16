"""Progress of something long where Python runs: a line in a terminal, a bar in a notebook."""

from __future__ import annotations

import shutil
import sys
from html import escape
from importlib import import_module
from typing import Any, Final, Protocol

_BAR: Final = 24


class Display(Protocol):
    """Somewhere that tells people how far something is."""

    def show(self, share: float, words: str) -> None:
        """Tells that ``share`` (0 to 1) is done, and what is being done."""

    def say(self, words: str) -> None:
        """Tells something that stays."""

    def close(self) -> None:
        """Takes the bar away."""


def open_display() -> Display:
    """A bar in a notebook or on a terminal's standard error; elsewhere only `Display.say`."""
    if _in_notebook():
        return _Notebook()
    return _Terminal() if sys.stderr.isatty() else _Silent()


class _Silent:
    def show(self, share: float, words: str) -> None:
        pass

    def say(self, words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    def close(self) -> None:
        pass


class _Terminal(_Silent):
    def __init__(self) -> None:
        self._drawn = ""

    def show(self, share: float, words: str) -> None:
        full = round(_BAR * min(max(share, 0.0), 1.0))
        line = f"{'█' * full}{'·' * (_BAR - full)} {share:4.0%}  {words}"
        line = line[: shutil.get_terminal_size().columns - 1]
        if line != self._drawn:
            sys.stderr.write(f"\r{line}{' ' * (len(self._drawn) - len(line))}")
            sys.stderr.flush()
            self._drawn = line

    def say(self, words: str) -> None:
        self.close()
        super().say(words)

    def close(self) -> None:
        if self._drawn:
            sys.stderr.write(f"\r{' ' * len(self._drawn)}\r")
            sys.stderr.flush()
            self._drawn = ""


class _Notebook(_Silent):
    def __init__(self) -> None:
        self._shell: Any = import_module("IPython.display")
        self._handle: Any = None
        self._drawn = ""

    def show(self, share: float, words: str) -> None:
        drawn = f'<progress value="{share:.3f}" max="1"></progress> {escape(words)}'
        if drawn == self._drawn:
            return
        self._drawn = drawn
        picture = self._shell.HTML(drawn)
        if self._handle is None:
            self._handle = self._shell.display(picture, display_id=True)
        else:
            self._handle.update(picture)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.update(self._shell.HTML(""))
            self._handle, self._drawn = None, ""


def _in_notebook() -> bool:
    """Whether this is the kernel of a notebook; asks nothing unless IPython runs already."""
    running = sys.modules.get("IPython")
    shell = running.get_ipython() if running is not None else None
    return getattr(shell, "kernel", None) is not None
