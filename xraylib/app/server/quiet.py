"""Keeps Streamlit from calling out: the one place that reaches into its private parts.

Streamlit 1.67 asks an outside service for this machine's address, twice, with the event loop
waiting, when it judges a connection of a foreign origin and when it prints its address at the
start. We judge origins ourselves (`xraylib.app.server.doors`), so nobody needs the answer.
"""

from __future__ import annotations

from streamlit import net_util


def keep_quiet() -> None:
    """Lets Streamlit know no address of this machine but its own names; once a process."""
    net_util.get_external_ip = _no_address
    net_util.get_internal_ip = _no_address


def _no_address() -> None:
    return None
