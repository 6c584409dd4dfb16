"""The one Typer application and the options that its commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.errors import ConfigError, PathError, RunError
from xraylib.settings import PlaceName
from xraylib.version import VERSION

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

app = typer.Typer(
    name="xraylib",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From a folder of X-rays to a classified upload. Research and education only.",
)


def _use_workspace(value: Path | None) -> Path | None:
    # Through the environment, so that the processes this command starts see it too.
    if value is not None:
        os.environ["XRAYLIB_WORKSPACE"] = str(value.expanduser().absolute())
    return value


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        callback=_use_workspace,
        help="The folder of runs and models; XRAYLIB_WORKSPACE if not given.",
    ),
]


def _use_place(value: PlaceName | None) -> PlaceName | None:
    if value is not None:
        os.environ["XRAYLIB_PLACE"] = value
    return value


PlaceOption = Annotated[
    PlaceName | None,
    typer.Option(
        "--on",
        callback=_use_place,
        help="Where it runs: here, or ray for a cluster; XRAYLIB_PLACE if not given.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
ProgressOption = Annotated[
    bool, typer.Option("--progress", help="Progress as lines on standard error.")
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="A preset or a spec.json.")]
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of class folders.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id or name.")]


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"xray-lab {VERSION}")
        raise typer.Exit


@app.callback()
def _everywhere(
    workspace: WorkspaceOption = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Which one this is."),
    ] = False,
) -> None:
    pass


def find_run(run: str) -> Run:
    """The run with this id in the workspace in use, or the only one that people call so.

    Raises:
        RunError: codes ``no-run``, and ``several-runs`` where several are called so.
    """
    from xraylib.training.run.ids import is_run_id
    from xraylib.training.run.runs import list_runs, open_run

    if is_run_id(run):
        return open_run(run)
    named = [one for one in list_runs() if _called(one) == run]
    if len(named) > 1:
        raise RunError(
            f"{len(named)} runs are called {run[:80]!r}",
            expected="a run's id, or a name that only one has",
            remedy=f"take one of {', '.join(one.id for one in named[:4])}",
            code="several-runs",
        )
    return named[0] if named else open_run(run)


def _called(run: Run) -> str | None:
    try:
        return run.name
    except PathError:  # damaged: it has its id
        return None


def numbers(option: str, text: str, count: int) -> tuple[int, ...]:
    """``"256,256"`` as integers; one number stands for height and width."""
    parts = text.replace("x", ",").split(",")
    if count == 2 and len(parts) == 1:
        parts = parts * 2
    if len(parts) != count or not all(p.strip().isdigit() and int(p) > 0 for p in parts):
        raise ConfigError(
            f"{option} is {text!r}",
            expected=f"{count} positive whole numbers separated by commas",
            remedy=f"write for example {option} {','.join(['256', '256', '1'][:count])}",
        )
    return tuple(int(part) for part in parts)
