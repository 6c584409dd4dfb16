"""What a field takes from a tab: what its page sends, and nothing of another kind."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import WStates

from xraylib.app.server.states import take_own_kinds_alone


def number(came: Any) -> Any:
    return 1 if came is None else came


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ({"int_value": 4}, 4),  # as a field of whole numbers says it, for all that it registers
        ({"double_value": 4.5}, 4.5),
        ({"string_value": "zz"}, 1),
        ({"bool_value": True}, 1),
    ],
)
def test_a_field_of_numbers_takes_whole_ones_and_nothing_else(
    said: dict[str, Any], is_taken: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WStates, "__getitem__", WStates.__getitem__)
    take_own_kinds_alone()
    states = WStates()
    states.widget_metadata["epochs"] = WidgetMetadata(
        id="epochs", deserializer=number, serializer=number, value_type="double_value"
    )
    states.set_widget_from_proto(WidgetState(id="epochs", **said))
    assert states["epochs"] == is_taken
