"""What a run can say to the items of a checklist, from what it kept. No TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xraylib.errors import PathError
from xraylib.reports.checklist import data_evidence as data_facts
from xraylib.reports.checklist import findings_evidence as findings_facts
from xraylib.reports.checklist import result_evidence as result_facts
from xraylib.reports.checklist import tried_evidence as tried_facts
from xraylib.reports.checklist.fact import Fact, lacking

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FACTS: Final[Mapping[str, Callable[[Run], Fact]]] = {
    **data_facts.FACTS,
    **result_facts.FACTS,
    **tried_facts.FACTS,
}
"""By the names that items give."""


@dataclass
class Told:
    """What a run says, each thing worked out once."""

    run: Run

    def __post_init__(self) -> None:
        self._known: dict[str, Fact] = {}

    def __getitem__(self, name: str) -> Fact:
        if name not in self._known:
            several = self.run.data.several and name in findings_facts.FACTS
            told = (findings_facts.FACTS if several else FACTS)[name]
            try:
                self._known[name] = told(self.run)
            except PathError as error:  # what would tell is damaged, or of a newer version
                self._known[name] = lacking(error.what, error.remedy)
        return self._known[name]
