"""Who is on the list, and which secrets.toml is refused in full words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from xraylib.app.shell import sign_in
from xraylib.app.shell.sign_in import People, read_people
from xraylib.errors import SettingsError
from xraylib.settings import PROJECT

GOOD = {
    "auth": {
        "redirect_uri": "https://lab.example.org/oauth2callback",
        "cookie_secret": "s" * 32,
        "client_id": "lab",
    },
    "people": {"allowed": ["Ada@example.org "]},
}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    secrets_singleton._reset()
    sign_in._had_a_list.clear()


def read(monkeypatch: pytest.MonkeyPatch, content: dict[str, object]) -> People | None:
    class Secrets:
        def to_dict(self) -> dict[str, object]:
            return content

    monkeypatch.setattr(st, "secrets", Secrets())
    return read_people()


def changed(section: str, **values: object) -> dict[str, object]:
    return {**GOOD, section: {**GOOD[section], **values}}


def test_nobody_is_asked_where_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, {"other": {"a": 1}}) is None


def test_addresses_are_compared_whatever_their_case(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, GOOD)
    assert found == People(
        allowed=frozenset({"ada@example.org"}), providers=(None,), host="lab.example.org"
    )
    assert found.admits({"email": "ADA@example.org", "email_verified": True})
    assert found.admits({"email": "ada@example.org"})  # some providers do not say


@pytest.mark.parametrize(
    "user",
    [
        {},
        {"email": None},
        {"email": ["ada@example.org"]},
        {"email": "eve@example.org"},
        {"email": "ada@example.org.evil.org"},
        {"email": "ada@example.org", "email_verified": False},
        {"email": "ada@example.org", "email_verified": "no"},
        {"email": "ada@example.org", "email_verified": None},
        {"sub": "ada@example.org", "preferred_username": "ada@example.org"},
    ],
)
def test_everybody_else_stays_out(user: dict[str, object]) -> None:
    listed = People(allowed=frozenset({"ada@example.org"}), providers=(None,))
    assert not listed.admits(user)


def test_named_providers_get_a_button_each(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, changed("auth", google={"client_id": "x"}, client_kwargs={"a": 1}))
    assert found is not None
    assert found.providers == (None, "google")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"auth": GOOD["auth"]}, "has only one of the sections [auth] and [people]"),
        ({"people": GOOD["people"]}, "has only one of the sections [auth] and [people]"),
        (changed("people", allowed=[]), "has no list of addresses at allowed in [people]"),
        (changed("people", allowed="a@b"), "has no list of addresses at allowed in [people]"),
        (changed("people", allowed=["ada"]), "has no list of addresses at allowed in [people]"),
        (
            changed("auth", cookie_secret="s" * 31),
            "has a cookie_secret of fewer than 32 characters",
        ),
        (
            changed("auth", redirect_uri="http://lab.example.org/oauth2callback"),
            "has no redirect_uri that begins with https and ends in /oauth2callback",
        ),
        (
            changed("auth", redirect_uri="https://lab.example.org/"),
            "has no redirect_uri that begins with https and ends in /oauth2callback",
        ),
        (
            {**GOOD, "auth": {k: v for k, v in GOOD["auth"].items() if k != "client_id"}},
            "names no provider in [auth]",
        ),
    ],
)
def test_half_a_configuration_is_refused_in_full_words(
    monkeypatch: pytest.MonkeyPatch, content: dict[str, object], problem: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, content)
    assert caught.value.code == "sign-in"
    assert str(caught.value) == (
        f"The file .streamlit/secrets.toml {problem}. Expected the sections [auth] and [people] as "
        "docs/hosting.md shows them. Do this: mend the file, or take both sections out to work "
        "without sign-in."
    )


def test_a_server_that_had_a_list_lets_nobody_in_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read(monkeypatch, GOOD) is not None
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, {})
    assert "is gone or has lost its sections [auth] and [people]" in str(caught.value)


@pytest.mark.parametrize(
    "page", ["streamlit_app.py", *(f"pages/{f.name}" for f in (PROJECT / "pages").glob("*.py"))]
)
def test_a_page_shows_the_way_in_and_nothing_else(page: str) -> None:
    app = AppTest.from_file(str(PROJECT / page), default_timeout=60)
    for name, section in GOOD.items():
        app.secrets[name] = section
    app.run()
    assert not app.exception
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.sidebar.children
    assert [title.value for title in app.title] == ["X-ray Lab"]
    assert not app.get("page_link")


def test_secrets_never_belong_to_the_repository() -> None:
    lines = (PROJECT / ".gitignore").read_text("utf-8").splitlines()
    assert ".streamlit/secrets.toml" in lines
    assert not Path(PROJECT / "docs" / "secrets.toml").exists()
