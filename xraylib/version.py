"""The version of this package, in the one place that everything else reads."""

from typing import Final

VERSION: Final = "0.2.0"
