"""One word for one thing: images are called images, and a module's name says what is in it."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path
from typing import Final

from xraylib.settings import PROJECT

PACKAGE: Final = PROJECT / "xraylib"

VAGUE: Final = frozenset(
    [
        "turns",
        "facts",
        "films",
        "index",
        "likeness",
        "looks",
        "looking",
        "lettering",
        "tones",
        "choice",
        "oddities",
        "usual",
        "limits",
        "figures",
        "film_numbers",
        "judgements",
        "kept_judgements",
        "influence",
        "room",
        "seal",
        "children",
        "totals",
        "validated",
        "sums",
        "draft",
        "judged",
        "mending",
        "renewal",
        "fitting",
        "people",
        "host",
        "utils",
        "helpers",
        "common",
        "misc",
    ]
)
"""Names that modules had, or must not have, of which nobody could guess what is in them."""

WITH_FILM: Final = {
    # Names of columns and files by which people call real film.
    "datasets/reading/folder_words.py",
    "datasets/tables/proposal.py",
    "images/jpeg.py",  # a film beside a phone's picture
}
CODES: Final = frozenset(
    ("no-films", "no-such-films", "no-training-films", "unknown-film", "no-film")
)
"""Codes of errors, which programs know; they stay."""
KEYS: Final = re.compile(r"``films?``|['\"]films?['\"]|trained_on_synthetic_films")
"""Keys of JSON and columns of tables that people have."""


def vague(package: Path) -> list[str]:
    return [
        str(file.relative_to(package))
        for file in sorted(package.rglob("*.py"))
        if file.stem in VAGUE
    ]


def films(package: Path) -> list[str]:
    """Names, comments and sentences that call an image a film; keys and codes are one word."""
    found = []
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package).as_posix()
        if place in WITH_FILM:
            continue
        text = file.read_text(encoding="utf-8")
        if "film" not in text.lower():
            continue
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            said = token.string
            for code in CODES:
                said = said.replace(code, "")
            said = KEYS.sub("", said)
            if re.search(r"(?i)(?<![a-z])films?(?![a-z])", said):
                found.append(f"{place}:{token.start[0]} {said[:60]}")
    return found


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert vague(PACKAGE) == []


def test_an_image_is_called_an_image() -> None:
    assert films(PACKAGE) == []


def test_both_are_seen(tmp_path: Path) -> None:
    (tmp_path / "judged.py").write_text(
        "film_count = 1  # films\nx = {'films': 2, 'code': 'no-films'}\n"
    )
    (tmp_path / "scan.py").write_text('"""Reads films; a key is ``films``."""\n')
    assert vague(tmp_path) == ["judged.py"]
    assert [line.split(" ")[0] for line in films(tmp_path)] == ["judged.py:1"] * 2 + ["scan.py:1"]
