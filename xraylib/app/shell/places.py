"""What visitors of a demo are not told: where things lie on the machine that serves it."""

from __future__ import annotations

import os
from pathlib import Path

from xraylib.errors import SettingsError
from xraylib.settings import PROJECT, SHIPPED_MODELS, read_settings


def without_places(text: str) -> str:
    """``text`` for whoever reads it: in a demo, files are named without their folders.

    Args:
        text: A message, which may name files of the workspace or of the installed package.
    """
    try:
        settings = read_settings()
    except SettingsError:
        return text  # which is about just that, and names no place
    if settings.mode != "demo":
        return text
    installed = SHIPPED_MODELS.parents[2]  # where the package lies
    places = [settings.workspace, PROJECT, installed, Path.home()]
    if settings.api_keys_file is not None:
        places.append(settings.api_keys_file.parent)
    named = {form for place in places for form in (str(place), os.path.realpath(place))}
    for place in sorted(named - {os.sep}, key=len, reverse=True):
        text = text.replace(place + os.sep, "").replace(place, "the server's own folder")
    return text
