"""A step of the build: files of the root go into the wheel's ``xraylib/project/``.

The folders beside it are moved there by ``sources`` in ``pyproject.toml``, which moves no single
file; ``force-include`` does, but would leave a copy of it beside an editable install too.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EntryScript(BuildHookInterface):
    """Adds them to every wheel but an editable one: the entry script, a demo's packages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            for name in ("streamlit_app.py", "requirements-demo.lock"):
                build_data["force_include"][name] = f"xraylib/project/{name}"
