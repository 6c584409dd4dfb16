"""Environment variables become values, or a clear refusal; the documented table is the real one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from xraylib import settings as settings_module
from xraylib.errors import SettingsError
from xraylib.settings import PROJECT, read_settings
from xraylib.variables import VARIABLES


def test_the_documented_table_is_the_one_in_the_code() -> None:
    text = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(XRAYLIB_\w+)` \| (.+?) \| (.+?) \|$", text, flags=re.M)
    assert rows == [(v.name, v.default, v.meaning) for v in VARIABLES]


def test_no_other_variable_of_ours_is_read_anywhere() -> None:
    known = {v.name for v in VARIABLES}
    sources = [*PROJECT.glob("xraylib/**/*.py"), *PROJECT.glob("pages/*.py"), *PROJECT.glob("*.py")]
    found = {
        name for path in sources for name in re.findall(r"XRAYLIB_[A-Z_]+", path.read_text("utf-8"))
    }
    assert found <= known


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = read_settings({})
    assert settings.mode == "lab"
    assert settings.workspace == PROJECT / "workspace"
    assert settings.data_roots == ()
    assert settings.max_running == 1
    assert settings.api_keys_file is None


def test_an_installed_package_keeps_its_workspace_in_the_platforms_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_module, "PROJECT", settings_module._INSTALLED)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    place = {
        "linux": ".local/share/xray-lab",
        "darwin": "Library/Application Support/xray-lab",
    }.get(sys.platform)
    if place is None:
        pytest.skip("the home folder of this system cannot be moved by a variable")
    assert read_settings({}).workspace == tmp_path / place
    assert not (tmp_path / place).exists()


def test_given_values_are_used() -> None:
    settings = read_settings(
        {
            "XRAYLIB_MODE": "demo",
            "XRAYLIB_WORKSPACE": "/srv/work",
            "XRAYLIB_DATA_ROOTS": "/a:/b",
            "XRAYLIB_MAX_RUNNING": "3",
            "XRAYLIB_API_KEYS_FILE": "/srv/keys",
        }
    )
    assert settings.mode == "demo"
    assert settings.workspace == Path("/srv/work")
    assert settings.data_roots == (Path("/a"), Path("/b"))
    assert settings.max_running == 3
    assert settings.api_keys_file == Path("/srv/keys")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "XRAYLIB_MODE",
            "public",
            "XRAYLIB_MODE is 'public'. Expected lab or demo. Do this: set XRAYLIB_MODE to lab for "
            "work on this machine or demo for a public page.",
        ),
        (
            "XRAYLIB_MAX_RUNNING",
            "0",
            "XRAYLIB_MAX_RUNNING is '0'. Expected a whole number from 1 to 64. Do this: set "
            "XRAYLIB_MAX_RUNNING to the number of runs this machine can train at once.",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_full_words(
    name: str, value: str, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: value})
    assert str(caught.value) == message
    assert caught.value.code == "settings"
