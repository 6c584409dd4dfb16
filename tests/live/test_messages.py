"""What no page sends by its WebSocket: the connection is closed, and nobody else notices."""

from __future__ import annotations

import socket

import pytest
from lab_server import LabServer
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from visitor import Visitor
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from xraylib.app.server.messages import LARGEST, MOST_FILES
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.timeout(600)

MOST = LARGEST["demo"] * 2**20


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("words", 1003),
        (b"\xff" * 40, 1007),
        (b"\x00", 1007),
        (b"\xff" * (MOST + 1), 1009),
    ],
    ids=["text", "bytes", "a zero", "too many bytes"],
)
def test_what_no_page_sends_ends_its_own_connection_and_leaves_no_traceback(
    frame: str | bytes, code: int, demo: LabServer
) -> None:
    with Visitor(demo.port) as visitor:
        visitor.look()
        address = f"ws://127.0.0.1:{demo.port}/_stcore/stream"
        origin = f"http://127.0.0.1:{demo.port}"
        with connect(address, origin=origin, max_size=None) as strange:  # type: ignore[arg-type]
            strange.send(frame)
            with pytest.raises(ConnectionClosed) as closed:
                list(iter(lambda: strange.recv(timeout=60), None))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code
        visitor.look()
        assert not visitor.exceptions()
    assert "Traceback" not in demo.text()


def asks_for_addresses(files: int) -> bytes:
    message = BackMsg()
    message.file_urls_request.request_id = "x"
    message.file_urls_request.file_names.extend(["a"] * files)
    return message.SerializeToString()


def says_json(text: str) -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.append(WidgetState(id="$$ID-x-y", json_value=text))
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (asks_for_addresses(MOST_FILES + 1), 1009),
        (asks_for_addresses(300_000), 1009),
        (says_json("no json"), 1007),
        (says_json("[" * 100_000), 1007),
    ],
    ids=["files", "many files", "no json", "deep json"],
)
def test_a_message_that_is_made_to_cost_ends_its_own_connection(
    frame: bytes, code: int, demo: LabServer
) -> None:
    address, origin = f"ws://127.0.0.1:{demo.port}/_stcore/stream", f"http://127.0.0.1:{demo.port}"
    with connect(address, origin=origin, max_size=None) as strange:  # type: ignore[arg-type]
        strange.send(frame)
        with pytest.raises(ConnectionClosed) as closed:
            list(iter(lambda: strange.recv(timeout=60), None))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code
    assert "Traceback" not in demo.text()


def test_as_many_files_as_a_page_takes_get_their_addresses(demo: LabServer) -> None:
    address, origin = f"ws://127.0.0.1:{demo.port}/_stcore/stream", f"http://127.0.0.1:{demo.port}"
    with connect(address, origin=origin, max_size=None) as tab:  # type: ignore[arg-type]
        tab.send(asks_for_addresses(MOST_FILES))
        answers = (ForwardMsg.FromString(tab.recv(timeout=60)) for _ in range(100))  # type: ignore[arg-type]
        told = next(one for one in answers if one.HasField("file_urls_response"))
    assert len(told.file_urls_response.file_urls) == MOST_FILES


def test_a_frame_that_says_it_is_large_is_refused_before_it_comes(demo: LabServer) -> None:
    with socket.create_connection(("127.0.0.1", demo.port), 60) as one:
        one.sendall(
            b"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % demo.port
        )
        said = b""
        while b"\r\n\r\n" not in said:
            said += one.recv(65_536)
        assert said.startswith(b"HTTP/1.1 101")
        one.sendall(b"\x82\xff" + (MOST + 1).to_bytes(8) + bytes(4) + bytes(1000))
        while data := one.recv(65_536):  # until it hangs up, with its own code
            said += data
        assert (1009).to_bytes(2) in said


PHANTOMS = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))


def states_of_every_kind(field: str) -> list[WidgetState]:
    """What a tab may say of a field, in each way that Streamlit's messages have."""
    said = []
    values = {"string": "zz", "bool": True, "bytes": b"\xff", "int64": -5, "double": float("nan")}
    for kind in WidgetState.DESCRIPTOR.oneofs_by_name["value"].fields:
        state = WidgetState(id=field)
        if kind.message_type is not None:
            getattr(state, kind.name).SetInParent()
            for inner in kind.message_type.fields:
                if inner.is_repeated and inner.message_type is None:
                    value = "zz" if inner.type == inner.TYPE_STRING else -5
                    getattr(getattr(state, kind.name), inner.name).append(value)
        elif kind.name.startswith("json"):
            setattr(state, kind.name, '{"a": [1]}')
        else:
            value = {kind.TYPE_STRING: "string", kind.TYPE_BOOL: "bool", kind.TYPE_BYTES: "bytes",
                     kind.TYPE_DOUBLE: "double"}.get(kind.type, "int64")  # fmt: skip
            setattr(state, kind.name, values[value])
        said.append(state)
    return said


@pytest.mark.parametrize(("page", "images"), [("Classify", 1), ("Classify", 3), ("Model_card", 0)])
def test_what_is_none_of_a_field_s_kind_is_as_if_nothing_had_come(
    demo: LabServer, page: str, images: int
) -> None:
    with Visitor(demo.port, page) as visitor:
        visitor.look()
        if page == "Classify":
            if "I understand, continue" in visitor.buttons():
                visitor.click("I understand, continue")
            visitor.hand_in(*[(file.name, file.read_bytes()) for file in PHANTOMS[:images]])
        fields = visitor.fields()
        assert len(fields) > 1
        for field in fields:
            for state in states_of_every_kind(field):
                visitor.say(state)
                assert visitor.exceptions() == [], (field, state)
    assert "Traceback" not in demo.text()
