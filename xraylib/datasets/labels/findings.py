"""Which findings each image of a data set has: present, absent, unknown or uncertain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import refused_argument
from xraylib.errors import ConfigError
from xraylib.type_hints import is_a

PRESENT: Final = 1
ABSENT: Final = 0
UNKNOWN: Final = -1
UNCERTAIN: Final = -2

Kind = Literal["multilabel", "single"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Uncertain = Literal["ignore", "present", "absent"]
UNCERTAIN_POLICIES: Final[tuple[Uncertain, ...]] = get_args(Uncertain)

_WORDS: Final = {"present": PRESENT, "absent": ABSENT, "unknown": UNKNOWN, "uncertain": UNCERTAIN}


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """What a table says of every image.

    Attributes:
        names: Of the findings, each once.
        values: int8 ``(images, findings)``, in the order of the index's rows: 1 present, 0 absent,
            -1 unknown (nothing is said, or the image has no row), -2 uncertain.
        kind: ``"single"`` where each image is of one class, ``"multilabel"`` where it may have
            several findings.
        form: How the table is written, for example ``"nih"``; see `xraylib.datasets.labels.forms`.

    Raises:
        ConfigError: code ``argument``: other shapes, types or values.
    """

    names: tuple[str, ...]
    values: NDArray[np.int8]
    kind: Kind
    form: str = ""

    def __post_init__(self) -> None:
        if not is_a(self.names, tuple[str, ...]) or len(set(self.names)) != len(self.names):
            raise refused_argument(
                "names", self.names, "a tuple of names, each once", of="Findings"
            )
        values = self.values
        shaped = (
            isinstance(values, np.ndarray)
            and values.dtype == np.int8
            and values.ndim == 2
            and values.shape[1] == len(self.names)
        )
        if not shaped or (values.size and not -2 <= values.min() <= values.max() <= 1):
            expected = f"int8 (images, {len(self.names)}) of 1, 0, -1 and -2"
            raise refused_argument("values", values, expected, of="Findings")
        if self.kind not in KINDS:
            raise refused_argument("kind", self.kind, " or ".join(KINDS), of="Findings")

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_] | Sequence[int]) -> Findings:
        """The same findings of these rows alone: numbers, or a mask over all."""
        return replace(self, values=self.values[np.asarray(rows)])

    def given(self, classes: Mapping[int, str]) -> Findings:
        """The same with another class for some rows; findings of several an image stay as they are.

        Args:
            classes: ``{row: class}``, also ones that there were not.
        """
        if self.kind != "single" or not classes:
            return self
        nothing = f"No {self.names[0]}" if len(self.names) == 1 else ""
        new = sorted(set(classes.values()) - {*self.names, nothing})
        values = np.full((len(self), len(self.names) + len(new)), ABSENT, np.int8)
        values[:, : len(self.names)] = self.values
        names = (*self.names, *new)
        for row, name in classes.items():
            values[row] = ABSENT
            if name in names:
                values[row, names.index(name)] = PRESENT
        return replace(self, names=names, values=values)

    def counts(self) -> dict[str, dict[str, int]]:
        """``{finding: {"present", "absent", "unknown", "uncertain"}}``, each a number of images."""
        of = {word: (self.values == value).sum(axis=0) for word, value in _WORDS.items()}
        return {
            name: {word: int(numbers[at]) for word, numbers in of.items()}
            for at, name in enumerate(self.names)
        }

    def together(self) -> NDArray[np.int64]:
        """``(findings, findings)``: images that have both; the diagonal counts each finding."""
        present = np.equal(self.values, PRESENT).astype(np.float64)
        both: NDArray[np.int64] = np.rint(present.T @ present).astype(np.int64)
        return both

    def same_as(self, other: Findings | None) -> bool:
        """Whether both say the same of the same images."""
        return (
            other is not None
            and (self.names, self.kind, self.form) == (other.names, other.kind, other.form)
            and np.array_equal(self.values, other.values)
        )


def policy(values: NDArray[np.int8], uncertain: Uncertain = "ignore") -> NDArray[np.int8]:
    """The values with what is uncertain decided: 1, 0 and -1 (unknown) alone, of the same shape.

    Args:
        values: As in `Findings`.
        uncertain: ``"ignore"`` makes it unknown; ``"present"`` and ``"absent"`` are the policies
            U-Ones and U-Zeros of Irvin et al., "CheXpert", 2019, https://arxiv.org/abs/1901.07031

    Raises:
        ConfigError: code ``uncertain``: there is no such policy.
    """
    if uncertain not in UNCERTAIN_POLICIES:
        raise ConfigError(
            f"What is uncertain is to be {uncertain!r}",
            expected=f"one of: {', '.join(UNCERTAIN_POLICIES)}",
            remedy="choose one of these",
            code="uncertain",
        )
    decided = {"ignore": UNKNOWN, "present": PRESENT, "absent": ABSENT}[uncertain]
    return np.where(values == UNCERTAIN, np.int8(decided), values).astype(np.int8)
