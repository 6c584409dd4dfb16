"""Who may come in: Streamlit's own sign-in, and the list of people in ``.streamlit/secrets.toml``.

    [auth]                                   # Streamlit's own section: st.login
    redirect_uri = "https://lab.example.org/oauth2callback"
    cookie_secret = "32 random characters or more"
    client_id = "…"
    client_secret = "…"
    server_metadata_url = "https://login.example.org/.well-known/openid-configuration"

    [people]                                 # ours
    allowed = ["ada@example.org"]

Without both sections nobody is asked, and the lab listens on this machine alone. The list is read
anew whenever a page opens, so whoever is taken off it is out at the next click. A server that once
had a list lets nobody in without one.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from xraylib.errors import SettingsError
from xraylib.models.classify.table import NOTICE

_SHORTEST_SECRET = 32
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DOOR = 460  # pixels; a phone's screen where that is narrower


@dataclass(frozen=True, kw_only=True)
class People:
    """Who may come in.

    Attributes:
        allowed: Addresses, case folded.
        providers: Names for ``st.login``; None is Streamlit's unnamed one.
        host: The server's own name, from its ``redirect_uri``.
    """

    allowed: frozenset[str]
    providers: tuple[str | None, ...]
    host: str = ""

    def lists(self, address: object) -> bool:
        """Whether an address is on the list."""
        return isinstance(address, str) and address.strip().casefold() in self.allowed

    def admits(self, user: Mapping[str, Any]) -> bool:
        """Whether somebody who signed in may come in.

        Args:
            user: What the provider says; without a verified address nobody is on the list.
        """
        verified = user.get("email_verified", True)
        return self.lists(user.get("email")) and verified in (True, "true")


def read_people() -> People | None:
    """The people of ``.streamlit/secrets.toml``, or None where sign-in is not set up.

    Raises:
        SettingsError: code ``sign-in``: half of it is missing, or it would not be safe.
    """
    try:
        secrets = st.secrets.to_dict()
    except FileNotFoundError:
        secrets = {}
    except Exception:  # a file that is no TOML; its content must not be shown
        raise _unusable("cannot be read") from None
    auth, people = secrets.get("auth"), secrets.get("people")
    if auth is None and people is None:
        if _had_a_list().is_set():
            raise _unusable("is gone or has lost its sections [auth] and [people]")
        return None
    if not isinstance(auth, Mapping) or not isinstance(people, Mapping):
        raise _unusable("has only one of the sections [auth] and [people]")
    allowed = people.get("allowed")
    if not isinstance(allowed, list) or not allowed or not all(_is_address(a) for a in allowed):
        raise _unusable("has no list of addresses at allowed in [people]")
    if len(str(auth.get("cookie_secret", ""))) < _SHORTEST_SECRET:
        raise _unusable(f"has a cookie_secret of fewer than {_SHORTEST_SECRET} characters")
    address = urlsplit(str(auth.get("redirect_uri", "")))
    safe = address.scheme == "https" or (address.scheme == "http" and address.hostname in _LOOPBACK)
    if not safe or address.path.rsplit("/", 1)[-1] != "oauth2callback":
        raise _unusable("has no redirect_uri that begins with https and ends in /oauth2callback")
    named = [name for name, value in auth.items() if isinstance(value, Mapping)]
    named = [name for name in named if name != "client_kwargs"]
    unnamed = [None] if "client_id" in auth else []
    if not named and not unnamed:
        raise _unusable("names no provider in [auth]")
    _had_a_list().set()
    return People(
        allowed=frozenset(entry.strip().casefold() for entry in allowed),
        providers=(*unnamed, *named),
        host=address.hostname or "",
    )


@st.cache_resource(show_spinner=False)
def _had_a_list() -> threading.Event:
    """Whether this server asked for sign-in before: a file that vanishes must not open it."""
    return threading.Event()


def ask_to_sign_in() -> None:
    """Lets nobody past who is not on the list, where there is one. The page ends here for others.

    Raises:
        SettingsError: See :func:`read_people`.
    """
    people = read_people()
    if people is None:
        return
    signed_in = bool(st.user.get("is_logged_in", False))
    if signed_in and people.admits(st.user.to_dict()):
        return
    with st.container(horizontal_alignment="center"), st.container(border=True, width=_DOOR):
        st.title("X-ray Lab")
        if signed_in:
            st.error(
                "You are signed in, but your address is not on the list of this server.",
                icon=":material/lock:",
            )
            st.write("Ask the host to add it, or sign in as somebody else.")
            sign_out()
        else:
            st.write("This server is for people whom its host has let in.")
            for provider in people.providers:
                _sign_in(provider)
        st.caption(NOTICE)
    st.stop()


def _sign_in(provider: str | None) -> None:
    st.button(
        "Sign in" if provider is None else f"Sign in with {provider}",
        icon=":material/login:",
        on_click=st.login,
        args=() if provider is None else (provider,),
        key=f"sign-in-{provider or ''}",
    )


def is_signed_in() -> bool:
    """Whether this visitor came in by signing in."""
    return read_people() is not None and bool(st.user.get("is_logged_in", False))


def sign_out() -> None:
    """The button that ends what the provider said about this visitor."""
    st.button("Sign out", icon=":material/logout:", on_click=st.logout, key="sign-out")


def _is_address(value: object) -> bool:
    return isinstance(value, str) and 3 <= len(value) <= 254 and "@" in value[1:-1]


def _unusable(problem: str) -> SettingsError:
    return SettingsError(
        f"The file .streamlit/secrets.toml {problem}",
        expected="the sections [auth] and [people] as docs/hosting.md shows them",
        remedy="mend the file, or take both sections out to work without sign-in",
        code="sign-in",
    )
