"""Gives a command a whole table of options in place of one argument."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Table: TypeAlias = Mapping[str, tuple[Any, Any]]
"""Annotation and default of each option, by the argument that it becomes."""


def with_table(
    command: Callable[..., None], argument: str, table: Table, make: Callable[..., Any]
) -> Callable[..., None]:
    """The command with the options of ``table`` where its ``argument`` stood.

    Args:
        command: To be registered with Typer.
        argument: Gets what ``make`` makes of the options.
        table: The options.
        make: Called with them by name.
    """
    before = inspect.signature(command, eval_str=True)
    parameters = []
    for own in before.parameters.values():
        if own.name == argument:
            parameters += [
                own.replace(name=name, annotation=annotation, default=default)
                for name, (annotation, default) in table.items()
            ]
        else:
            parameters.append(own)

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        told = {name: given.pop(name) for name in table}
        command(**given, **{argument: make(**told)})

    with_options.__signature__ = before.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options
