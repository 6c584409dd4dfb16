"""The command ``xraylib``: each step of the work, for people and, with ``--json``, for programs.

Exit codes: 0 success; 1 an error, told as ``error[code]: …`` on standard error; 2 a command line
that cannot be understood; 3 pages that must not be served as asked (``xraylib ui``); 130
interrupted.

Importing this package loads no command: `main` loads the one that is asked for.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xraylib.cli.app import app as app
    from xraylib.cli.start.again import Answer

__all__ = ["app", "main"]


class _Package(ModuleType):
    """This package: ``xraylib.cli.app`` is the application, whoever imports the module of it."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name == "app" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module 'xraylib.cli' has no attribute {name!r}")
    from xraylib.cli.start.commands import load

    return load()


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit code.

    Args:
        arguments: The words after the command's name. Without them those of this process, which
            is the command's own then: an answer that still holds is given again, see
            `xraylib.cli.start.again`.
    """
    if arguments is not None:
        return _run(arguments)
    from xraylib.cli.start.again import answer_to
    from xraylib.cli.start.our_words import without_chatter

    words = sys.argv[1:]
    answer = answer_to(words)
    with without_chatter():
        return _answered(words, answer)


def _answered(words: list[str], answer: Answer | None) -> int:
    if answer is None:
        return _run(words, own_process=True)
    try:
        if answer.is_given():
            return 0
    except BrokenPipeError:
        sys.stdout = None  # as below
        return 1
    with answer.listening():
        code = _run(words, answer, own_process=True)
    if code == 0:
        answer.keep()
    return code


_NO_PANDAS = ("scan", "audit", "samples", "correct", "classify", "image")
"""Commands of which nothing that they load is ever handed a value of pandas."""


def _run(words: list[str], answer: Answer | None = None, *, own_process: bool = False) -> int:
    import typer

    from xraylib.cli import console
    from xraylib.cli.start.commands import do_without_pandas, let_threads_rest, load
    from xraylib.errors import ConfigError, XrayError

    app = load(words)
    if own_process and words and words[0] in _NO_PANDAS:
        let_threads_rest()
        do_without_pandas()
    try:
        result = app(words, standalone_mode=False, obj=answer)
    except XrayError as error:
        console.print_error(error)
        return 1
    except typer.TyperException as error:
        console.print_error(
            ConfigError(
                error.format_message().rstrip(".?"),
                expected="a command line as `xraylib --help` describes it",
                remedy="run the command with --help",
                code="usage",
            )
        )
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        # The reader went away, as in `xraylib runs | head`; nobody is left to tell.
        sys.stdout = None
        return 1
    except OSError as error:
        return _told(error)
    return result if isinstance(result, int) else 0


def _told(error: OSError) -> int:
    import errno
    import os
    from pathlib import Path

    from xraylib.cli import console
    from xraylib.settings import read_settings
    from xraylib.workspace import cannot_write

    if error.errno not in (errno.EROFS, errno.ENOSPC, errno.EACCES, errno.EPERM):
        raise error
    where = Path(os.fsdecode(error.filename)) if error.filename else read_settings().workspace
    console.print_error(cannot_write("Cannot write", where, error))
    return 1
