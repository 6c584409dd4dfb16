"""What a visitor's tab says that a field of a page holds: of the field's kind, or it holds nothing.

Streamlit 1.67 takes whatever comes: a list for a choice or a file for a number, as no page sends
it, ends the script with a traceback of up to ten thousand bytes in the log, each time that the
page is drawn.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from streamlit.runtime.state.session_state import Serialized, Value, WStates

_NUMBERS: Final = {"int_value", "double_value"}
"""A field of whole numbers says that it is one of the others, and its page sends whole ones."""


def take_own_kinds_alone() -> None:
    """Gives a field its first value where what came for it is of another kind; once a process."""
    WStates.__getitem__ = _of_its_kind(WStates.__getitem__)  # type: ignore[method-assign]


def _of_its_kind(read: Any) -> Any:
    def value(states: WStates, field: str) -> Any:
        came, known = states.states.get(field), states.widget_metadata.get(field)
        if not isinstance(came, Serialized) or known is None:
            return read(states, field)
        kinds = {came.value.WhichOneof("value"), known.value_type}
        if None in kinds or len(kinds) == 1 or kinds <= _NUMBERS:  # none where it was cleared
            try:
                return read(states, field)
            except Exception:
                pass
        first = deepcopy(known.deserializer(None))
        states.states[field] = Value(first)
        return first

    return value
