"""Who may speak to the server, and what every answer tells the browser.

Both come before Streamlit: a name that is not this server's own (DNS rebinding) and a page of
another origin are refused before any of its code runs, and each answer, whatever its route,
carries the headers that keep other sites from framing or reading it. No proxy is needed for that.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xraylib.app.server.on_device import PREFIX
from xraylib.app.shell.sign_in import read_people
from xraylib.errors import SettingsError
from xraylib.models.exporters.web import POLICY
from xraylib.settings import Settings, read_settings

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""Names by which this machine reaches itself."""

_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_OWN_PAGES_ALONE: Final = ("/auth/login", "/auth/logout")
"""Addresses of Streamlit that sign somebody in or out by being looked at."""
_INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?)"
)


def own_names(settings: Settings) -> frozenset[str]:
    """The host names that this server answers to, in lower case.

    The names of this machine, the address that it listens on, the host of the sign-in's
    ``redirect_uri``, and those of ``XRAYLIB_HOSTS``.

    Raises:
        SettingsError: code ``sign-in``: sign-in is half set up.
    """
    people = read_people()
    return frozenset(
        name.lower()
        for name in (
            *LOOPBACK,
            *settings.hosts,
            *([people.host] if people is not None else []),
            str(st.get_option("server.address") or ""),
        )
        if name and name not in ("0.0.0.0", "::")
    )


def host_of(value: str) -> str | None:
    """The name in a ``Host`` header, in lower case; None where it is no such header."""
    found = _HOST.fullmatch(value)
    if found is None or int(found["port"] or 0) > 65_535:
        return None
    return found["name"].strip("[]").lower().rstrip(".") or None


def is_own_origin(origin: str | None, host: str, scheme: str = "http") -> bool:
    """Whether a request comes from a page of this very server: same name, same port.

    Args:
        origin: The ``Origin`` header; None from programs, which are no pages.
        host: The ``Host`` header.
        scheme: How the request came, as far as a proxy tells: what came by ``https`` comes from no
            page that came without. A page may have come by ``https`` to a proxy that does not tell.
    """
    if origin is None:
        return True
    found = _ORIGIN.fullmatch(origin)
    if found is None or (found["scheme"] == "http" and scheme in ("https", "wss")):
        return False
    return found["host"].lower() == host.lower()


def check_embedding(settings: Settings) -> None:
    """Whether other sites may show this server in a frame.

    Raises:
        SettingsError: code ``embed``: in the lab, where a frame could reach every page, or by an
            entry that is no origin.
    """
    if settings.embed_origins and settings.mode != "demo":
        raise SettingsError(
            "XRAYLIB_EMBED_ORIGINS is set for a lab",
            expected="a demo, of which a frame shows Classify and the model card alone",
            remedy="set XRAYLIB_MODE=demo, or take XRAYLIB_EMBED_ORIGINS out",
            code="embed",
        )
    for origin in settings.embed_origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"XRAYLIB_EMBED_ORIGINS names {origin[:80]!r}",
                expected="origins separated by commas, such as https://ward.example.org",
                remedy="write scheme, name and port alone, without a path",
                code="embed",
            )


def answer_headers(embed_origins: Sequence[str], scripts: Collection[str]) -> dict[str, str]:
    """What every answer carries.

    Args:
        embed_origins: Sites that may show this server in a frame.
        scripts: Texts of the scripts inside Streamlit's page, which are allowed by their sums.
    """
    sums = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' {sums}".rstrip(),
        # Streamlit and Vega write styles into the page.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(["'self'", *embed_origins]),
    }
    framing = {} if embed_origins else {"X-Frame-Options": "SAMEORIGIN"}  # it knows no list
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        **framing,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


@cache
def streamlits_scripts() -> tuple[str, ...]:
    """The scripts that stand inside Streamlit's own page."""
    page = Path(st.__file__).with_name("static") / "index.html"
    return tuple(_INLINE.findall(page.read_text(encoding="utf-8")))


class Doors:
    """ASGI middleware that does both; the outermost, so that no route is without it.

    Args:
        app: What is behind it.
        names: Gives the host names in force, asked once, with the first request.
    """

    def __init__(
        self, app: ASGIApp, names: Callable[[Settings], frozenset[str]] = own_names
    ) -> None:
        self._app = app
        self._ask = names
        self._names: frozenset[str] | None = None
        self._headers: dict[str, str] = {}
        self._device_headers: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._names is None:
            settings = read_settings()
            self._headers = answer_headers(settings.embed_origins, streamlits_scripts())
            ancestors = " ".join(["'self'", *settings.embed_origins])
            policy = f"{POLICY}; frame-ancestors {ancestors}"
            self._device_headers = {**self._headers, "Content-Security-Policy": policy}
            self._names = self._ask(settings)
        refusal = self._refusal(scope, self._names)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return

        own = self._device_headers if scope["path"].startswith(PREFIX) else self._headers

        answered = False

        async def with_headers(message: Message) -> None:
            nonlocal answered
            answered = True
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(own)
            await send(message)

        if refusal is None:
            try:
                await self._app(scope, receive, with_headers)
            except Exception:
                # What answers for a fault of ours stands before us and knows no headers.
                if not answered:
                    fault = PlainTextResponse("The server failed at this request.\n", 500)
                    await fault(scope, receive, with_headers)
                raise
        else:
            await refusal(scope, receive, with_headers)

    @staticmethod
    def _refusal(scope: Scope, names: Collection[str]) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or host_of(hosts[0]) not in names:
            return PlainTextResponse(
                "This server does not answer to the name in the address. Use the address that "
                "its host gave you. Whoever runs the server names it in XRAYLIB_HOSTS.\n",
                421,
            )
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if changes and not (
            len(origins) < 2
            and is_own_origin(origins[0] if origins else None, hosts[0], scope.get("scheme", ""))
        ):
            return PlainTextResponse("A page of another site may not ask this server.\n", 403)
        came_from = headers.get("sec-fetch-site", "none")
        if scope["path"] in _OWN_PAGES_ALONE and came_from not in ("none", "same-origin"):
            return PlainTextResponse("A page of another site signs nobody in or out.\n", 403)
        return None
