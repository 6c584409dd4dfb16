"""Commands whose every answer is a result or one line in our words."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from xraylib.cli import main

# Streamlit's log, set up by a page of an earlier test, writes to a capture that is over: Python
# would print a traceback of that into the next one, as if a command had.
logging.raiseExceptions = False


def said(
    command: str, words: Mapping[str, str], out: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Exit code of a command and what it printed; an error is one line in our words.

    Args:
        command: With the words of ``words`` in it for what differs from test to test.
        words: What they stand for.
        out: A folder, emptied before.
        capsys: pytest's.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    code = main([words.get(word, word) for word in command.split()])
    printed = capsys.readouterr()
    assert code in (0, 1), (command, printed.err)
    assert "Traceback" not in printed.err, command
    if code:
        errors = [line for line in printed.err.splitlines() if line.startswith("error[")]
        images = command.startswith("classify ")  # each image that got no answer says why in a row
        assert len(errors) == 1 or (images and not errors), (command, printed.err)
    return code, printed.out + printed.err


def in_other_words(
    commands: Sequence[str],
    words: Mapping[str, str],
    out: Path,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:
    """The commands that ended in other words than ours, each with them."""
    wrong = []
    for command in commands:
        try:
            said(command, words, out, capsys)
        except (Exception, SystemExit) as error:
            wrong.append(f"{command}: {error!r}")
            capsys.readouterr()
    return wrong
