"""What a reporting guideline asks for: its items by number, in our own words. Standard library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a guideline.

    Attributes:
        number: Its number there, for example ``"12c"``.
        subject: What it asks for, in our own words.
        facts: Names of what a run can say to it (:mod:`xraylib.reports.checklist.evidence`).
        questions: Keys of what only a person can say (``questions.QUESTIONS``).
    """

    number: str
    subject: str
    facts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Guide:
    """A reporting guideline.

    Attributes:
        name: For people.
        source: Where it was published.
        items: In its order.
    """

    name: str
    source: str
    items: tuple[Item, ...]


def items(rows: str) -> tuple[Item, ...]:
    """Items from lines ``number | subject | facts | questions``, names separated by blanks."""
    found = []
    for line in rows.strip().splitlines():
        number, subject, facts, questions = (part.strip() for part in line.split("|"))
        found.append(
            Item(
                number=number,
                subject=subject,
                facts=tuple(facts.split()),
                questions=tuple(questions.split()),
            )
        )
    return tuple(found)
