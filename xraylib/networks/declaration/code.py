"""A layer as a line of Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from xraylib.markup import quoted

WIDTH: Final = 92
"""Longest line of generated code."""


class L2(NamedTuple):
    """A setting of a Keras layer that is ``keras.regularizers.L2(amount)``."""

    amount: float


@dataclass(frozen=True)
class Call:
    """A call as it is written: ``layers.Dense(units=3)``.

    Attributes:
        function: What is called.
        arguments: As they are written; one may be a call itself.
    """

    function: str
    arguments: tuple[str | Call, ...]

    @property
    def line(self) -> str:
        """All of it on one line."""
        given = (part.line if isinstance(part, Call) else part for part in self.arguments)
        return f"{self.function}({', '.join(given)})"

    def indented(self, indent: str) -> str:
        """On one line behind ``indent`` with a comma at its end; broken where that is too long."""
        whole = f"{indent}{self.line},"
        if len(whole) <= WIDTH:
            return whole
        deeper = indent + "    "
        lines = [
            part.indented(deeper) if isinstance(part, Call) else f"{deeper}{part},"
            for part in self.arguments
        ]
        return "\n".join([f"{indent}{self.function}(", *lines, f"{indent}),"])


def literal(value: Any) -> str:
    """A value as one writes it: ``1 / 255`` rather than 0.00392156862745098."""
    if isinstance(value, L2):
        return f"keras.regularizers.L2({value.amount!r})"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float) and 0 < abs(value) < 0.01:
        divisor = round(1 / value)
        if 1 / divisor == value and divisor % 10:
            return f"1 / {divisor}" if divisor > 0 else f"-1 / {-divisor}"
    return repr(value)
