"""The types of what ``to_json`` returns and ``from_json`` takes. Standard library only."""

from __future__ import annotations

from typing import TypeAlias, Union

JsonValue: TypeAlias = Union[
    str, int, float, bool, "list[JsonValue]", "tuple[JsonValue, ...]", "dict[str, JsonValue]", None
]
"""What ``json.dumps`` writes; a tuple becomes a list."""

JsonObject: TypeAlias = dict[str, JsonValue]
"""A JSON object."""
