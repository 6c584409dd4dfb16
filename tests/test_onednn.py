"""Whether TensorFlow computes with oneDNN is decided before it is imported, and a run keeps it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from xraylib import onednn
from xraylib.errors import SettingsError


@pytest.mark.parametrize(
    ("ours", "tensorflows", "machine", "expected"),
    [
        ("", "", "x86_64", True),
        ("auto", "", "AMD64", True),
        ("auto", "", "aarch64", None),
        ("auto", "0", "x86_64", False),
        ("auto", "1", "aarch64", True),
        ("on", "0", "x86_64", True),
        ("off", "1", "x86_64", False),
    ],
)
def test_the_hosts_word_goes_before_tensorflows_variable_and_that_before_the_processor(
    monkeypatch: pytest.MonkeyPatch,
    ours: str,
    tensorflows: str,
    machine: str,
    expected: bool | None,
) -> None:
    monkeypatch.setenv("XRAYLIB_ONEDNN", ours)
    monkeypatch.setenv(onednn.VARIABLE, tensorflows)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert onednn.chosen() is expected


def test_another_word_is_refused_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XRAYLIB_ONEDNN", "yes")
    with pytest.raises(SettingsError) as refused:
        onednn.chosen()
    assert str(refused.value) == (
        "XRAYLIB_ONEDNN is 'yes'. Expected auto, on or off. Do this: take XRAYLIB_ONEDNN away, or "
        "set it to off for TensorFlow without oneDNN."
    )


def test_what_is_decided_stands_in_tensorflows_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setenv(onednn.VARIABLE, "1")
    onednn.use(False)
    assert os.environ[onednn.VARIABLE] == "0"
    onednn.use(True)
    assert os.environ[onednn.VARIABLE] == "1"
    onednn.use(None)
    assert onednn.VARIABLE not in os.environ


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("wish", ["on", "off"])
def test_tensorflow_itself_says_that_it_obeys(wish: str) -> None:
    code = (
        "from xraylib.networks.render.keras_model import build\n"
        "from xraylib.networks.presets import PRESETS\n"
        "build(next(iter(PRESETS[name] for name in PRESETS)))\n"
        "from tensorflow.python.util import _pywrap_util_port as port\n"
        "print(port.IsMklEnabled())\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "XRAYLIB_ONEDNN": wish, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split() == [str(wish == "on")], told.stderr
