"""Sign-in against a real OpenID provider: who is on the list gets in, others do not."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from axe import violations
from lab_server import SECOND, LabServer
from patience import click, expect
from playwright.sync_api import Browser, Page
from until import until
from visitor import Visitor

from xraylib.app.shell import pages as shell

PAGES = ("", "Dataset", "Architecture", "Training", "Results", "Classify", "Model_card")
KEYS = {"ada@example.org": "a" * 40, "eve@example.org": "e" * 40}


@dataclass
class Lab:
    """The lab on every address of this machine, with sign-in."""

    server: LabServer
    secrets: Path
    text: str

    def allow(self, *people: str) -> None:
        """Replaces the list of people."""
        self.secrets.write_text(self.text + f"\n[people]\nallowed = {json.dumps(people)}\n")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=60):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An OpenID provider with three people, one of whom never proved the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    claims = [
        {"sub": name, "email": f"{name}@example.org", "email_verified": name != "liar"}
        for name in ("ada", "eve")
    ]
    claims.append({"sub": "liar", "email": "ada@example.org", "email_verified": False})
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for claim in claims:
        command += ["--user-claims", json.dumps(claim)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{address}/.well-known/openid-configuration"))
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def lab(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("sign-in")
    text = (
        "[auth]\n"
        'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        f'cookie_secret = "{"s" * 40}"\n'
        'client_id = "lab"\nclient_secret = "known to both"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
    )
    (folder / "keys").write_text("".join(f"{name} {key}\n" for name, key in KEYS.items()))
    server = LabServer(
        folder / "workspace",
        folder / "server.log",
        environ={"XRAYLIB_API_KEYS_FILE": str(folder / "keys")},
        options={"server.address": "0.0.0.0", "secrets.files": str(folder / "secrets.toml")},
    )
    lab = Lab(server, folder / "secrets.toml", text)
    lab.allow("Ada@Example.org")
    with server:
        yield lab


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The only tab of a browser with which nobody has signed in."""
    context = browser.new_context()
    context.set_default_timeout(60 * SECOND)
    yield context.new_page()
    context.close()


def sign_in(page: Page, lab: Lab, name: str, path: str = "") -> None:
    page.goto(lab.server.address(path))
    click(page.get_by_role("button", name="Sign in"))
    click(page.get_by_role("button", name=name, exact=True))


def test_no_page_shows_anything_before_somebody_has_signed_in(lab: Lab) -> None:
    for name in PAGES:
        with Visitor(lab.server.port, name) as visitor:
            words = visitor.look().words().splitlines()
            assert words == [
                "X-ray Lab",
                "This server is for people whom its host has let in.",
                "Sign in",
                "Research and education only, not a medical device.",
            ], name
            sent = visitor.received.decode("latin-1")
            assert not [page.key for page in shell.PAGES.values() if page.purpose in sent]
            assert str(lab.server.workspace) not in sent


def test_somebody_on_the_list_gets_in_and_can_leave(lab: Lab, page: Page) -> None:
    sign_in(page, lab, "ada")
    expect(page.get_by_role("button", name="Learn with the sample X-rays")).to_be_visible()
    page.goto(lab.server.address("Dataset"))
    expect(page.get_by_role("heading", name="Dataset")).to_be_visible()
    click(page.get_by_role("button", name="Sign out"))
    page.wait_for_url(lambda address: not address.startswith(lab.server.address()))
    page.goto(lab.server.address("Dataset"))
    expect(page.get_by_text("This server is for people whom its host has let in.")).to_be_visible()
    expect(page.get_by_role("heading", name="Dataset")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_way_in_has_no_serious_violation(lab: Lab, page: Page, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    page.goto(lab.server.address("Classify"))
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert violations(page) == []
    sign_in(page, lab, "eve")
    expect(page.get_by_text("your address is not on the list")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("name", "pages"), [("eve", PAGES[1:]), ("liar", PAGES[1:2])])
def test_somebody_else_is_refused_on_every_page(
    lab: Lab, page: Page, name: str, pages: tuple[str, ...]
) -> None:
    sign_in(page, lab, name)
    refused = page.get_by_text("your address is not on the list of this server")
    expect(refused).to_be_visible()
    for path in pages:
        page.goto(lab.server.address(path))
        expect(refused).to_be_visible()
        expect(page.get_by_test_id("stSidebarContent")).to_have_count(0)


def test_whoever_is_taken_off_the_list_is_out_at_the_next_click(lab: Lab, page: Page) -> None:
    sign_in(page, lab, "ada")
    expect(page.get_by_role("button", name="Learn with the sample X-rays")).to_be_visible()
    assert models(lab, "ada@example.org") == 200
    assert models(lab, "eve@example.org") == 403
    try:
        lab.allow("eve@example.org")
        page.goto(lab.server.address("Dataset"))
        expect(page.get_by_text("your address is not on the list")).to_be_visible()
        assert models(lab, "ada@example.org") == 403
        assert models(lab, "eve@example.org") == 200
        lab.secrets.write_text("")
        page.goto(lab.server.address("Dataset"))
        expect(page.get_by_text("is gone or has lost its sections")).to_be_visible()
        assert models(lab, "eve@example.org") == 503
    finally:
        lab.allow("Ada@Example.org")


def models(lab: Lab, holder: str) -> int:
    """The status that the HTTP API gives to the holder of a key."""
    request = urllib.request.Request(
        lab.server.address("api/v1/models"), headers={"Authorization": f"Bearer {KEYS[holder]}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
