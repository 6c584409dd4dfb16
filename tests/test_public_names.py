"""``import xraylib`` is lazy and complete."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import xraylib


@pytest.mark.parametrize("name", xraylib.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(xraylib, name)
    assert value is not None
    if callable(value):
        assert value.__doc__


def test_a_room_does_not_stand_before_the_function_of_its_name() -> None:
    code = "import xraylib; xraylib.AuditReport, xraylib.Finding; print(callable(xraylib.audit))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(xraylib.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    told = [a.name for node in block.body if isinstance(node, ast.ImportFrom) for a in node.names]
    assert sorted(told) == xraylib.__all__
    assert dir(xraylib) == sorted([*xraylib.__all__, "__version__"])


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'xraylib' has no attribute 'nothing'"):
        xraylib.nothing  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, xraylib; heavy = {'numpy', 'cv2', 'tensorflow', 'keras', 'streamlit', 'PIL'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("first", ["xraylib.AuditReport", "import_module('xraylib.audit.store')"])
def test_audit_is_the_function_whatever_was_imported_before(first: str) -> None:
    # `xraylib.audit` is also a room, which the import system would put in the function's place.
    code = (
        "import sys, xraylib; from importlib import import_module;"
        f"{first}; sys.exit(not callable(xraylib.audit))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
