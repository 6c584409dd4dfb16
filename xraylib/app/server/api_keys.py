"""The keys of the HTTP API: a file of the host's, one ``NAME KEY`` a line.

``#`` begins a remark. A name says whose key it is; where people sign in, it is an address that
must be on their list too, so whoever is taken off it is out here as well. The file is read anew
with each request.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from xraylib.errors import SettingsError
from xraylib.regular import read_regular

_SHORTEST = 32
_LARGEST_FILE = 2**20


def read_keys(file: Path) -> dict[str, bytes]:
    """SHA-256 of each key, by the name of its holder.

    Raises:
        SettingsError: code ``api-keys``: the file cannot be used. The message holds no key.
    """
    try:
        text = read_regular(file, _LARGEST_FILE).decode("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise _unusable(f"cannot be read ({reason})") from None
    keys: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split("#", 1)[0].split()
        if not parts:
            continue
        if len(parts) != 2:
            raise _unusable(f"has {len(parts)} words in line {number}")
        name, key = parts
        if len(key) < _SHORTEST or not key.isascii():
            raise _unusable(
                f"has a key of fewer than {_SHORTEST} plain characters in line {number}"
            )
        if name in keys:
            raise _unusable(f"names somebody twice, in line {number}")
        keys[name] = hashlib.sha256(key.encode()).digest()
    if not keys:
        raise _unusable("holds no key")
    return keys


def holder_of(key: str, keys: Mapping[str, bytes]) -> str | None:
    """Whose key this is, or None. Takes as long for every key, right or wrong.

    Args:
        key: What somebody sent.
        keys: From :func:`read_keys`.
    """
    sent = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    found = None
    for name, digest in keys.items():  # all of them, whichever fits
        if hmac.compare_digest(sent, digest):
            found = name
    return found


def _unusable(problem: str) -> SettingsError:
    return SettingsError(
        f"The file that XRAYLIB_API_KEYS_FILE names {problem}",
        expected=f"one NAME KEY a line, each key of {_SHORTEST} characters or more",
        remedy="mend the file, or unset XRAYLIB_API_KEYS_FILE to switch the HTTP API off",
        code="api-keys",
    )
