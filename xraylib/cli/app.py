"""The one Typer application and the options that its commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.errors import ConfigError
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
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
ProgressOption = Annotated[
    bool, typer.Option("--progress", help="Progress as lines on standard error.")
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="A preset or a spec.json.")]
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of class folders.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id.")]


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


def find_run(run_id: str) -> Run:
    """The run with this id in the workspace in use."""
    from xraylib.training.run.runs import open_run

    return open_run(run_id)


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
