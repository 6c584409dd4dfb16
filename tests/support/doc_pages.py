"""The pages of the documentation and the blocks of code in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from xraylib.settings import PROJECT

PAGES: Final = (
    PROJECT / "README.md",
    PROJECT / "CONTRIBUTING.md",
    *sorted(PROJECT.glob("docs/*.md")),
)

_BLOCK: Final = re.compile(
    r"(?:<!-- not run: (?P<reason>[^\n]+) -->\n+)?^```(?P<language>\w+)\n(?P<code>.+?)^```",
    flags=re.S | re.M,
)


class Block(NamedTuple):
    """One block of code.

    Attributes:
        code: Its lines.
        line: Where it starts in its page, counted from 1.
        reason: Why it cannot run here, as a comment before it says; empty if it can.
    """

    code: str
    line: int
    reason: str


def blocks(page: Path, language: str) -> list[Block]:
    """The blocks of a page that are marked as of this language, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found["code"], text.count("\n", 0, found.start("code")) + 1, found["reason"] or "")
        for found in _BLOCK.finditer(text)
        if found["language"] == language
    ]
