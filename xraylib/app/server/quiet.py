"""Keeps Streamlit from calling out and from telling where it is installed: the one place that
reaches into its private parts.

Streamlit 1.67 asks an outside service for this machine's address, twice, with the event loop
waiting, when it judges a connection of a foreign origin and when it prints its address at the
start. We judge origins ourselves (`xraylib.app.server.doors`), so nobody needs the answer.

It also begins each run of a page by telling the browser the absolute path of the script, and a
sum of that path. The browser makes a number of them by which it keeps its own settings apart; the
script's name does as well.

And it lets every visitor, also one who has not signed in, empty the caches of all: each model is
opened anew, the decoders are started anew, and what the server remembers of its list is gone. For
each file of a component that is asked for and is not there it writes a traceback into the log.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from streamlit import net_util
from streamlit.runtime import pages_manager
from streamlit.runtime.app_session import AppSession
from streamlit.util import calc_hash

_FILES: Final = "streamlit.web.server.starlette.starlette_routes"


def keep_quiet() -> None:
    """Lets Streamlit know no address of this machine but its own names, tell no path of it,
    and empty no cache for a visitor; once a process."""
    net_util.get_external_ip = _no_address
    net_util.get_internal_ip = _no_address
    # It makes the sum of the script's path, and no other.
    vars(pages_manager)["calc_hash"] = _hash_of_name
    AppSession._create_new_session_message = _without_path(  # type: ignore[method-assign]
        AppSession._create_new_session_message
    )
    AppSession._handle_clear_cache_request = _ignore  # type: ignore[assignment,method-assign]
    logging.getLogger(_FILES).addFilter(_in_one_line)
    AppSession._handle_git_information_request = _ignore  # type: ignore[assignment,method-assign]


def _in_one_line(record: logging.LogRecord) -> bool:
    if record.exc_info and isinstance(record.exc_info[1], FileNotFoundError):
        record.exc_info = None
    return True


def _ignore(_session: AppSession) -> None:
    """In place of what a visitor may ask and no page of ours does."""


def _no_address() -> None:
    return None


def _hash_of_name(path: Any) -> str:
    return calc_hash(Path(path).name)


def _without_path(make: Any) -> Any:
    def message(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        made.new_session.main_script_path = Path(made.new_session.main_script_path).name
        return made

    return message
