"""What may be another's file is opened where a pipe in its place cannot hold the program up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from xraylib.settings import PROJECT

PACKAGE: Final = PROJECT / "xraylib"
LOADERS: Final = {"np": ("load",), "h5py": ("File",), "pq": ("read_table", "ParquetFile")}
OTHERS: Final = ("Workspace", "Image", "webbrowser", "os", "urllib.request")
"""Things whose ``open`` opens no file by a path."""
OWN: Final = ("__file__", "files(", "/proc/", "/dev/", "SAMPLE_DATA")
"""In the expression of a path that is part of the program or of the system."""
ASKED: Final = ("regular(", "BufferReader(")
"""In the argument of a library that was given a file which was asked what it is."""
MADE: Final = {
    "regular.py": "os.open",
    "app/home/page.py": "read_text",  # the program's
    "app/server/doors.py": "page.read_text",  # Streamlit's own page
    "app/server/lighter.py": "read_",  # the program's, or Streamlit's own
    "app/server/on_device.py": "file.read_bytes",  # in a folder made a moment ago
    "cli/start/our_words.py": "open(",  # descriptors of its own
    "models/conversion/litert.py": "file.read_bytes",  # in a folder made a moment ago
    "models/exporters/folder/classify.py": "read_",  # stands alone in what is taken away
    "models/hosting.py": "read_text",  # the program's, or in a folder made a moment ago
    "models/exporters/web/__init__.py": "read_bytes",  # written a moment ago, or the program's
    "networks/weights/weights_file.py": "h5py.File(draft, 'w')",
    "training/planning/admission.py": "archive.open",  # a part of an archive that was asked
    "training/planning/expectation.py": "Path(place).read_text",  # below /sys
    "training/run/test_lock.py": "pq.read_table(file, columns",  # a buffer
}
"""Calls that read no file of another, by module; the words that stand in them."""


def opens(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of each call that opens a file to read it without asking what it is."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        words, called = ast.unparse(node), node.func
        if isinstance(called, ast.Name) and called.id == "open":
            yield node.lineno, words
        if not isinstance(called, ast.Attribute):
            continue
        owner = ast.unparse(called.value)
        if called.attr in LOADERS.get(owner, ()):
            if not any(word in words for word in ASKED):
                yield node.lineno, words
        elif called.attr in ("read_bytes", "read_text", "open") and owner not in OTHERS:
            mode = next((one.value for one in node.args if isinstance(one, ast.Constant)), "r")
            writes = called.attr == "open" and bool(set(str(mode)) & set("wax+"))
            if not writes and not any(word in owner for word in OWN):
                yield node.lineno, words


def test_files_are_asked_what_they_are() -> None:
    found = [
        f"{file}:{line} {words[:80]}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, words in opens(ast.parse(path.read_text("utf-8")))
        if MADE.get(file := path.relative_to(PACKAGE).as_posix(), "no such words") not in words
    ]
    assert found == [], "use xraylib.regular"


@pytest.mark.parametrize(
    "line",
    [
        "file.read_bytes()",
        "path.open('rb')",
        "open(path)",
        "np.load(file)",
        "h5py.File(file, 'r')",
        "pq.read_table(place / 'index.parquet')",
    ],
)
def test_what_does_not_ask_is_found(line: str) -> None:
    assert [words for _, words in opens(ast.parse(line))] == [line]


@pytest.mark.parametrize(
    "line",
    [
        "path.open('wb')",
        "np.load(regular(file))",
        "Workspace.open(place)",
        "Path(__file__).read_text()",
        "open_regular(file)",
    ],
)
def test_what_asks_or_writes_is_not(line: str) -> None:
    assert list(opens(ast.parse(line))) == []
