"""Copies of one picture in two splits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xraylib.audit.check import Check, Subject
from xraylib.audit.copies import CHANGED, contents_of, pairs_across
from xraylib.audit.report import Finding, several
from xraylib.datasets.image_row import ImageRow

# The split whose images stay when copies stand in several.
_KEEP_FIRST: Final = ("test", "val", "train")


def find(subject: Subject) -> list[Finding]:
    """One finding a group of copies that stands in two splits or more."""
    findings = []
    for group in subject.copies:
        images = subject.index.images(group.rows)
        if len({image.split for image in images}) > 1:
            findings.append(_split_leak(images, contents_of(group, images)))
    return findings


def _split_leak(images: Sequence[ImageRow], contents: dict[str, int]) -> Finding:
    kept = min((image.split for image in images), key=_KEEP_FIRST.index)
    stay = [image.path for image in images if image.split == kept]
    leave = [image.path for image in images if image.split != kept]
    from_where = several(sorted({image.split for image in images if image.split != kept}))
    return CHECK.finding(
        message=(
            f"{_leak_in_words(stay, leave, contents)} What was seen in {from_where} is asked "
            f"again in {kept}, so a right answer there proves nothing."
        ),
        remedy=f"Leave the copies in {from_where} out and train again",
        paths=(*stay, *leave),
        pairs=pairs_across(images, "split"),
        action={"exclude": leave},
    )


def _leak_in_words(stay: list[str], leave: list[str], contents: dict[str, int]) -> str:
    sentences = []
    told: set[str] = set()
    for content in sorted({contents[path] for path in stay}):
        here = [path for path in stay if contents[path] == content]
        there = [path for path in leave if contents[path] == content]
        if there:
            sentences.append(
                f"{several(here)} {_be(here)} the same file, byte for byte, as {several(there)}."
            )
            told |= {*here, *there}
    rest = [path for path in (*stay, *leave) if path not in told]
    if not sentences:
        return f"{several(stay)} {_be(stay)} the same picture as {several(leave)}, {CHANGED}."
    if rest:
        sentences.append(f"{several(rest)} {_be(rest)} the same picture, {CHANGED}.")
    elif len({contents[path] for path in told}) > 1:
        sentences.append(f"All of them are the same picture, {CHANGED}.")
    return " ".join(sentences)


def _be(paths: Sequence[str]) -> str:
    return "is" if len(paths) == 1 else "are"


CHECK = Check(
    code="split-leak",
    title="Training X-ray in the test",
    says="an image of one split is, byte for byte or nearly, an image of another",
    remedy="leave out the copies in training",
    severity="error",
    order=10,
    find=find,
    same_picture=True,
)
