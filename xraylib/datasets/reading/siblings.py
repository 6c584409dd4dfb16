"""What folders beside each other say together: splits told by one word of a longer name, the same
folders in each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from xraylib.datasets.names import SplitName
from xraylib.datasets.reading.folder_names import (
    camel_apart,
    class_key,
    is_generic,
    sort_of,
    split_of,
)

_PIECES: Final = re.compile(r"[^\W_]+|[\W_]+")
_PLACE: Final = (
    r"hospital\w*|site|cent(er|re)|clinic|institut\w*|source|machine|scanner|device|vendor"
    r"|set|batch|part|shard|chunk|group|round|version|v|release|year|data|dataset"
    r"|raw|originals?|processed|clean(ed)?|resized|cropped|augmented|enhanced|new|old"
    r"|natural|synthetic|digital|photos?|(19|20)\d\d"
)
_GROUPS: Final = re.compile(
    r"(left|right|l|r|frontal|lateral|pa|ap|front|side|male|female|men|women|adults?|child(ren)?"
    rf"|{_PLACE})([-_ ]?[a-z0-9]{{0,3}})?([-_ ].*)?",
    re.IGNORECASE,
)
_PLACES: Final = re.compile(rf"({_PLACE})([-_ ]?[a-z0-9]{{0,3}})?([-_ ].*)?", re.IGNORECASE)


class Named(NamedTuple):
    """What a name says: a split, and what else stands in it."""

    split: SplitName
    label: str


def worded_splits(names: Sequence[str]) -> dict[str, Named]:
    """The split that each name says by one of its words, if all names do: ``covid_train``,
    ``stage_2_test_images``, ``test-normal``.

    Where the other words differ, they are classes; where all are alike, ``label`` is empty. Names
    that do not say several splits between them say none.
    """
    found: dict[str, Named] = {}
    for name in names:
        for written in (name, camel_apart(name)):
            pieces = _PIECES.findall(written)
            words = [place for place, piece in enumerate(pieces) if split_of(piece)]
            if words:
                break
        if len(words) != 1 or len(pieces) == 1:
            return {}
        (at,) = words
        split = split_of(pieces[at])
        assert split is not None  # looked for above
        rest = pieces[:at] + pieces[at + 2 :] if at + 1 < len(pieces) else pieces[: at - 1]
        found[name] = Named(split, "".join(rest).strip(" _-"))
    if len({one.split for one in found.values()}) < 2:
        return {}
    labels = {class_key(one.label) for one in found.values()}
    if len(labels) == 1 or len(set(found.values())) == len({one.split for one in found.values()}):
        return {name: Named(one.split, "") for name, one in found.items()}
    return found


def same_inside(inside: Sequence[Sequence[str]]) -> bool:
    """Whether several folders hold folders of the same names, two or more that could be classes.

    Args:
        inside: For each folder the names of those in it.
    """
    names = [frozenset(class_key(name) for name in one) for one in inside]
    if len(names) < 2 or len(set(names)) > 1 or len(names[0]) < 2:
        return False
    first = inside[0]
    return not (
        all(is_generic(name) for name in first)
        or any(split_of(name) for name in first)
        or sort_of(first, 0)
    )


def are_groups(names: Sequence[str]) -> bool:
    """Whether the names say places, sides, dates or versions, which are no classes."""
    return all(_GROUPS.fullmatch(name.strip()) for name in names)


def are_places(names: Sequence[str]) -> bool:
    """Whether the names say places, dates or versions, which no finding is called by."""
    return all(_PLACES.fullmatch(name.strip()) for name in names)
