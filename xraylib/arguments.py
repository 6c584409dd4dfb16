"""What a public function may be given: checked where it comes in, refused in our words.

    @checked
    def list_runs(*, workspace: WorkspaceLike | None = None) -> list[Run]: ...

The types are those of the signature itself, so nothing is said twice. Standard library only.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import os
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar

from xraylib.errors import ConfigError, PathError
from xraylib.type_hints import hints_of, is_a, words_for

PathLike: TypeAlias = str | os.PathLike[str]
"""What stands for a path wherever one is taken."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_C = TypeVar("_C")


def checked(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same function, which refuses arguments of wrong types and names with a `ConfigError`.

    Codes: ``argument`` (wrong type), ``unknown-argument`` (with the nearest name) and
    ``missing-argument``. ``self`` is not looked at.
    """
    signature = inspect.signature(function)
    name = function.__qualname__.removesuffix(".__init__")
    hints: dict[str, object] = {}
    parameters = signature.parameters.values()
    places = [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    free = any(one.kind is one.VAR_KEYWORD for one in parameters)
    needed = {
        one.name
        for one in parameters
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    }

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if not hints:
            hints.update(hints_of(function, signature))
        given = dict(zip(places, args, strict=False)) | kwargs
        fits = len(given) == len(args) + len(kwargs) and needed <= given.keys()
        if not fits or not (free or given.keys() <= hints.keys()):
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise _unbound(name, signature, args, kwargs, error) from None
        for parameter, value in given.items():
            hint = hints.get(parameter, object)
            if type(value) is not hint and not is_a(value, hint):
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
