"""The Training page as its tests open it."""

from __future__ import annotations

from typing import Final

from streamlit.testing.v1 import AppTest

from xraylib.app.shared.runs.feed import run_feed
from xraylib.settings import PROJECT

PAGE: Final = "pages/3_Training.py"


def opened(**address: str) -> AppTest:
    """The page at this address, by a server that has read no run yet."""
    run_feed.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    assert not app.exception
    return app
