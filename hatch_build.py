"""A step of the build: the entry script goes into the wheel's ``xraylib/project/``.

The folders beside it are moved there by ``sources`` in ``pyproject.toml``, which moves no single
file; ``force-include`` does, but would leave a copy of it beside an editable install too.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EntryScript(BuildHookInterface):
    """Adds ``streamlit_app.py`` to every wheel but an editable one."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            script = "streamlit_app.py"
            build_data["force_include"][script] = f"xraylib/project/{script}"
