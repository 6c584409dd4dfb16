"""When a connection counts as idle, by a clock of our own."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from xraylib.app.server.connections import (
    LEAST_BYTES,
    STUCK_SECONDS,
    WINDOW_SECONDS,
    Connection,
    Drained,
)


class Transport:
    """What the server sees of a connection."""

    def __init__(self, protocol: Any, waiting: int = 0) -> None:
        self.protocol, self.waiting, self.closing = protocol, waiting, False

    def get_protocol(self) -> Any:
        return self.protocol

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closing


def speaking(cycle: Any = None, *, read_paused: bool = False) -> SimpleNamespace:
    return SimpleNamespace(cycle=cycle, flow=SimpleNamespace(read_paused=read_paused))


class _Request(SimpleNamespace):
    __eq__ = object.__eq__  # as Uvicorn's
    __hash__ = object.__hash__


def request(**changes: bool) -> SimpleNamespace:
    state = {"response_complete": False, "more_body": True, "waiting_for_100_continue": False}
    return _Request(**{**state, **changes})


def idle_after(connection: Connection, seconds: float, *, each: int = 0) -> bool:
    """Whether it counts as idle within so many seconds, ``each`` bytes arriving in each."""
    for second in range(int(seconds) + 1):
        if connection.is_idle(float(second)):
            return True
        connection.received += each
    return False


@pytest.mark.parametrize(
    "protocol",
    [
        speaking(),
        speaking(request()),
        speaking(request(response_complete=True)),
        speaking(request(response_complete=True, more_body=False)),
    ],
    ids=["no head", "no body", "the rest of a refused one", "the next head"],
)
def test_silence_where_more_is_awaited_ends_after_one_window(protocol: Any) -> None:
    assert not idle_after(Connection(Transport(protocol), 0), WINDOW_SECONDS - 1)
    assert idle_after(Connection(Transport(protocol), 0), WINDOW_SECONDS)
    # A byte now and then is silence, too.
    assert idle_after(Connection(Transport(protocol), 0), WINDOW_SECONDS, each=1)


def test_a_slow_upload_that_goes_on_is_never_idle() -> None:
    each = -(-LEAST_BYTES // int(WINDOW_SECONDS))
    connection = Connection(Transport(speaking(request())), 0)
    assert not idle_after(connection, 20 * WINDOW_SECONDS, each=each)


@pytest.mark.parametrize(
    "protocol",
    [
        speaking(request(more_body=False)),
        speaking(request(), read_paused=True),
        speaking(request(waiting_for_100_continue=True)),
        SimpleNamespace(),
    ],
    ids=["the answer is being made", "we do not read", "we have not asked for it", "a WebSocket"],
)
def test_where_it_is_ours_to_act_nothing_is_closed(protocol: Any) -> None:
    assert not idle_after(Connection(Transport(protocol), 0), 20 * WINDOW_SECONDS)


def test_each_request_has_a_window_of_its_own() -> None:
    transport = Transport(speaking(request()))
    connection = Connection(transport, 0)
    for second in range(10 * int(WINDOW_SECONDS)):
        if second % 15 == 0:
            transport.protocol = speaking(request())
        assert not connection.is_idle(float(second))


def test_a_side_that_takes_nothing_is_cut_off_and_a_slow_one_is_not() -> None:
    stuck = Connection(Transport(SimpleNamespace(), waiting=70_000), 0)
    assert not idle_after(stuck, STUCK_SECONDS - 1)
    assert stuck.is_idle(STUCK_SECONDS)
    transport = Transport(SimpleNamespace(), waiting=1_000_000)
    slow = Connection(transport, 0)
    for second in range(5 * int(STUCK_SECONDS)):
        transport.waiting -= 1
        assert not slow.is_idle(float(second))


def test_one_that_is_closed_is_kept_as_long_as_something_waits_to_be_sent() -> None:
    transport = Transport(SimpleNamespace(), waiting=1)
    transport.closing = True
    connection = Connection(transport, 0)
    assert not connection.is_over()
    transport.waiting = 0
    assert connection.is_over()


ENDS = [(b"connection", b"close"), (b"content-length", b"30")]


def refused(headers: list[tuple[bytes, bytes]], parts: list[Message]) -> tuple[list[Message], int]:
    """What is sent to a request that is refused unread, and how many parts are left of it."""
    sent: list[Message] = []
    left = list(parts)

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()  # nothing more comes
        return left.pop(0)

    async def send(message: Message) -> None:
        sent.append({**message, "left": len(left)})

    scope = {"type": "http", "method": "POST", "http_version": "1.1", "headers": headers}
    app = Drained(PlainTextResponse("No.\n", 413), rest_seconds=0.2)
    asyncio.run(app(scope, receive, send))
    return sent, len(left)


def part(more: bool) -> Message:
    return {"type": "http.request", "body": b"0123456789", "more_body": more}


def test_what_still_comes_is_read_before_an_answer_ends_the_connection() -> None:
    sent, left = refused(ENDS, [part(True), part(True), part(False), part(True)])
    assert [one["type"] for one in sent] == ["http.response.start"] + ["http.response.body"] * 2
    assert [one["left"] for one in sent] == [4, 4, 1]  # the words go first
    assert (sent[1]["body"], sent[1]["more_body"]) == (b"No.\n", True)
    assert not sent[2].get("more_body")
    assert left == 1  # and nothing of what follows


def test_a_visitor_who_leaves_or_stays_silent_is_not_waited_for_without_end() -> None:
    assert refused(ENDS, [part(True), {"type": "http.disconnect"}, part(True)])[1] == 1
    assert len(refused(ENDS, [part(True)])[0]) == 3


@pytest.mark.parametrize(
    "headers",
    [
        ENDS[1:],  # the connection stays: the server reads on by itself
        ENDS[:1],
        [ENDS[0], (b"content-length", b"0")],
        [*ENDS, (b"expect", b"100-continue")],  # nothing comes before it is asked for
    ],
)
def test_where_nothing_would_be_cut_the_answer_ends_at_once(
    headers: list[tuple[bytes, bytes]],
) -> None:
    sent, left = refused(headers, [part(True)])
    assert (len(sent), left) == (2, 1)
