"""The page of the command line, from the Typer application itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from typer.main import get_command

from scripts.reference.markdown import cell, heading, table
from xraylib import cli


def commands() -> Mapping[str, Any]:
    """Typer's commands by name; each has ``help`` and ``params``."""
    found: Mapping[str, Any] = get_command(cli.app).commands  # type: ignore[attr-defined]
    return dict(sorted(found.items()))


def options(command: Any) -> list[Any]:
    """The options of a command; ``--help`` is Typer's own."""
    return [one for one in command.params if one.param_type_name == "option"]


def spelling(option: Any) -> str:
    """``--class-weights / --no-class-weights``."""
    return " / ".join([*option.opts, *option.secondary_opts])


def page() -> str:
    """Every command with its arguments and options."""
    every = commands()
    rows = [
        [f"[`xraylib {name}`](#command-{name})", cell(_first_line(command.help))]
        for name, command in every.items()
    ]
    parts = [
        "# Commands\n",
        "`xraylib COMMAND --help` says the same in a terminal. Exit codes: 0 success; 1 an error, "
        "told as `error[code]: …` on standard error (see [Error codes](errors.md)); 2 a command "
        "line that cannot be understood; 130 interrupted.\n",
        table(["command", "what it does"], rows),
    ]
    for name, command in every.items():
        parts.append(heading(2, f"`xraylib {name}`", f"command-{name}"))
        parts.append(_paragraphs(command.help or ""))
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        parts.append(f"```text\n{_usage(name, arguments)}\n```\n")
        rows = [[f"`{one.metavar or one.name.upper()}`", cell(one.help or "")] for one in arguments]
        if rows:
            parts.append(table(["argument", "what it is"], rows))
        rows = [
            [f"`{spelling(one)}`", _value(command, one), cell(one.help or "")]
            for one in options(command)
        ]
        if rows:
            parts.append(table(["option", "value", "what it does"], rows))
    return "\n".join(parts)


def _usage(name: str, arguments: list[Any]) -> str:
    words = ["xraylib", name]
    for one in arguments:
        word = (one.metavar or one.name.upper()).strip("[]").removesuffix("...")
        word += "..." if one.nargs == -1 else ""
        words.append(word if one.required else f"[{word}]")
    return " ".join([*words, "[OPTIONS]"])


def _value(command: Any, option: Any) -> str:
    if option.is_flag:
        return "flag"
    hint = get_type_hints(command.callback)[option.name]
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not NoneType]
    kind = option.metavar or " or ".join(_KINDS.get(kind, str(kind)) for kind in kinds)
    plain = option.default in (None, "") or callable(option.default)
    return cell(kind) + ("" if plain else f"; `{option.default}`")


_KINDS: Final = {
    str: "text",
    int: "whole number",
    float: "number",
    Path: "path",
    list[str]: "text, several times",
    list[Path]: "path, several times",
}


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n\n")[0]


def _paragraphs(text: str) -> str:
    return "\n\n".join(cell(part) for part in text.strip().split("\n\n")) + "\n"
