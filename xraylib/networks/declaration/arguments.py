"""Arguments by name, refused in our words before a dataclass would raise a ``TypeError``."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

from xraylib.errors import SpecError
from xraylib.networks.declaration.words import shorten

_Value = TypeVar("_Value")


class Declared(type):
    """Of a dataclass whose constructor refuses wrong names with a ``SpecError``."""

    def __call__(cls: type[_Value], *args: Any, **kwargs: Any) -> _Value:
        check_arguments(cls, args, kwargs)
        made: _Value = super().__call__(*args, **kwargs)  # type: ignore[misc]
        return made

    @property
    def __signature__(cls) -> inspect.Signature:  # what help() and notebooks show
        made_by = vars(cls).get("__init__", object.__init__)
        return inspect.Signature(list(inspect.signature(made_by).parameters.values())[1:])


def check_arguments(
    cls: type, args: tuple[Any, ...], kwargs: Iterable[Any], *, index: int | None = None
) -> None:
    """Refuses what a dataclass cannot be made with.

    Args:
        cls: The dataclass.
        args: Values by place.
        kwargs: Names of the others.
        index: Position of a layer in its network, for the error.

    Raises:
        SpecError: Too many values, an unknown name, one given twice, or one missing.
    """
    kind = cls.__name__
    place = kind if index is None else f"Layer {index}, {kind},"
    own = [field for field in fields(cls) if field.init]
    known = [field.name for field in own]
    leading = [field.name for field in own if not field.kw_only]
    given = [*leading[: len(args)], *kwargs]
    if len(args) > len(leading):
        others = [name for name in known if name not in leading]
        expected = f"at most {len(leading)}: {', '.join(leading)}"
        if not leading:
            expected = "every value with its name" if known else "no settings"
        raise SpecError(
            f"{place} got {len(args)} value{'' if len(args) == 1 else 's'} without a name",
            expected=expected,
            remedy=f"write the others with their names, for example {others[0]}=…"
            if others
            else "leave out what is too much",
            index=index,
            kind=kind,
        )
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
            raise SpecError(
                f"{place} has an unknown setting, {shorten(name)}",
                expected=f"only {', '.join(known)}" if known else "no settings",
                remedy=f"write {close[0]} if that was meant" if close else "leave it out",
                index=index,
                kind=kind,
                nearest=tuple(close),
            )
        if given.count(name) > 1:
            raise SpecError(
                f"{place} got {name} twice",
                expected=f"one value for {name}",
                remedy="leave one of them out",
                index=index,
                kind=kind,
                field=name,
            )
    missing = [field.name for field in own if required(field) and field.name not in given]
    if missing:
        raise SpecError(
            f"{place} lacks {missing[0]}",
            expected=f"a value for {' and '.join(missing)}",
            remedy=f"add {missing[0]}",
            index=index,
            kind=kind,
            field=missing[0],
        )


def required(field: Field[Any]) -> bool:
    """Whether a dataclass field has no default."""
    return field.default is MISSING and field.default_factory is MISSING
