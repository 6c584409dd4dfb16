"""Names are data: text from files and people inside of Markdown, CSV and code, as it is written.

For HTML there is ``html.escape``. Standard library only.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_RISKY: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With which a formula begins; the wide ones where letters are."""
_MARKS: Final = frozenset("\\`*_{}[]()<>#+-.!|~$:^=&@/")
# What makes a mark of the text around it: anywhere, at a word's edge, or where a line begins.
_READ: Final = re.compile(
    r"[\\`*\[\]<|~$]|(?<!\w)_\S|\S_(?!\w)|:[A-Za-z+]|:/|www\.|\S@\S|&\S+;"
    r"|^\s*>|^\s*(?:[-+]|#{1,6}|\d+[.)])(?:\s|$)|^\s*(?:={3,}|-{3,})",
    flags=re.MULTILINE,
)

# What GitHub's Markdown and Streamlit's make a link of, in escaped text.
_ADDRESS: Final = re.compile(r"https?\\:(?=\\/)|www(?=\\\.)|\\@(?=[-\w])", flags=re.IGNORECASE)


def plain(text: str) -> str:
    """``text`` for Markdown with nothing in it taken as markup, links and pictures included.

    For CommonMark (a downloaded card) and for Streamlit's, with its colours, icons and formulas.
    Addresses become links after all else was read, which no backslash stops: an invisible word
    joiner stands in them, where no line breaks either.
    """
    told = "".join(f"\\{c}" if c in _MARKS else c for c in text)
    return _ADDRESS.sub(lambda found: f"{found[0]}\u2060", told)


def written(text: str) -> str:
    """The same as `plain` where something could be read as markup, else the text itself.

    For labels, options and cells of tables, which are looked up and compared by what they say, and
    for files that people read as they are.
    """
    return plain(text) if _READ.search(text) else text


def one_line(text: str) -> str:
    """`written`, with line breaks as spaces: for a cell, a heading or the middle of a sentence."""
    return written(" ".join(text.split()))


def code(text: str) -> str:
    """A span of code that ends where the text does, whatever it holds (CommonMark 6.1)."""
    inside = " ".join(text.split())
    fence = "`" * (max(map(len, re.findall("`+", inside)), default=0) + 1)
    edge = " " if inside[:1] in ("`", "") or inside[-1:] == "`" else ""
    return f"{fence}{edge}{inside}{edge}{fence}"


def quoted(value: str | Sequence[object] | Mapping[str, object]) -> str:
    """A text, or a JSON value that holds some, as Python and YAML read it: on one line.

    Some readers end a line at marks of Unicode (``str.splitlines``, YAML), YAML takes no marks that
    command a terminal, and those that turn the direction of writing would show code in another
    order than it runs in.
    """
    told = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else _escaped(one) for one in told)


def _escaped(mark: str) -> str:
    return f"\\u{ord(mark):04x}" if ord(mark) < 0x10000 else f"\\U{ord(mark):08x}"


def csv_line(cells: Sequence[str]) -> str:
    """The cells as one line of a CSV file."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV with ``\\n`` between them.

    Cells with any line break are quoted. Python's writer (3.11) looks for those alone that end its
    own lines, so that a carriage return in a name, as macOS has it in ``Icon\\r``, would end a row.
    """
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines)


class _Lines(list[str]):
    def write(self, line: str) -> None:
        self.append(f"{line[:-2]}\n")


def safe_cell(text: str) -> str:
    """Text on one line that no spreadsheet runs as a formula."""
    text = " ".join(text.splitlines())
    risky = text[:1] == "\t" or text.lstrip().startswith(_RISKY)  # some trim what they read
    return "'" + text if risky else text
