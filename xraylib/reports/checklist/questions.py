"""What only a person can say about a study, asked once and kept with the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import ConfigError
from xraylib.models.card.card import QUESTIONS as OF_CARD
from xraylib.models.card.card import read_words, write_words
from xraylib.records import read_if_kept
from xraylib.workspace import write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "checklist.json"
LONGEST: Final = 4000

QUESTIONS: Final[Mapping[str, str]] = {
    "purpose": OF_CARD["purpose"],
    "origin": OF_CARD["origin"],
    "labels": OF_CARD["labels"],
    "title": "Under which title is this published, and does it say that it is AI?",
    "conclusions": "What do you conclude, in two sentences?",
    "background": "What is done today, and which models are there already?",
    "objectives": "What did you want to find out; which hypotheses did you have?",
    "goal": "Is the study to make a model, to try one, or to compare some?",
    "prospective": "Were the X-rays taken before the study began, or for it?",
    "users": "Who is to use it, and what must they know?",
    "inequalities": "Which groups of people are known to fare worse with this disease or test?",
    "setting": "Which hospitals, wards or practices do the patients come from, and how many?",
    "dates": "From when to when were the X-rays taken?",
    "eligibility": "Who was included and who was left out, in which order?",
    "identified": "How were the patients found: by complaint, by finding, from a register?",
    "series": "Are they all patients of that time, a random choice, or those at hand?",
    "treatments": "Which treatments had the patients had that may show on the X-ray?",
    "deidentification": "How were the X-rays made anonymous?",
    "acquisition": "On which machines, in which views and with which settings were they taken?",
    "reference_why": "Why is the class known in this way and not in another?",
    "reference_cutoffs": "From what on did the reference standard count as positive, and why?",
    "annotators": "Who assigned the classes, and with how much experience?",
    "annotation": "How and when were classes assigned, with which program?",
    "agreement": "How often did two people agree on a class, and who decided where they did not?",
    "blinding": "Did those who assigned classes know what a model or another reader had said?",
    "sample_size_why": "Why are so many X-rays enough for what you want to show?",
    "demographics": "What are age, sex and state of the patients, in each part of the data?",
    "severity": "How severe is the disease in those who have it?",
    "alternatives": "What do the patients without it have?",
    "interval": "How much time, and which treatment, lay between X-ray and reference standard?",
    "representative": "Are these patients, and is the share of the ill, as where it is to be used?",
    "differences": "How do the test patients, or another data set, differ from those of training?",
    "clusters": "Do hospitals, machines or countries differ in how good it is; was it looked at?",
    "fairness": "Was it looked at whether it fares worse for some groups of people, and how?",
    "harm": "Has anybody come to harm by the test or the reference standard?",
    "ethics": "Which ethics committee approved it, under which number; how was consent given?",
    "registration": "Where, and under which number, is the study registered?",
    "protocol": "Where can the protocol be read, or is there none?",
    "funding": "Who paid, and what did they have a say in?",
    "conflicts": "Which interests do the authors have, commercial ones too?",
    "data_available": "Can others have the data and the model, where and on which terms?",
    "involvement": "Did patients or the public take part in the study?",
    "interpretation": "What do the results mean, beside those of others?",
    "implications": "What follows for practice?",
    "limits_said": "Which limits do you see that figures do not show?",
    "next_steps": "What should be studied next?",
}
"""By the key under which an answer is kept; the first three are those of the model card."""


def read_answers(run: Run) -> dict[str, str]:
    """What somebody has answered, by the keys of ``QUESTIONS``; those of the model card too.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    words = read_words(run)
    found = {key: words[key] for key in QUESTIONS if key in words}
    return (read_if_kept(run.folder / FILE, _answers_in) or {}) | found


def _answers_in(value: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value[key]) for key in QUESTIONS if str(value.get(key, "")).strip()}


def write_answers(run: Run, answers: Mapping[str, str]) -> None:
    """Keeps what somebody answers; empty answers take back what was there, others stay.

    Raises:
        ConfigError: code ``checklist``: an unknown key, or more than 4,000 characters; code
            ``card``: one of the model card's of more than 2,000.
    """
    unknown = sorted(set(answers) - set(QUESTIONS))
    long = [key for key, text in answers.items() if len(str(text)) > LONGEST]
    if unknown or long:
        raise ConfigError(
            f"The checklist asks nothing called {unknown[0]!r}"
            if unknown
            else f"The answer to {long[0]!r} has {len(answers[long[0]]):,} characters",
            expected="answers to " + ", ".join(QUESTIONS) + f", of at most {LONGEST:,} characters",
            remedy="shorten it, or take it out",
            code="checklist",
        )
    every = {**read_answers(run), **{key: str(text).strip() for key, text in answers.items()}}
    of_card = {key: text for key, text in every.items() if key in OF_CARD}
    if {key: answers[key] for key in answers if key in OF_CARD}:
        write_words(run, {**read_words(run), **of_card})
    kept = {key: every[key] for key in QUESTIONS if key not in OF_CARD and every.get(key)}
    write_json(run.folder / FILE, kept)
