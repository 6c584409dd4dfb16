"""The process that looks at a cluster for the pages: ``python -m …cluster.watch ADDRESS``.

A line of JSON every two seconds: ``{"machines": […]}`` or ``{"error": …}``. It ends with its input,
and when the head goes away, with which Ray would end it anyway.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from xraylib.errors import XrayError
from xraylib.training.cluster.connection import connect, machines
from xraylib.training.cluster.head import require_head

_SECONDS: Final = 2.0


def main(arguments: list[str]) -> None:
    """Looks until nobody wants to know."""
    threading.Thread(target=_end_with_input, daemon=True, name="end with the server").start()
    try:
        ray = connect(arguments[0])
        while True:
            require_head(arguments[0])
            _tell({"machines": [one.to_json() for one in machines(ray)]})
            time.sleep(_SECONDS)
    except XrayError as error:
        _tell({"error": error.to_json()})
        os._exit(1)


def _tell(what: Mapping[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def _end_with_input() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
