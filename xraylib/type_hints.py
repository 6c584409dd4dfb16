"""Type hints as values: whether something is what a signature says, and what that is in words.

A name that is only imported for type checkers is compared with the names of a value's classes, so
that checking loads nothing. Standard library only.
"""

from __future__ import annotations

import builtins
import collections.abc
import functools
import inspect
import numbers
import os
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

# Of a long list, so many are looked at here; the function itself meets the others.
_LOOKED_AT: Final = 100
_SEQUENCES: Final = (collections.abc.Sequence, collections.abc.Iterable)
_WORDS: Final[Mapping[Any, str]] = {
    str: "text",
    bytes: "bytes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "None",
    os.PathLike: "a path",
    collections.abc.Mapping: "names and values",
    dict: "names and values",
    collections.abc.Callable: "a function",
    collections.abc.Sequence: "a list",
    collections.abc.Iterable: "a list",
    list: "a list",
    tuple: "a tuple",
}


def is_a(value: object, hint: Any) -> bool:
    """Whether a value is what a type hint says; a bool is no number."""
    if type(hint) is type and hint is not int and hint is not float:
        return isinstance(value, hint)  # most hints, and thousands of runs in a list
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or hint is object or isinstance(hint, TypeVar):
        return True
    if hint is None or hint is types.NoneType:
        return value is None
    if origin is typing.Union or origin is types.UnionType:
        return any(is_a(value, one) for one in inner)
    if origin is typing.Literal:
        return any(type(value) is type(one) and value == one for one in inner)
    if isinstance(hint, _Named):
        return any(base.__name__ == hint.__name__ for base in type(value).__mro__)
    if hint is int or hint is float:
        kind = numbers.Integral if hint is int else numbers.Real
        return isinstance(value, kind) and not isinstance(value, bool)
    if typing.is_typeddict(hint):
        known = _hints_of_keys(hint)
        return isinstance(value, Mapping) and all(
            is_a(one, known[name]) for name, one in value.items() if name in known
        )
    kind = origin or hint
    if kind is collections.abc.Callable:
        return callable(value)
    if kind in _SEQUENCES and any(base.__name__ == "ndarray" for base in type(value).__mro__):
        return bool(value.ndim)  # type: ignore[attr-defined]
    if getattr(kind, "_is_protocol", False):
        names = (*vars(kind), *inspect.get_annotations(kind))
        return all(hasattr(value, name) for name in names if not name.startswith("_"))
    return isinstance(value, kind) and _holds(value, kind, inner)


def _holds(value: Any, kind: Any, inner: tuple[Any, ...]) -> bool:
    """Whether what is in a container is what the hint says."""
    if kind is tuple and inner and inner[-1] is not Ellipsis:
        pairs = zip(value, inner, strict=False)
        return len(value) == len(inner) and all(is_a(one, hint) for one, hint in pairs)
    if isinstance(value, str | bytes):
        return kind in (str, bytes, object)
    if isinstance(value, Mapping):
        some = list(value.items())[:_LOOKED_AT] if len(inner) == 2 else []
        return all(is_a(key, inner[0]) and is_a(one, inner[1]) for key, one in some)
    if isinstance(value, list | tuple) and inner:
        return all(is_a(one, inner[0]) for one in value[:_LOOKED_AT])
    return True


def words_for(hint: Any) -> str:
    """A type hint for people: ``text or None``."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union or origin is types.UnionType:
        return " or ".join(dict.fromkeys(words_for(one) for one in inner))
    if origin is typing.Literal:
        return " or ".join(repr(one) for one in inner)
    kind = types.NoneType if hint is None else origin or hint
    if kind in _WORDS:
        return _WORDS[kind]
    name = getattr(kind, "__name__", str(kind))
    if name in ("ndarray", "NDArray"):
        return "a NumPy array"
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


@functools.cache
def _hints_of_keys(kind: Any) -> dict[str, object]:
    """The types of the keys of a ``TypedDict``, whichever of them there are."""
    return typing.get_type_hints(kind)


class _Named(type):
    """A class of which only the name is known: its module is imported for type checkers alone."""

    def __getattr__(cls, name: str) -> _Named:
        if name.startswith("__"):
            raise AttributeError(name)
        return _named(name)

    def __getitem__(cls, _of: object) -> _Named:
        return cls


def _named(name: str) -> _Named:
    return _Named("ndarray" if name == "NDArray" else name, (), {})


class _Names(Mapping[str, object]):
    """The names that a signature may use."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> object:
        if name in self._known:
            return self._known[name]
        for module in (builtins, collections.abc, typing):
            if hasattr(module, name):
                return getattr(module, name)
        return _named(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def hints_of(function: Callable[..., object], signature: inspect.Signature) -> dict[str, object]:
    """The types of a function's parameters; what ``*args`` and ``**kwargs`` hold is not looked at.

    The hints are this package's own source text, as ``typing.get_type_hints`` reads it too.
    """
    # A dataclass's ``__init__`` knows the names of its own module alone.
    names = _Names(inspect.unwrap(function).__globals__)
    found: dict[str, object] = {}
    for name, parameter in signature.parameters.items():
        hint: Any = parameter.annotation
        free = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if free or hint is parameter.empty:
            hint = Any
        elif isinstance(hint, str):
            hint = eval(hint, {}, names)
        found[name] = hint
    return found
