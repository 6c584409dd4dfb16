"""Which columns of a table may tell labels and what else is known, by their names and cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.labels.cells import FORMULA, said, says_yes_or_no
from xraylib.datasets.labels.findings import ABSENT, PRESENT, UNCERTAIN, UNKNOWN
from xraylib.datasets.labels.forms import FORMS, Form
from xraylib.datasets.labels.reading import list_mark

METADATA_COLUMNS: Final = {
    "sex": re.compile(r"(patient)?[ _-]?(sex|gender|geschlecht)([ _-]?dicom)?"),
    "age": re.compile(r"(patient(en)?)?[ _-]?(age|alter)([ _-]?(years?|y|jahre|at.*))?"),
    "view": re.compile(
        r"(view|view[ _-]?position|projection|ap[/_]pa|pa[/_]ap|strahlengang|projektion)"
        r"([ _-]?dicom)?"
    ),
    "scanner": re.compile(
        r"(scanner|detector|device|manufacturer|vendor|machine|gerät|hersteller)"
        r"([ _-]?(model|name|model[ _-]?name))?([ _-]?dicom)?"
    ),
    "site": re.compile(
        r"(site|hospital|institution|cent(er|re)|location|(data)?[ _-]?source|klinik|standort)"
    ),
    "year": re.compile(
        r"(study|acquisition)?[ _-]?(year|date)([ _-]?dicom)?|(aufnahme|untersuchungs)?(datum|jahr)"
    ),
    "modality": re.compile(r"modality([ _-]?dicom)?"),
}
BIRTH_COLUMN: Final = re.compile(
    r"(patient)?[ _-]?birth[ _-]?(date|year|day)?([ _-]?dicom)?|dob|geburts(datum|jahr|tag)"
)
LABELLED: Final = re.compile(
    r"(class|label|finding|diagnos[ei]s|target|category|pathology|disease|outcome"
    r"|befund|klasse|kategorie)"
    r"(s|es|e|n|[ _-]?(name|names|label|labels|text|id))?|.*[ _-](label|labels|class|diagnosis)"
)
_NO_LABEL: Final = re.compile(
    r"(.*[ _-])?(ids?|uid|nr|no|number|nummer|accession)"
    r"|(patient|subject|person|study|series|image|case|exam|report|instance|accession|fall)\w*"
    r"(id|nr|number|nummer)"
    r"|interpreter.*|insurance.*|race|ethnicity|deceased|died|survival|smok.*|raucher|pediatric"
)
"""Columns that number something or tell of a life: labels only if somebody names them."""
_NAMELESS: Final = re.compile(r"column \d+|unnamed: ?\d+|index")
_NUMBER: Final = re.compile(r"[-+]?\d*(?:[.,](\d+))?")
_BOX: Final = re.compile(r"(b?box[^a-z]*)?[xywh]\]?|[xy]_?(min|max|[12])|width|height|left|top")
_SIDES: Final = 4
_MOST_CODES: Final = 20
_MOST_NAMES: Final = 60
_LOOKED_AT: Final = 200
_ODD: Final = 0.05
_A_FORMULA: Final = re.compile(FORMULA)


def label_columns(cells: pa.Table, rest: Sequence[str]) -> tuple[str, ...]:
    """The column that is named as one of labels; else, where one says yes or no alone, all that
    mostly do; else the one with the fewest names, if these are no measurements."""
    named = first_named(rest, LABELLED)
    if named is not None:
        return (named,)
    different = {name: _texts(cells, name) for name in rest if not _is_told_apart(name)}
    if any(says_yes_or_no(texts) for texts in different.values()):
        return tuple(name for name in different if _yes_or_no_share(cells[name]) >= 1 - _ODD)
    few = {
        name: len(texts)
        for name, texts in different.items()
        if 2 <= len(texts) <= _MOST_NAMES and not _are_measured(texts)
    }
    return tuple(sorted(few, key=few.__getitem__)[:1])


def further_columns(cells: pa.Table, rest: Sequence[str]) -> tuple[str, ...]:
    """Columns with a name that mostly say yes or no, beside those that a public set is known by."""
    return tuple(
        name
        for name in rest
        if not _is_told_apart(name)
        and not _NAMELESS.fullmatch(name.casefold())
        and _yes_or_no_share(cells[name]) >= 1 - _ODD
    )


def doubtful_columns(cells: pa.Table, rest: Sequence[str]) -> tuple[str, ...]:
    """Columns of which half the cells or more say yes or no, and the others something else, as
    where 2 stands for a second degree of certainty."""
    return tuple(
        name
        for name in rest
        if not _is_told_apart(name)
        and len(_texts(cells, name)) < _LOOKED_AT
        and 0.5 <= _yes_or_no_share(cells[name]) < 1 - _ODD
    )


def _is_told_apart(name: str) -> bool:
    """Whether a column of this name numbers something, or tells of a life or a picture."""
    known = (_NO_LABEL, *METADATA_COLUMNS.values())
    return any(pattern.fullmatch(name.casefold()) for pattern in known)


def _yes_or_no_share(column: pa.ChunkedArray) -> float:
    """Of the cells that say something, how many say yes, no or uncertain; 0 where none says yes or
    no. A formula is none that says something else."""
    counted = pc.value_counts(column)
    texts, numbers = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    rows = dict.fromkeys((PRESENT, ABSENT, UNCERTAIN, UNKNOWN, None), 0)
    for text, number in zip(texts, numbers, strict=True):
        if not _A_FORMULA.match(text):
            rows[said(text)] += number
    known = rows[PRESENT] + rows[ABSENT]
    return 1 - rows[None] / (known + rows[UNCERTAIN] + rows[None]) if known else 0.0


def _are_measured(texts: Sequence[str]) -> bool:
    """Whether all of these are numbers, and more than the few whole ones that stand for classes."""
    numbers = [_NUMBER.fullmatch(text) for text in texts]
    parts = [found[1] or "" for found in numbers if found]
    return len(parts) == len(texts) and (
        len(texts) > _MOST_CODES or any(part.strip("0") for part in parts)
    )


def generic_form(cells: pa.Table, image: str, labels: Sequence[str]) -> Form:
    """How columns of labels are written that no public set is known by.

    Args:
        cells: Of the table.
        image: The column of images; ``""`` where it is not known.
        labels: The columns of labels.
    """
    if len(labels) > 1:
        return FORMS["onehot"]
    if len(labels) == 1 and says_yes_or_no(_texts(cells, labels[0])):
        return FORMS["binary"]
    if labels and list_mark(cells[labels[0]]) is not None:
        return FORMS["list"]
    boxes = [name for name in cells.column_names if _BOX.fullmatch(name.casefold())]
    if labels and image and len(boxes) >= _SIDES:
        pairs = (
            cells.select([image, labels[0]])
            .group_by([image, labels[0]], use_threads=False)
            .aggregate([])
        )
        if len(pairs) > pc.count_distinct(cells[image]).as_py():
            return FORMS["boxes"]
    return FORMS["names"]


def _texts(cells: pa.Table, name: str) -> list[str]:
    """The different texts of a column, no more than tell what it is."""
    found: list[str] = pc.unique(cells[name]).slice(0, _LOOKED_AT).to_pylist()
    return found


def first_named(names: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    """The first of these names that has this form, in any case."""
    return next((one for one in names if pattern.fullmatch(one.strip().casefold())), None)
