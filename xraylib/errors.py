"""Every error this package raises on purpose.

    XrayError
    ├── SettingsError       an environment variable or option has a value that cannot be used
    ├── InstallationError   something needs a package that is not installed
    ├── PathError           a path leaves its root, does not exist, or cannot be written
    ├── ImageError          bytes that do not become a radiograph
    ├── DatasetError        a folder that is not a usable data set
    ├── SpecError           a network that cannot be built; names the layer
    ├── ConfigError         a training or augmentation setting that makes no sense
    ├── RunError            a run that does not exist or cannot do what was asked
    ├── TrainingError       training ended for a reason the user can mend
    ├── ClusterError        other machines do not answer, or cannot do what was asked of them
    └── BundleError         a published model that is incomplete, changed or unsafe

An error has three parts, each a phrase without its final full stop: ``what`` happened (with the
values), what was ``expected``, and the ``remedy``; and a ``code`` that programs can rely on.
"""

from __future__ import annotations

from typing import ClassVar


class XrayError(Exception):
    """Base of all errors of this package.

    Args:
        what: What happened, with the values concerned, as a sentence without its full stop.
        expected: What would have been right, continuing the word "Expected".
        remedy: What the user can do, as an imperative sentence without its full stop.
        code: Stable identifier in kebab case; each class has a default.
    """

    default_code: ClassVar[str] = "error"

    def __init__(self, what: str, *, expected: str, remedy: str, code: str | None = None) -> None:
        self.what = what
        self.expected = expected
        self.remedy = remedy
        self.code = code or self.default_code
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The whole text on one line: what. Expected … . Do this: … ."""
        return f"{self.what}. Expected {self.expected}. Do this: {self.remedy}."

    def to_json(self) -> dict[str, str]:
        """``{"code", "message"}``, as the command line and the run folder write it."""
        return {"code": self.code, "message": self.message}

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), dict(self.__dict__))


def _rebuild(cls: type[XrayError], fields: dict[str, object]) -> XrayError:
    error = cls.__new__(cls)
    error.__dict__.update(fields)
    error.args = (error.message,)
    return error


class SettingsError(XrayError):
    default_code = "settings"


class InstallationError(XrayError):
    default_code = "installation"


class PathError(XrayError):
    """A path that cannot be used.

    Args:
        file: Name of the file of ours that is missing, damaged or newer; empty for other paths.
    """

    default_code = "path"

    def __init__(
        self, what: str, *, expected: str, remedy: str, code: str | None = None, file: str = ""
    ) -> None:
        super().__init__(what, expected=expected, remedy=remedy, code=code)
        self.file = file


class ImageError(XrayError):
    default_code = "unreadable"


class DatasetError(XrayError):
    default_code = "dataset"


class SpecError(XrayError):
    """A network that cannot be built.

    Args:
        index: Position of the first impossible layer (0 is the Input), or None for the whole.
        kind: Its class name, for example ``"Conv2D"``.
        field: The field to change, where one is to blame.
        nearest: Values of that field that would be possible, nearest first.
    """

    default_code = "spec"

    def __init__(
        self,
        what: str,
        *,
        expected: str,
        remedy: str,
        code: str | None = None,
        index: int | None = None,
        kind: str | None = None,
        field: str | None = None,
        nearest: tuple[object, ...] = (),
    ) -> None:
        super().__init__(what, expected=expected, remedy=remedy, code=code)
        self.index = index
        self.kind = kind
        self.field = field
        self.nearest = nearest


class ConfigError(XrayError):
    default_code = "config"


class RunError(XrayError):
    default_code = "run"


class TrainingError(XrayError):
    default_code = "training"


class ClusterError(XrayError):
    """Other machines do not answer, or cannot do what was asked of them."""

    default_code = "cluster"


class BundleError(XrayError):
    default_code = "bundle"
