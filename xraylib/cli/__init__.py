"""The command ``xraylib``: each step of the work, for people and, with ``--json``, for programs.

Exit codes: 0 success; 1 an error, told as ``error[code]: …`` on standard error; 2 a command line
that cannot be understood; 3 pages that must not be served as asked (``xraylib ui``); 130
interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import typer

from xraylib.cli import (
    catalog,
    classifying,
    console,
    datasets,
    evaluating,
    image,
    models,
    networks,
    publishing,
    reviewing,
    runs,
    training,
    trying,
    ui,
)
from xraylib.cli.app import app
from xraylib.errors import ConfigError, XrayError
from xraylib.settings import read_settings
from xraylib.workspace import cannot_write

__all__ = [
    "app",
    "catalog",
    "classifying",
    "datasets",
    "evaluating",
    "image",
    "main",
    "models",
    "networks",
    "publishing",
    "reviewing",
    "runs",
    "training",
    "trying",
    "ui",
]


_CANNOT_WRITE = (errno.EROFS, errno.ENOSPC, errno.EACCES, errno.EPERM)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit code.

    Args:
        arguments: The words after the command's name; ``sys.argv[1:]`` if not given.
    """
    try:
        result = app(arguments, standalone_mode=False)
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
        if error.errno not in _CANNOT_WRITE:
            raise
        where = Path(os.fsdecode(error.filename)) if error.filename else read_settings().workspace
        console.print_error(cannot_write("Cannot write", where, error))
        return 1
    return result if isinstance(result, int) else 0
