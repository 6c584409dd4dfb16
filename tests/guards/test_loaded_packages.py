"""Who may import whom, looked at in fresh interpreters."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import xraylib
from xraylib.settings import PROJECT

pytestmark = pytest.mark.slow

HEAVY = {"tensorflow", "keras", "scipy", "sklearn", "optuna", "ray"}
STANDARD_LIBRARY_ONLY = {
    "xraylib",
    "xraylib.errors",
    "xraylib.settings",
    "xraylib.workspace",
    "xraylib.layers",
    "xraylib.networks.designs",
    "xraylib.networks.layers",
    "xraylib.networks.spec",
    "xraylib.networks.advice",
    "xraylib.networks.trace",
    "xraylib.networks.presets",
    "xraylib.training.script.keras_script",
    "xraylib.training.config",
}
# Imported by the trainer's process alone, after it has got its turn.
TRAINERS_OWN = {
    "xraylib.training.loop.fixed_part",
    "xraylib.training.loop.losses",
    "xraylib.training.loop.network",
}
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(xraylib.__path__, "xraylib.")
    if not module.name.endswith("__main__") and module.name not in TRAINERS_OWN
)
_LOOK = """
import importlib, json, sys
before = set(sys.modules)
found = {}
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
    found[name] = sorted({m.partition('.')[0] for m in set(sys.modules) - before})
print(json.dumps(found))
"""


def _loaded(names: list[str]) -> dict[str, list[str]]:
    """Top-level packages loaded after importing each of ``names`` in turn."""
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, json.dumps(names)],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_module_loads_tensorflow_when_imported() -> None:
    for name, packages in _loaded(MODULES).items():
        assert not HEAVY & set(packages), name


def test_only_the_ui_imports_streamlit() -> None:
    names = [name for name in MODULES if not name.startswith("xraylib.app")]
    for name, packages in _loaded(names).items():
        assert "streamlit" not in packages, name


@pytest.mark.parametrize("name", sorted(STANDARD_LIBRARY_ONLY & {"xraylib", *MODULES}))
def test_the_plain_modules_need_the_standard_library_alone(name: str) -> None:
    packages = set(_loaded([name])[name])
    assert packages - set(sys.stdlib_module_names) <= {"xraylib"}


_OPEN_PAGES = """
import json, sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=250).run()
for page in json.loads(sys.argv[1]):
    assert not app.switch_page(page).run().exception, (page, app.exception)
print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))
"""


def test_opening_every_page_leaves_tensorflow_out_of_the_web_process(
    workspace: object,  # noqa: ARG001  (an empty one, through the environment)
) -> None:
    pages = [f"pages/{file.name}" for file in sorted((PROJECT / "pages").glob("*.py"))]
    done = subprocess.run(
        [sys.executable, "-c", _OPEN_PAGES, json.dumps(pages)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert not HEAVY & set(json.loads(done.stdout.splitlines()[-1]))
