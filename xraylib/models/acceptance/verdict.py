"""Whether a model may be tried in a place, by rules that are written down.

The burden of proof is the model's: what is not shown to be better than guessing is not to be used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

from xraylib.json_values import JsonObject
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.shares import interval_of_share
from xraylib.rounding import rounded

Code = Literal["do-not-use", "cannot-tell", "no-objection"]

TITLES: Final[Mapping[Code, str]] = {
    "do-not-use": "Do not use here",
    "cannot-tell": "Cannot be told from these X-rays",
    "no-objection": "Nothing here speaks against trying it",
}
FEWEST: Final = 50
"""Images under which nothing is said for a model."""
FEWEST_OF_CLASS: Final = 10
"""Images of a class under which nothing is said of it."""
MOST_STRANGE: Final = 0.2
"""The share of strange images that nearly surely may not be passed."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What follows from an acceptance test.

    Attributes:
        code: ``"do-not-use"``, ``"cannot-tell"`` or ``"no-objection"``.
        reasons: Why, in sentences without their full stop.
        remarks: What else is to be known.
    """

    code: Code
    reasons: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The same for people."""
        return TITLES[self.code]

    def to_json(self) -> JsonObject:
        """The fields, with the title."""
        return {
            "code": self.code,
            "title": self.title,
            "reasons": list(self.reasons),
            "remarks": list(self.remarks),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError: It is none.
        """
        code = value["code"]
        if code not in TITLES:
            raise KeyError(code)
        return cls(
            code=code,
            reasons=tuple(map(str, value["reasons"])),
            remarks=tuple(map(str, value["remarks"])),
        )


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a verdict rests on.

    Attributes:
        here: How good the model is on the images.
        strange: Share of them that are unlike its training images.
        testing: ``Bundle.metrics``.
        unanswered: How many of them it gives no answer to.
        same_images: Whether the images are those that it was made with.
        patients_told: Whether a name or a table tells any patient.
    """

    here: Evaluation
    strange: Score
    testing: Mapping[str, Any]
    unanswered: int
    same_images: bool
    patients_told: bool = True


def verdict_of(facts: Facts) -> Verdict:
    """The verdict by these rules, the first that holds.

    1. These are the images that the model was made with: it cannot be told.
    2. Not to be used: surely more than a fifth of the images are unlike its training images or get
       no answer; a class with 10 images or more surely has less recall than in testing (Newcombe
       1998, his method 10), or surely under a half.
    3. Under 50 images, or under 10 of a class: it cannot be told.
    4. Not to be used: mean recall of the classes is not shown to be above guessing.
    5. More than a fifth of the images are unlike its training images or get no answer, which may
       be chance: it cannot be told.
    6. Else nothing speaks against it.
    """
    here, remarks = facts.here, tuple(_remarks(facts))
    if facts.same_images:
        same = "these are the very X-rays that it was made with, which say nothing of another place"
        return Verdict(code="cannot-tell", reasons=(same,), remarks=remarks)
    against = (*(tuple(_strange(facts.strange)) or _unanswered(facts)), *_worse(facts))
    if against:
        return Verdict(code="do-not-use", reasons=against, remarks=remarks)
    few = tuple(_too_few(here))
    if few:
        return Verdict(code="cannot-tell", reasons=few, remarks=remarks)
    unproved = tuple(_no_better_than_guessing(here))
    if unproved:
        return Verdict(code="do-not-use", reasons=unproved, remarks=remarks)
    doubtful = tuple(_perhaps_strange(facts))
    if doubtful:
        return Verdict(code="cannot-tell", reasons=doubtful, remarks=remarks)
    guessing = 1 / len(here.classes)
    well = (
        f"mean recall {here.balanced_accuracy}, where guessing gives {rounded(guessing)}, and no "
        "class is surely worse than in its own testing"
    )
    return Verdict(code="no-objection", reasons=(well,), remarks=remarks)


def _strange(strange: Score) -> Iterator[str]:
    if strange.interval is not None and strange.interval.low > MOST_STRANGE:
        yield (
            f"{strange} of these X-rays are unlike those that it learned from, surely more than "
            f"{MOST_STRANGE:.0%}"
        )


def _unanswered(facts: Facts) -> Iterator[str]:
    share = facts.unanswered / facts.here.n
    ends = interval_of_share(share, facts.here.patients, images=facts.here.n)
    if ends.low > MOST_STRANGE:
        yield (
            f"it gives no answer to {Score(share, ends)} of these X-rays, surely more than "
            f"{MOST_STRANGE:.0%}"
        )


def _perhaps_strange(facts: Facts) -> Iterator[str]:
    most = f"{MOST_STRANGE:.0%}"
    if facts.strange.value is not None and facts.strange.value > MOST_STRANGE:
        yield (
            f"more than {most} of these X-rays are unlike those that it learned from, perhaps by "
            "chance"
        )
    if facts.unanswered > MOST_STRANGE * facts.here.n:
        yield f"more than {most} of these X-rays would get no answer here, perhaps by chance"


def _worse(facts: Facts) -> Iterator[str]:
    of_testing = facts.testing.get("per_class") or {}
    for name, own in facts.here.per_class.items():
        now = own.recall
        if own.support < FEWEST_OF_CLASS or now.value is None or now.interval is None:
            continue
        before = of_testing.get(name) or {}
        value, ends = before.get("recall"), before.get("recall_ci")
        if value is not None and ends:
            highest = now.value - value + math.hypot(now.interval.high - now.value, value - ends[0])
            if highest < 0:
                yield (
                    f"it finds fewer of the {name} X-rays than in its own testing: {now} here, "
                    f"{rounded(value)} ({rounded(ends[0])} to {rounded(ends[1])}) there"
                )
                continue
        if now.interval.high < 0.5:
            yield f"it surely misses more than half of the {name} X-rays: recall {now}"


def _too_few(here: Evaluation) -> Iterator[str]:
    if here.n < FEWEST:
        yield f"{here.n} X-rays are too few: {FEWEST} to 200 are needed"
    for name, own in here.per_class.items():
        if own.support < FEWEST_OF_CLASS:
            yield f"{own.support} {name} X-rays are too few: {FEWEST_OF_CLASS} are needed"


def _no_better_than_guessing(here: Evaluation) -> Iterator[str]:
    score, guessing = here.balanced_accuracy, 1 / len(here.classes)
    if score.value == 1:
        return
    if score.interval is None or score.interval.low <= guessing:
        yield (
            f"it is not shown to be better than guessing here: mean recall {score}, where guessing "
            f"gives {rounded(guessing)}"
        )


def _remarks(facts: Facts) -> Iterator[str]:
    if facts.strange.value is None:
        yield "whether these X-rays are like its training X-rays cannot be told by this model"
    elif facts.strange.value > 0 and not tuple(_strange(facts.strange)):
        yield f"{facts.strange} of these X-rays are unlike those that it learned from"
    if facts.unanswered:
        yield (
            f"{facts.unanswered} of the {facts.here.n} X-rays would get no answer here; the "
            "figures count what it would have said of them"
        )
    if not facts.patients_told:
        yield "nothing tells the patients, so each X-ray counts as one; sure copies count as one"
