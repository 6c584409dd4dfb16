"""Opens the Results page and reads it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from xraylib.app.shared.runs.feed import run_feed
from xraylib.settings import PROJECT


def opened(**address: str) -> AppTest:
    run_feed.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page("pages/4_Results.py").run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption, *app.info])
