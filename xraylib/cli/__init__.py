"""The command ``xraylib``: each step of the work, for people and, with ``--json``, for programs.

Exit codes: 0 success; 1 an error, told as ``error[code]: …`` on standard error; 2 a command line
that cannot be understood; 3 pages that must not be served as asked (``xraylib ui``); 130
interrupted.
"""

from __future__ import annotations

import sys

import typer

from xraylib.cli import (
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

__all__ = [
    "app",
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
    return result if isinstance(result, int) else 0
