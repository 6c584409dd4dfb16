"""Frozen dataclasses whose fields are declared elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, dataclass_transform

_C = TypeVar("_C")


class Field(NamedTuple):
    """One field: its type, its default, and what the docstring says of it; ``""`` for nothing."""

    type: Any
    default: Any
    says: str


@dataclass_transform(kw_only_default=True, frozen_default=True)
def with_fields(fields: Mapping[str, Field]) -> Callable[[type[_C]], type[_C]]:
    """Makes a class a frozen, keyword-only dataclass with these fields, told in its docstring.

    What a type checker is to know of them stands in the class, under ``if TYPE_CHECKING``.
    """

    def make(cls: type[_C]) -> type[_C]:
        cls.__annotations__ = {name: field.type for name, field in fields.items()}
        for name, field in fields.items():
            setattr(cls, name, field.default)
        told = [f"    {name}: {field.says}" for name, field in fields.items() if field.says]
        if told:
            cls.__doc__ = "\n".join([inspect.getdoc(cls) or "", "", "Attributes:", *told])
        return dataclass(frozen=True, kw_only=True)(cls)

    return make
