"""How many judged images training knew, and what an accuracy is worth beside a shortcut, in words.

One count and one sentence for Results, ``evaluate``, comparisons, reports, cards and Classify.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from xraylib.audit.report import Finding
from xraylib.json_values import JsonObject
from xraylib.metrics.measured import Score
from xraylib.rounding import rounded


@dataclass(frozen=True, kw_only=True)
class KnownImages:
    """Judged images that training knew; an image counts once, as the first kind that it is of.

    Attributes:
        images: How many were judged.
        same_bytes: The very file is in training.
        changed: The same picture is, changed in size, contrast, frame or compression.
        same_patient: Another image of the patient is.
        audited: Whether changed copies were looked for.
        validated: Others of which validation, by which training was watched, has the picture or
            another image of the patient.
        shortcut: The accuracy that the audit reached without looking at the anatomy, or None.
        shortcuts: ``{finding: AUC}`` that it so reached, where an image may have several.
    """

    images: int
    same_bytes: int
    changed: int
    same_patient: int
    audited: bool
    shortcut: float | None = None
    shortcuts: Mapping[str, float] = field(default_factory=dict)
    validated: int = 0

    @property
    def copies(self) -> int:
        """Images that are in training, byte for byte or changed."""
        return self.same_bytes + self.changed

    @property
    def known(self) -> int:
        """All that training knew, by picture or by patient."""
        return self.copies + self.same_patient

    @property
    def kinds(self) -> str:
        """``5 byte for byte, 2 changed copies``, with the patients; empty where there are none."""
        told = [
            (self.same_bytes, f"{self.same_bytes} byte for byte"),
            (self.changed, f"{self.changed} changed cop{'y' if self.changed == 1 else 'ies'}"),
            (self.same_patient, f"{self.same_patient} of patients who are in training"),
        ]
        return ", ".join(words for number, words in told if number)

    @property
    def touched(self) -> int:
        """All that training or validation knew."""
        return self.known + self.validated

    @property
    def by_validation(self) -> str:
        """``validation, by which its training was watched, knew 2 more``; or empty."""
        if not self.validated:
            return ""
        more = f"{self.validated} more" if self.known else f"{self.validated}"
        return f"validation, by which its training was watched, knew {more}"

    @property
    def counted(self) -> str:
        """``7: 5 byte for byte, 2 changed copies``; ``none`` where training knew none."""
        found = f"{self.known}: {self.kinds}" if self.known else "none"
        found = "; ".join(filter(None, (found, self.by_validation)))
        return found if self.audited else f"{found} (changed copies were not looked for)"

    def words(self, images: str) -> str:
        """``Of 66 test X-rays training knew 7: 5 byte for byte, 2 changed copies``.

        Args:
            images: What was judged: ``66 test X-rays``.
        """
        return f"Of {images} training knew {self.counted}"

    def shortcut_words(self, accuracy: Score | None) -> str:
        """``0.79 is reached without anatomy; this model has 0.74 (0.62 to 0.84)``.

        Followed by ``, which is not surely more`` where the accuracy is higher and its interval
        reaches so far down; empty without a finding.
        """
        if self.shortcut is None or accuracy is None or accuracy.value is None:
            return ""
        return _beside_reached(self.shortcut, accuracy)

    def shortcuts_words(self, areas: Mapping[str, Score]) -> dict[str, str]:
        """:meth:`shortcut_words` by finding: ``For Edema an AUC of 0.79 is reached without …``.

        Args:
            areas: The AUC of each finding.
        """
        return {
            name: f"For {name} an AUC of {_beside_reached(reached, areas[name])}"
            for name, reached in self.shortcuts.items()
            if name in areas and areas[name].value is not None
        }

    def beside(self, images: str, accuracy: Score | None) -> str:
        """Where there is a finding :meth:`shortcut_words`, and :meth:`words`: for comparisons."""
        return ". ".join(filter(None, (self.shortcut_words(accuracy), self.words(images))))

    def to_json(self) -> JsonObject:
        """The fields, with ``known`` of all kinds."""
        return {
            "images": self.images,
            "known": self.known,
            "same_bytes": self.same_bytes,
            "changed": self.changed,
            "same_patient": self.same_patient,
            "audited": self.audited,
            "shortcut": self.shortcut,
            "shortcuts": dict(self.shortcuts),
            "validated": self.validated,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        reached = value.get("shortcut")
        return cls(
            images=int(value["images"]),
            same_bytes=int(value["same_bytes"]),
            changed=int(value["changed"]),
            same_patient=int(value["same_patient"]),
            audited=bool(value["audited"]),
            shortcut=None if reached is None else float(reached),
            shortcuts={str(name): float(area) for name, area in value.get("shortcuts", {}).items()},
            validated=int(value.get("validated", 0)),
        )


def surely_above(score: Score, reached: float) -> bool:
    """Whether all of a score's interval lies above what is reached without anatomy."""
    return score.interval is not None and score.interval.low > reached


def _beside_reached(reached: float, score: Score) -> str:
    more = float(score.value or 0) > reached and not surely_above(score, reached)
    return (
        f"{rounded(reached)} is reached without anatomy; this model has {score}"
        + ", which is not surely more" * more
    )


def reached_without_anatomy(findings: Iterable[Finding]) -> float | None:
    """The accuracy that an audit's shortcut finding names; None where there is none."""
    for finding in findings:
        if finding.code == "shortcut":
            reached = [finding.numbers.get(name) for name in ("balanced", "accuracy")]
            return max((float(one) for one in reached if one is not None), default=None)
    return None


def areas_without_anatomy(findings: Iterable[Finding]) -> dict[str, float]:
    """``{finding: AUC}`` that an audit reached without anatomy, where an image may have several."""
    return {
        str(finding.numbers["label"]): float(finding.numbers["auc"])
        for finding in findings
        if finding.code == "shortcut" and {"label", "auc"} <= finding.numbers.keys()
    }
