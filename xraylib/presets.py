"""Values that are ready to use, by their names, each with the reason to choose it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any, Generic, TypeVar

from xraylib.errors import XrayError

Value = TypeVar("Value")
Refuse = Callable[[str, str, str], XrayError]
"""Makes the error of what, expected and remedy."""


class Presets(Mapping[str, Value], Generic[Value]):
    """A read-only mapping from names to values, in the order in which one would try them.

    ``PRESETS["lesson-cnn"]`` is the value, ``PRESETS.note("lesson-cnn")`` why one would choose it.

    Args:
        noun: What one of them is called in an error, for example ``"network"``.
        values: Value and note, a sentence, by name.
        refuse: Makes the error for an unknown name.
    """

    def __init__(
        self, noun: str, values: Mapping[str, tuple[Value, str]], *, refuse: Refuse
    ) -> None:
        self._noun = noun
        self._values = dict(values)
        self._refuse = refuse

    def __getitem__(self, name: str) -> Value:
        """The value called ``name``.

        Raises:
            XrayError: There is none; names the nearest.
        """
        return self._found(name)[0]

    def note(self, name: str) -> str:
        """Why one would choose it, in one sentence.

        Raises:
            XrayError: There is none; names the nearest.
        """
        return self._found(name)[1]

    def get(self, name: str, default: Any = None) -> Any:
        """The value called ``name``, or ``default`` where there is none."""
        return self._values[name][0] if name in self else default

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        lines = "".join(f"\n  {name}: {note}" for name, (_, note) in self._values.items())
        return f"{len(self)} presets:{lines}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td>{escape(note)}</td></tr>"
            for name, (_, note) in self._values.items()
        )
        return f"<table><tr><th>name</th><th>why</th></tr>{rows}</table>"

    def _found(self, name: object) -> tuple[Value, str]:
        if isinstance(name, str) and name in self._values:
            return self._values[name]
        given = name if isinstance(name, str) else ""
        close = difflib.get_close_matches(given, self._values, n=1, cutoff=0.3)
        raise self._refuse(
            f"There is no {self._noun} called {name!r:.60}",
            "one of " + ", ".join(self._values),
            f"write {close[0]} if that was meant" if close else "choose one of them",
        )
