"""A visitor who speaks Streamlit's own protocol: a WebSocket, uploads with a token, widget states.

A real session on a real server, without a browser, so that dozens fit into a test.
"""

from __future__ import annotations

import re
import ssl
import time
import uuid
from contextlib import ExitStack
from urllib.error import HTTPError, URLError
from urllib.request import HTTPCookieProcessor, HTTPSHandler, OpenerDirector, Request, build_opener

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

KEY = "k" * 16 + "4711" * 8
"""The API key of the one holder in the tests."""
SECONDS = 120.0
HUNG_UP = 0
"""In place of a status: the server closed the connection before it had read everything."""


class Visitor:
    """One tab of one visitor.

    Args:
        port: Of the server on this machine.
        page: The page of the first visit, as in its address; "" is home.
        origin: What the browser would say it comes from; by default the server itself.
    """

    def __init__(self, port: int, page: str = "Classify", *, origin: str | None = None) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor())
        self._opener.open(f"{self.base}/_stcore/health", timeout=SECONDS).read()
        self.token = next(
            (
                cookie.value or ""
                for handler in self._opener.handlers
                if isinstance(handler, HTTPCookieProcessor)
                for cookie in handler.cookiejar
                if cookie.name == "_streamlit_xsrf"
            ),
            "",
        )
        self._open = ExitStack()
        self._socket: ClientConnection = self._open.enter_context(
            connect(
                f"ws://127.0.0.1:{port}/_stcore/stream",
                subprotocols=["streamlit", self.token or "none"],  # type: ignore[list-item]
                additional_headers={"Cookie": f"_streamlit_xsrf={self.token}"},
                origin=origin or self.base,  # type: ignore[arg-type]
                max_size=None,
                open_timeout=SECONDS,
            )
        )
        self.page = page
        self.session = ""
        self.elements: list[Element] = []
        self.received = bytearray()
        self._states: dict[str, WidgetState] = {}
        self._known: dict[str, ForwardMsg] = {}
        self._before: dict[str, ForwardMsg] = {}
        self._places: dict[tuple[int, ...], Element] = {}
        self._script = ""
        self._query = ""
        self._timers: dict[str, tuple[float, float]] = {}

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def go_by(self, base: str, trust: ssl.SSLContext) -> None:
        """Sends files by another way from now on: the address of a proxy that is trusted."""
        self.base = base
        cookies = [one for one in self._opener.handlers if isinstance(one, HTTPCookieProcessor)]
        self._opener = build_opener(*cookies, HTTPSHandler(context=trust))

    def close(self) -> None:
        """Closes the tab."""
        self._open.close()

    def look(self, page: str | None = None, *, query: str = "") -> Visitor:
        """Opens a page, or the same one again."""
        if page is not None and page != self.page:
            self.page = page
            self._states.clear()
        self._run([], query)
        return self

    def stay(self, seconds: float) -> Visitor:
        """Looks at the page for a while, and asks for what is new as often as it wants."""
        ends = time.monotonic() + seconds
        while True:
            fragment, due = min(
                ((name, due) for name, (due, _) in self._timers.items()),
                key=lambda timer: timer[1],
                default=("", ends),
            )
            try:
                self._take(self._socket.recv(timeout=max(0.0, min(due, ends) - time.monotonic())))
            except TimeoutError:
                if due >= ends:
                    return self
                self._timers[fragment] = due + self._timers[fragment][1], self._timers[fragment][1]
                self._ask([], fragment)

    def click(self, label: str) -> Visitor:
        """Presses the button of this label."""
        button = next(
            e.button for e in self.elements if e.HasField("button") and e.button.label == label
        )
        self._run([WidgetState(id=button.id, trigger_value=True)])
        return self

    def fields(self) -> list[str]:
        """What the page calls its fields and buttons."""
        values = [getattr(one, one.WhichOneof("type")) for one in self.elements]
        return [value.id for value in values if getattr(value, "id", "")]

    def say(self, state: WidgetState) -> Visitor:
        """Tells the server that a field holds this."""
        self._run([state])
        return self

    def hand_in(self, *images: tuple[str, bytes]) -> Visitor:
        """Drops images on the page in place of those before."""
        uploader = next(e.file_uploader for e in self.elements if e.HasField("file_uploader"))
        state = WidgetState(id=uploader.id)
        for name, data in images:
            file_id = uuid.uuid4().hex
            status = self.put(file_id, name, data)
            assert status == 204, status
            path = f"/_stcore/upload_file/{self.session}/{file_id}"
            info = UploadedFileInfo(file_id=file_id, name=name, size=len(data))
            info.file_urls.file_id = file_id
            info.file_urls.upload_url = info.file_urls.delete_url = path
            state.file_uploader_state_value.uploaded_file_info.append(info)
        self._states[uploader.id] = state
        self._run([])
        return self

    def put(self, file_id: str, name: str, data: bytes, *, token: str | None = None) -> int:
        """Uploads one file; the status of the answer."""
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        request = Request(
            f"{self.base}/_stcore/upload_file/{self.session}/{file_id}",
            head + data + f"\r\n--{boundary}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "X-Xsrftoken": self.token if token is None else token,
            },
            method="PUT",
        )
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, ConnectionError):
            return HUNG_UP

    def get(self, path: str) -> bytes:
        """A file that the page offers."""
        with self._opener.open(self.base + path, timeout=SECONDS) as answer:
            data: bytes = answer.read()
        self.received += data
        return data

    def words(self) -> str:
        """What stands on the page."""
        parts = []
        for element in self.elements:
            kind = element.WhichOneof("type")
            value = getattr(element, kind)
            for name in ("body", "label", "title"):
                text = getattr(value, name, "")
                if isinstance(text, str) and text:
                    parts.append(text)
        return "\n".join(parts)

    def downloads(self) -> list[str]:
        """Addresses of the files that the page offers."""
        return [e.download_button.url for e in self.elements if e.HasField("download_button")]

    def exceptions(self) -> list[str]:
        """What the page says where a script has failed."""
        return [e.exception.message for e in self.elements if e.HasField("exception")]

    def buttons(self) -> list[str]:
        """Labels of the buttons that can be pressed."""
        found = [e.button for e in self.elements if e.HasField("button")]
        return [button.label for button in found if not button.disabled]

    def pictures(self) -> set[str]:
        """Every picture that came over the wire in an address of its own, base64."""
        # Plotly writes the slash of "image/png" as its number.
        text = self.received.decode("latin-1").replace("\\u002f", "/")
        return set(re.findall(r"data:image/[a-z]+;base64,([A-Za-z0-9+/=]{40,})", text))

    def _run(self, triggers: list[WidgetState], query: str = "") -> None:
        self._query = query
        self._timers.clear()
        self._before, self._known = self._known, {}  # a browser forgets what two runs did not use
        self._ask(triggers)
        self._places = {}
        while not self._take(self._socket.recv(timeout=SECONDS)):
            pass
        self.elements = list(self._places.values())

    def _ask(self, triggers: list[WidgetState], fragment: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self._query
        state.cached_message_hashes.extend({**self._before, **self._known})
        state.widget_states.widgets.extend([*self._states.values(), *triggers])
        if fragment:
            state.page_script_hash = self._script
            state.fragment_id = fragment
            state.is_auto_rerun = True
        else:
            state.page_name = self.page
        self._socket.send(message.SerializeToString())

    def _take(self, raw: str | bytes) -> bool:
        """One message; whether it was the last of the run."""
        assert isinstance(raw, bytes)
        self.received += raw
        message = ForwardMsg.FromString(raw)
        if message.WhichOneof("type") == "ref_hash":
            known = self._known.get(message.ref_hash) or self._before[message.ref_hash]
            self._known[message.ref_hash] = known
            known.metadata.CopyFrom(message.metadata)
            message = known
        elif message.hash and message.metadata.cacheable:
            self._known[message.hash] = message
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
            self._script = message.new_session.page_script_hash
            if not message.metadata.run.fragment_ids:
                self._places = {}
        elif kind == "auto_rerun":
            timer = message.auto_rerun
            due = time.monotonic() + timer.interval
            self._timers[timer.fragment_id] = due, timer.interval
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._timers.pop(fragment, None)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._places[tuple(message.metadata.delta_path)] = message.delta.new_element
        elif kind == "script_finished":
            whole = message.FINISHED_SUCCESSFULLY, message.FINISHED_WITH_COMPILE_ERROR
            return message.script_finished in whole
        return False
