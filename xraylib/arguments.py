"""What a public function may be given: checked where it comes in, refused in our words.

    @checked
    def list_runs(*, workspace: WorkspaceLike | None = None) -> list[Run]: ...

The types are those of the signature itself, so nothing is said twice. A name that is only imported
for type checkers is compared with the names of the value's classes, so that checking loads nothing.
Standard library only.
"""

from __future__ import annotations

import builtins
import collections.abc
import difflib
import functools
import inspect
import numbers
import os
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

from xraylib.errors import ConfigError, PathError

PathLike: TypeAlias = str | os.PathLike[str]
"""What stands for a path wherever one is taken."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_C = TypeVar("_C")

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


def checked(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same function, which refuses arguments of wrong types and names with a `ConfigError`.

    Codes: ``argument`` (wrong type), ``unknown-argument`` (with the nearest name) and
    ``missing-argument``. ``self`` is not looked at.
    """
    signature = inspect.signature(function)
    name = function.__qualname__.removesuffix(".__init__")
    hints: dict[str, object] = {}

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise _unbound(name, signature, args, kwargs, error) from None
        if not hints:
            hints.update(_hints(function, signature))
        for parameter, value in bound.arguments.items():
            hint = hints[parameter]
            if not is_a(value, hint):
                raise refused_argument(parameter, value, words_for(hint), of=name)
        return function(*args, **kwargs)

    return call


def checked_fields(cls: type[_C]) -> type[_C]:
    """The same dataclass, whose fields are checked like the arguments of a function."""
    cls.__init__ = checked(cls.__init__)  # type: ignore[method-assign]
    return cls


def known_fields(code: str, what: str) -> Callable[[type[_C]], type[_C]]:
    """A dataclass of settings that refuses a keyword it has no field for.

    Args:
        code: Of the `ConfigError`.
        what: What a field is called, for example ``"training setting"``.
    """

    def wrap(cls: type[_C]) -> type[_C]:
        make = cls.__init__
        known = tuple(inspect.signature(make).parameters)[1:]

        @functools.wraps(make)
        def init(self: _C, *args: object, **kwargs: object) -> None:
            check_names(kwargs, known, what=what, code=code)
            if args:
                raise ConfigError(
                    f"A {what} was given without its name: {short(args[0])}",
                    expected="names and values",
                    remedy=f"write for example {known[0]}=…",
                    code=code,
                )
            make(self, **kwargs)

        cls.__init__ = init  # type: ignore[assignment, method-assign]
        return cls

    return wrap


def check_names(given: Iterable[object], known: Iterable[str], *, what: str, code: str) -> None:
    """Refuses a name that is not known, with the nearest one that is.

    Raises:
        ConfigError: with ``code``.
    """
    names = tuple(known)
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            raise ConfigError(
                f"There is no {what} named {short(name)}",
                expected="one of the names " + ", ".join(names),
                remedy=f"write {near[0]} if that was meant" if near else "use one of these names",
                code=code,
            )


def as_path(value: object, name: str = "path") -> Path:
    """What a caller gave for a path, with ``~`` meaning the home folder.

    Args:
        value: Text or ``os.PathLike``.
        name: Of the argument.

    Raises:
        PathError: code ``not-a-path``: it is neither, or empty, or holds a NUL.
    """
    text = None
    if isinstance(value, str | os.PathLike):
        text = os.fspath(value)
    if isinstance(text, str) and text and "\0" not in text:
        try:
            return Path(text).expanduser()
        except RuntimeError:  # there is no such user
            pass
    raise PathError(
        f"The path given as {name} is {short(value)}",
        expected="a path as text or as pathlib.Path",
        remedy=f"give the path of the file or folder as {name}",
        code="not-a-path",
    )


def check_whole(
    value: object, name: str, *, least: int, most: int | None = None, code: str = "argument"
) -> int:
    """A whole number of a range.

    Raises:
        ConfigError: with ``code``.
    """
    right = is_a(value, int)
    number = typing.cast("int", value)
    if not right or number < least or (most is not None and number > most):
        upto = f"from {least} to {most:,}" if most is not None else f"of at least {least}"
        raise refused_argument(name, value, f"a whole number {upto}", code=code)
    return int(number)


def refused_argument(
    name: str, value: object, expected: str, *, of: str = "", code: str = "argument"
) -> ConfigError:
    """The error for an argument that cannot be taken."""
    where = f" of {of}" if of else ""
    return ConfigError(
        f"The argument {name}{where} is {short(value)}",
        expected=expected,
        remedy=f"pass something else as {name}",
        code=code,
    )


def short(value: object) -> str:
    """A value as a message names it, on one line and never long."""
    shape, kind = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and kind is not None:
        return f"an array of {kind} {shape}"
    try:
        text = " ".join(repr(value).split())
    except Exception:  # somebody else's repr
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:79]}…"


def is_a(value: object, hint: Any) -> bool:
    """Whether a value is what a type hint says; a bool is no number."""
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
    kind = origin or hint
    if kind is collections.abc.Callable:
        return callable(value)
    if kind in _SEQUENCES and any(base.__name__ == "ndarray" for base in type(value).__mro__):
        return bool(value.ndim)  # type: ignore[attr-defined]
    if getattr(kind, "_is_protocol", False):
        return all(hasattr(value, name) for name in vars(kind) if not name.startswith("_"))
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


def _hints(function: Callable[..., object], signature: inspect.Signature) -> dict[str, object]:
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


def _unbound(
    name: str,
    signature: inspect.Signature,
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
    error: TypeError,
) -> ConfigError:
    """Why a call does not fit its function."""
    known = [one for one in signature.parameters if one != "self"]
    unknown = [one for one in kwargs if one not in known]
    if unknown:
        try:
            check_names(unknown, known, what=f"argument of {name}", code="unknown-argument")
        except ConfigError as refused:
            return refused
    try:
        signature.bind_partial(*args, **kwargs)
        code, remedy = "missing-argument", "give what is missing"
    except TypeError:
        code, remedy = "unknown-argument", "give each once, and those after the star by name"
    return ConfigError(
        f"{name} cannot be called so: {error}",
        expected=f"{name}({', '.join(known)})",
        remedy=remedy,
        code=code,
    )
