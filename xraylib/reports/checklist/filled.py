"""A checklist filled from a run, as a value and as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, Literal

from xraylib.json_values import JsonObject
from xraylib.models.wording import as_xrays
from xraylib.reports.checklist.claim import CLAIM
from xraylib.reports.checklist.evidence import Told
from xraylib.reports.checklist.guide import Guide, Item
from xraylib.reports.checklist.questions import QUESTIONS, read_answers
from xraylib.reports.checklist.stard import STARD_AI
from xraylib.reports.checklist.tripod import TRIPOD_AI
from xraylib.reports.html import heading, page, section

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

State = Literal["filled", "missing", "to-answer"]

GUIDES: Final[tuple[Guide, ...]] = (CLAIM, TRIPOD_AI, STARD_AI)
STATES: Final[Mapping[State, str]] = {
    "filled": "filled",
    "missing": "missing",
    "to-answer": "to be answered",
}


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What is missing, and what would fill it."""

    words: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item of a guideline, as far as it can be filled.

    Attributes:
        item: What it asks for.
        told: What the run says.
        answers: What somebody answered, by key of the question.
        missing: What the run does not have.
        to_answer: Keys of questions that nobody has answered.
    """

    item: Item
    told: tuple[str, ...]
    answers: Mapping[str, str]
    missing: tuple[Missing, ...]
    to_answer: tuple[str, ...]

    @property
    def state(self) -> State:
        """What is missing counts before what is to be answered."""
        if self.missing:
            return "missing"
        return "to-answer" if self.to_answer else "filled"

    def to_json(self) -> JsonObject:
        """The item's number and subject, its state, and what there is."""
        return {
            "number": self.item.number,
            "subject": self.item.subject,
            "state": self.state,
            "told": list(self.told),
            "answers": dict(self.answers),
            "missing": [{"what": one.words, "remedy": one.remedy} for one in self.missing],
            "to_answer": {key: QUESTIONS[key] for key in self.to_answer},
        }


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """A guideline, item by item.

    Attributes:
        guide: Which.
        entries: In its order.
    """

    guide: Guide
    entries: tuple[Entry, ...]

    def count(self, state: State) -> int:
        """How many items are in this state."""
        return sum(one.state == state for one in self.entries)

    def __str__(self) -> str:
        """``CLAIM 2024: 20 of 44 items filled, 4 missing, 20 to be answered``."""
        return (
            f"{self.guide.name}: {self.count('filled')} of {len(self.entries)} items filled, "
            f"{self.count('missing')} missing, {self.count('to-answer')} to be answered"
        )

    def to_json(self) -> JsonObject:
        """Name, source, counts and items."""
        return {
            "guide": self.guide.name,
            "source": self.guide.source,
            **{state: self.count(state) for state in STATES},
            "items": [one.to_json() for one in self.entries],
        }


def fill_checklists(run: Run) -> tuple[Checklist, ...]:
    """CLAIM 2024, TRIPOD+AI and STARD-AI, filled from a run and from what people answered.

    Args:
        run: A run that has ended.

    Raises:
        PathError: The run is damaged.
    """
    told, answers = Told(run), read_answers(run)
    return tuple(
        Checklist(guide=guide, entries=tuple(_filled(item, told, answers) for item in guide.items))
        for guide in GUIDES
    )


def checklist_report(run: Run) -> str:
    """All three as one HTML file that needs nothing else."""
    found = fill_checklists(run)
    title = f"Checklists of {run.name or run.spec.name}"
    parts = [
        heading(title, run),
        "<p>What the run itself says stands as it is; what only a person can say is asked. Numbers "
        "are those of the guidelines, subjects are in our own words: read the original beside "
        "it.</p>",
        "<ul>" + "".join(f"<li>{escape(str(one))}</li>" for one in found) + "</ul>",
        *(section(one.guide.name, _table(one)) for one in found),
    ]
    return page(title, parts)


def _filled(item: Item, told: Told, answers: Mapping[str, str]) -> Entry:
    facts = [told[name] for name in item.facts]
    return Entry(
        item=item,
        told=tuple(fact.words for fact in facts if not fact.missing),
        answers={key: answers[key] for key in item.questions if key in answers},
        missing=tuple(
            Missing(words=fact.words, remedy=fact.remedy) for fact in facts if fact.missing
        ),
        to_answer=tuple(key for key in item.questions if key not in answers),
    )


def _table(found: Checklist) -> str:
    rows = "".join(
        f"<tr><td class=n>{escape(one.item.number)}</td><td>{escape(one.item.subject)}</td>"
        f"<td>{STATES[one.state]}</td><td>{_cell(one)}</td></tr>"
        for one in found.entries
    )
    return (
        f"<p class=quiet>{escape(found.guide.source)}</p><table><thead><tr><th>Item</th>"
        f"<th>Asks for</th><th>State</th><th>What there is</th></tr></thead><tbody>{rows}</tbody>"
        "</table>"
    )


def _cell(entry: Entry) -> str:
    parts = [f"<p>{escape(as_xrays(words))}.</p>" for words in entry.told]
    parts += [
        f"<p><i>{escape(QUESTIONS[key])}</i> {escape(words)}</p>"
        for key, words in entry.answers.items()
    ]
    parts += [
        f'<p class="warn">{escape(as_xrays(one.words))}. Do this: {escape(one.remedy)}.</p>'
        for one in entry.missing
    ]
    parts += [f'<p class="warn">Asked: {escape(QUESTIONS[key])}</p>' for key in entry.to_answer]
    return "".join(parts)
