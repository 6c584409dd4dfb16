"""What a check of the audit is, and what it is given to look at.

A check is one file of the folder `checks`: a function from a `Subject` to findings, and a `Check`
that says what people need to know of it. The audit, its order, the page, the command and the
table in the documentation follow from what stands in that folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from xraylib.audit.copies import Copies
from xraylib.audit.descriptors import Descriptors
from xraylib.audit.report import Finding, Severity
from xraylib.datasets.dataset import DatasetIndex


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What every check may look at; made once an audit.

    Attributes:
        index: The data set.
        descriptors: What its images look like; see `Descriptors`.
        copies: Groups of images that are the same picture.
        seed: Of whatever a check draws.
    """

    index: DatasetIndex
    descriptors: Descriptors
    copies: Sequence[Copies]
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that an audit looks for.

    Attributes:
        code: Of its findings, in kebab case; programs rely on it.
        title: What it found, in two or three words for people.
        says: What a finding says, as a clause.
        remedy: What can be done about it, in a few words. A finding has its own whole sentence.
        severity: Of its findings: ``"error"`` makes measured accuracy wrong, ``"warning"`` may,
            ``"info"`` is good to know.
        also: When a finding is graver or milder than that; empty if never.
        order: Among the checks of one severity; the lowest is read first.
        find: From a data set to findings; see `finding`.
        same_picture: Whether the images of one finding are all the same picture.
        touches_figures: Whether a finding belongs beside the figures of a run that was judged
            on these images, though it names no image that training knew.
    """

    code: str
    title: str
    says: str
    remedy: str
    severity: Severity
    also: str = ""
    order: int
    find: Callable[[Subject], list[Finding]] = field(repr=False)
    same_picture: bool = False
    touches_figures: bool = False

    def finding(
        self,
        *,
        message: str,
        remedy: str,
        paths: tuple[str, ...] = (),
        severity: Severity | None = None,
        pairs: tuple[tuple[str, str], ...] = (),
        action: Mapping[str, Any] = MappingProxyType({}),
        numbers: Mapping[str, Any] = MappingProxyType({}),
    ) -> Finding:
        """A finding of this check; the arguments are those of `Finding`."""
        return Finding(
            code=self.code,
            severity=severity or self.severity,
            message=message,
            remedy=remedy,
            paths=paths,
            pairs=pairs,
            action=action,
            numbers=numbers,
        )
